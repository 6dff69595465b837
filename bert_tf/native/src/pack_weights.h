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

// The same of 32 rows, from `32 · block` on, and columns `begin` up to `end`, multiples of 32; past the caches.
struct WeightBlock {
  int64_t block;
  int begin, end;
};
void pack_block_of(const float* weights, int rows, int columns, PackedWeights packed, WeightBlock part);

}  // namespace bert_tf
