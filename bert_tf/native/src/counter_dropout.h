// The dropout of bert_tf/models/kernels/dropout.py: a hash of seed, row and column says what is kept.
#pragma once
#include "bfloat16.h"

namespace bert_tf {

struct Dropout {
  // A hash below the threshold drops its number: the rate times 2^32.
  Dropout(uint32_t seed, uint32_t threshold)
      : seed(seed), threshold(threshold), scale(static_cast<float>(1.0 / (1.0 - threshold / 4294967296.0))) {}
  bool drops() const { return threshold != 0; }
  uint32_t seed, threshold;
  float scale;  // of what is kept
};

// Of inference.
inline const Dropout kNoDropout(0, 0);

constexpr uint32_t kGolden = 0x9E3779B1u;  // 2^32 divided by the golden ratio

BERT_INLINE __m512i counted_from(uint32_t first) {
  return _mm512_add_epi32(_mm512_set1_epi32(first),
                          _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
}
template <int kShift>
BERT_INLINE __m512i mixed(__m512i state, uint32_t multiplier) {
  const __m512i shifted = _mm512_srli_epi32(state, kShift);
  return _mm512_mullo_epi32(_mm512_xor_si512(state, shifted), _mm512_set1_epi32(multiplier));
}
// The part of the hash that rows have, for 16 of them.
BERT_INLINE __m512i row_words(__m512i rows, uint32_t seed) {
  const __m512i words = _mm512_add_epi32(_mm512_mullo_epi32(rows, _mm512_set1_epi32(kGolden)), _mm512_set1_epi32(seed));
  return mixed<13>(mixed<16>(words, 0x85EBCA6Bu), 0xC2B2AE35u);
}
// The same of one row, 16 times.
BERT_INLINE __m512i row_word(uint32_t row, uint32_t seed) { return row_words(_mm512_set1_epi32(row), seed); }
// The part that columns have, for 16 of them.
BERT_INLINE __m512i column_words(uint32_t first) {
  return _mm512_mullo_epi32(counted_from(first), _mm512_set1_epi32(kGolden));
}
BERT_INLINE __mmask16 kept(__m512i row, __m512i column, uint32_t threshold) {
  const __m512i hash = mixed<15>(_mm512_add_epi32(row, column), 0x27D4EB2Fu);
  return _mm512_cmpge_epu32_mask(hash, _mm512_set1_epi32(threshold));
}
// 32 columns of a row, dropped or scaled.
BERT_INLINE Pair dropped(Pair values, __m512i row, uint32_t column, const Dropout& dropout) {
  if (!dropout.drops()) return values;
  const __m512 scale = _mm512_set1_ps(dropout.scale);
  return {_mm512_maskz_mul_ps(kept(row, column_words(column), dropout.threshold), values.low, scale),
          _mm512_maskz_mul_ps(kept(row, column_words(column + 16), dropout.threshold), values.high, scale)};
}

}  // namespace bert_tf
