// Gradients of weights: the transpose of what went in times what came back, summed over tokens.
#pragma once
#include "bfloat16.h"

namespace bert_tf {

// A matrix of tokens: rows with a stride, or in blocks of 32 x 32, block row after block row.
struct Tokens {
  const bf16* values;
  long width;  // columns of the whole matrix
  bool in_blocks;
  // The 32 x 32 numbers at a row and a column that are multiples of 32.
  const bf16* block(long row, long column) const {
    return in_blocks ? values + row * width + column * 32 : values + row * width + column;
  }
  long stride() const { return in_blocks ? 32 : width; }
};

// Where 32 columns of a row lie in a matrix in blocks.
BERT_INLINE long place_in_blocks(long row, long column, long width) {
  return row / 32 * 32 * width + column * 32 + row % 32 * 32;
}
BERT_INLINE Tokens in_rows(const bf16* values, long width) { return {values, width, false}; }
BERT_INLINE Tokens in_blocks(const bf16* values, long width) { return {values, width, true}; }

// weights[I, O] = inputsᵀ · upstream, and bias[O], the sum of upstream, over `rows` tokens, a multiple of 32.
//
// Always summed in the same order. With `activates`, the inputs are what GELU makes of the given ones.
void weight_gradient(Tokens inputs, Tokens upstream, int rows, bool activates, float* weights, float* bias,
                     int threads);

}  // namespace bert_tf
