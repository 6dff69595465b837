// What goes into the first layer: word, position and segment embeddings, their sum and its LayerNorm.
#pragma once
#include "bfloat16.h"

namespace bert_tf {

struct Embedding {
  int batch, length, width;
  const int32_t *ids, *segment_ids;           // [batch, length]
  const float *words, *positions, *segments;  // [..., width]; no segments where tokens have none
  const float *gamma, *beta;                  // [width]
  float epsilon;
  int threads;
};

// rows: [padded_rows(batch · length), width], example after example, zeros behind the last.
void embed(const Embedding& embedding, bf16* rows);

}  // namespace bert_tf
