// Matrices of tokens: a row for each, or blocks of 32 x 32.
#pragma once
#include "tiles.h"

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

// As a left operand, 32 rows from one that is a multiple of 32, or any where tokens are rows.
BERT_INLINE Left left_of(Tokens tokens, long row) {
  const bf16* from = tokens.values + row * tokens.width;
  return tokens.in_blocks ? packed_rows(from) : rows_of(from, tokens.width);
}

}  // namespace bert_tf
