// Weights, float32, as the right operands of the products of a step.
#pragma once
#include "bfloat16.h"

namespace bert_tf {

// Packs float32 [rows, columns], both multiples of 32, rounded to bfloat16.
//
// `forward` gets the panels of the matrix. `backward` gets those of its transpose: panels of rows, whose steps are
// columns. Several matrices that lie side by side have panels of `steps` steps in common there, theirs beginning at
// `first`.
struct PackedWeights {
  bf16 *forward, *backward;
  int steps, first;
};
void pack_weights(const float* weights, int rows, int columns, PackedWeights packed, int threads);

}  // namespace bert_tf
