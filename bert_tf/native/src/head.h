// Scaled dot-product attention (Vaswani et al., 2017) of one head in one example.
#pragma once
#include "counter_dropout.h"

namespace bert_tf {

// A head's part of query, key and value: rows with a stride, `width` columns, 32 or 64.
struct Head {
  const bf16 *query, *key, *value;
  long stride;
  int width;
  int queries, keys;     // tokens that ask, and that have to be looked at for an answer
  const float* addends;  // of the scores, in base 2, for keys up to the next multiple of 32
  uint32_t first_row;    // of the head's probabilities in the dropout's count
};

struct HeadGradients {
  bf16 *query, *key, *value;  // as the head's parts lie
};

int blocks_of(int tokens);  // of 32, the last one incomplete

// context, `queries` rows of `width` columns, and for each query the base-2 logarithm of its sum of exponentials; null
// where that isn't wanted.
void attend(const Head& head, const Dropout& dropout, bf16* context, long stride, float* log_sums);

// Gradients of all three parts, for the queries and keys that the head has.
//
// Probabilities are computed once more from the scores and `log_sums`; what the softmax takes off their gradient is the
// sum of upstream · context over the head's width (Dao et al., FlashAttention, 2022).
void attend_backward(const Head& head, const Dropout& dropout, const bf16* context, const bf16* upstream, long stride,
                     const float* log_sums, HeadGradients gradients);

}  // namespace bert_tf
