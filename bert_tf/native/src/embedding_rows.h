// The sum of one token's embeddings.
#pragma once
#include "embedding.h"

namespace bert_tf {

// 16 columns, fewer at the end of a row.
BERT_INLINE __mmask16 columns_from(int column, int width) {
  return width - column >= 16 ? 0xffff : static_cast<__mmask16>((1u << (width - column)) - 1);
}

// sum: [width]. Returns its own sum.
BERT_INLINE float add_up(const Embedding& of, long token, float* sum) {
  const long width = of.width;
  const float* word = of.words + (of.ids == nullptr ? token : of.ids[token]) * width;
  const float* position = of.positions + token % of.length * width;
  const float* segment = of.segment_count == 0 ? nullptr : of.segments + of.segment_ids[token] * width;
  __m512 total = _mm512_setzero_ps();
  for (int column = 0; column < width; column += 16) {
    const __mmask16 there = columns_from(column, of.width);
    __m512 x = _mm512_add_ps(_mm512_maskz_loadu_ps(there, word + column),
                             _mm512_maskz_loadu_ps(there, position + column));
    if (segment != nullptr) x = _mm512_add_ps(x, _mm512_maskz_loadu_ps(there, segment + column));
    _mm512_mask_storeu_ps(sum + column, there, x);
    total = _mm512_add_ps(total, x);
  }
  return _mm512_reduce_add_ps(total);
}

// 16 columns of a row whose hash has this word, dropped or scaled.
BERT_INLINE __m512 dropped(__m512 values, __m512i word, int column, const Dropout& dropout) {
  if (!dropout.drops()) return values;
  return _mm512_maskz_mul_ps(kept(word, column_words(column), dropout.threshold), values,
                             _mm512_set1_ps(dropout.scale));
}

}  // namespace bert_tf
