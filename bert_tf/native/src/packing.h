// Matrices of bfloat16 as the tiles of tiles.h.
//
// A tile of a right operand holds 32 rows of 16 columns: of each pair of rows the numbers of a column lie side by side.
// A tile of a left operand holds 16 rows of 32 columns as they are.
#pragma once
#include "bfloat16.h"

namespace bert_tf {

// Columns 0..15 and 16..31 of two rows of 32, the two numbers of a column side by side.
BERT_INLINE __m512i interleave_low(__m512i even, __m512i odd) {
  const __m512i index =
      _mm512_add_epi32(_mm512_set1_epi32(0x00200000),
                       _mm512_mullo_epi32(_mm512_set1_epi32(0x00010001),
                                          _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)));
  return _mm512_permutex2var_epi16(even, index, odd);
}
BERT_INLINE __m512i interleave_high(__m512i even, __m512i odd) {
  const __m512i index =
      _mm512_add_epi32(_mm512_set1_epi32(0x00300010),
                       _mm512_mullo_epi32(_mm512_set1_epi32(0x00010001),
                                          _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)));
  return _mm512_permutex2var_epi16(even, index, odd);
}

// Rows of 16 pairs to columns of 16 pairs, in place.
BERT_INLINE void transpose16(__m512i row[16]) {
  __m512i next[16];
  for (int i = 0; i < 8; i++) {
    next[2 * i] = _mm512_unpacklo_epi32(row[2 * i], row[2 * i + 1]);
    next[2 * i + 1] = _mm512_unpackhi_epi32(row[2 * i], row[2 * i + 1]);
  }
  for (int i = 0; i < 4; i++) {
    row[4 * i] = _mm512_unpacklo_epi64(next[4 * i], next[4 * i + 2]);
    row[4 * i + 1] = _mm512_unpackhi_epi64(next[4 * i], next[4 * i + 2]);
    row[4 * i + 2] = _mm512_unpacklo_epi64(next[4 * i + 1], next[4 * i + 3]);
    row[4 * i + 3] = _mm512_unpackhi_epi64(next[4 * i + 1], next[4 * i + 3]);
  }
  for (int i = 0; i < 4; i++) {
    next[i] = _mm512_shuffle_i32x4(row[i], row[4 + i], 0x88);
    next[4 + i] = _mm512_shuffle_i32x4(row[i], row[4 + i], 0xdd);
    next[8 + i] = _mm512_shuffle_i32x4(row[8 + i], row[12 + i], 0x88);
    next[12 + i] = _mm512_shuffle_i32x4(row[8 + i], row[12 + i], 0xdd);
  }
  for (int i = 0; i < 4; i++) {
    row[i] = _mm512_shuffle_i32x4(next[i], next[8 + i], 0x88);
    row[8 + i] = _mm512_shuffle_i32x4(next[i], next[8 + i], 0xdd);
    row[4 + i] = _mm512_shuffle_i32x4(next[4 + i], next[12 + i], 0x88);
    row[12 + i] = _mm512_shuffle_i32x4(next[4 + i], next[12 + i], 0xdd);
  }
}

// 32 columns of a row, zeros where the row isn't there: rows behind `count` may lie behind the end of the memory.
BERT_INLINE __m512i row_or_zeros(const bf16* matrix, long stride, int row, int count) {
  return _mm512_maskz_loadu_epi16(row < count ? ~0u : 0u, matrix + row * stride);
}

// Two tiles of a right operand: 32 rows x 32 columns, of which the first `count` rows are there.
BERT_INLINE void pack_right(const bf16* matrix, long stride, int count, bf16* tiles) {
  for (int pair = 0; pair < 16; pair++) {
    const __m512i even = row_or_zeros(matrix, stride, 2 * pair, count);
    const __m512i odd = row_or_zeros(matrix, stride, 2 * pair + 1, count);
    _mm512_store_si512(tiles + pair * 32, interleave_low(even, odd));
    _mm512_store_si512(tiles + 512 + pair * 32, interleave_high(even, odd));
  }
}

// Two tiles of the transpose as a right operand: its columns are 32 rows of `matrix`, its rows 32 columns of it.
BERT_INLINE void pack_right_transposed(const bf16* matrix, long stride, int count, bf16* tiles) {
  for (int half = 0; half < 2; half++) {
    __m512i row[16];
    for (int i = 0; i < 16; i++) row[i] = row_or_zeros(matrix, stride, half * 16 + i, count);
    transpose16(row);
    for (int i = 0; i < 16; i++) _mm512_store_si512(tiles + half * 512 + i * 32, row[i]);
  }
}

// Two tiles of the transpose as a left operand: its rows are 32 columns, its columns the 32 given rows.
BERT_INLINE void pack_left_transposed(const __m512i row[32], bf16* tiles) {
  __m512i low[16], high[16];
  for (int pair = 0; pair < 16; pair++) {
    low[pair] = interleave_low(row[2 * pair], row[2 * pair + 1]);
    high[pair] = interleave_high(row[2 * pair], row[2 * pair + 1]);
  }
  transpose16(low);
  transpose16(high);
  for (int i = 0; i < 16; i++) {
    _mm512_store_si512(tiles + i * 32, low[i]);
    _mm512_store_si512(tiles + 512 + i * 32, high[i]);
  }
}
BERT_INLINE void pack_left_transposed(const bf16* matrix, long stride, bf16* tiles) {
  __m512i row[32];
  for (int i = 0; i < 32; i++) row[i] = _mm512_loadu_si512(matrix + i * stride);
  pack_left_transposed(row, tiles);
}

}  // namespace bert_tf
