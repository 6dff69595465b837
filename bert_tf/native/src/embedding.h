// What goes into the first layer: word, position and segment embeddings, their sum, its LayerNorm and its dropout.
#pragma once
#include "bfloat16.h"
#include "counter_dropout.h"

namespace bert_tf {

struct Embedding {
  int batch, length, width, segment_count;
  const int32_t *ids, *segment_ids;           // [batch, length]; without ids, words are those of the tokens in turn
  const float *words, *positions, *segments;  // [..., width]; no segments where tokens have none
  const float *gamma, *beta;                  // [width]
  float epsilon;
  int threads;
};

// What the backward pass needs, [batch · length]; null where none follows.
struct EmbeddingKept {
  float *means, *reciprocals;  // of a token's sum, and one over its standard deviation
};

// rows: [padded_rows(batch · length), width], example after example, zeros behind the last.
void embed(const Embedding& embedding, const Dropout& dropout, EmbeddingKept kept, bf16* rows);

struct EmbeddingGradients {
  float* words;          // [batch · length, width], may be the words themselves where these are the tokens'
  float* positions;      // [length, width]
  float* segments;       // [segment_count, width]
  float *gamma, *beta;   // [width]
};
// upstream: [padded_rows(batch · length), width]. Without beta.
void embed_backward(const Embedding& embedding, const Dropout& dropout, EmbeddingKept kept, const bf16* upstream,
                    EmbeddingGradients gradients);

}  // namespace bert_tf
