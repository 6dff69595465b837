#include "embedding.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "attention.h"
#include "scratch.h"
#include "threads.h"

namespace bert_tf {
namespace {

constexpr int kTokens = 256;  // of a task

// 16 columns, fewer at the end of a row.
BERT_INLINE __mmask16 columns_from(int column, int width) {
  return width - column >= 16 ? 0xffff : static_cast<__mmask16>((1u << (width - column)) - 1);
}

// The sum of a token's embeddings; returns its mean.
BERT_INLINE float add_up(const Embedding& of, long token, float* sum) {
  const long width = of.width;
  const float* word = of.words + of.ids[token] * width;
  const float* position = of.positions + token % of.length * width;
  const float* segment = of.segments == nullptr ? nullptr : of.segments + of.segment_ids[token] * width;
  __m512 total = _mm512_setzero_ps();
  for (int column = 0; column < width; column += 16) {
    const __mmask16 there = columns_from(column, of.width);
    __m512 x = _mm512_add_ps(_mm512_maskz_loadu_ps(there, word + column),
                             _mm512_maskz_loadu_ps(there, position + column));
    if (segment != nullptr) x = _mm512_add_ps(x, _mm512_maskz_loadu_ps(there, segment + column));
    _mm512_mask_storeu_ps(sum + column, there, x);
    total = _mm512_add_ps(total, x);
  }
  return _mm512_reduce_add_ps(total) / of.width;
}

BERT_INLINE void normalize(const Embedding& of, const float* sum, float mean, bf16* row) {
  const __m512 means = _mm512_set1_ps(mean);
  __m512 squares = _mm512_setzero_ps();
  for (int column = 0; column < of.width; column += 16) {
    const __mmask16 there = columns_from(column, of.width);
    const __m512 x = _mm512_maskz_sub_ps(there, _mm512_maskz_loadu_ps(there, sum + column), means);
    squares = _mm512_fmadd_ps(x, x, squares);
  }
  const __m512 reciprocals = _mm512_set1_ps(1.0f / std::sqrt(_mm512_reduce_add_ps(squares) / of.width + of.epsilon));
  for (int column = 0; column < of.width; column += 16) {
    const __mmask16 there = columns_from(column, of.width);
    const __m512 x = _mm512_mul_ps(_mm512_sub_ps(_mm512_maskz_loadu_ps(there, sum + column), means), reciprocals);
    const __m512 scaled = _mm512_fmadd_ps(x, _mm512_maskz_loadu_ps(there, of.gamma + column),
                                          _mm512_maskz_loadu_ps(there, of.beta + column));
    _mm256_mask_storeu_epi16(row + column, there, (__m256i)_mm512_cvtneps_pbh(scaled));
  }
}

}  // namespace

void embed(const Embedding& embedding, bf16* rows) {
  const long tokens = static_cast<long>(embedding.batch) * embedding.length, width = embedding.width;
  parallel_for((tokens + kTokens - 1) / kTokens, embedding.threads, [&](int64_t task) {
    Scratch scratch;
    float* sum = scratch.take<float>(width);
    for (long token = task * kTokens, end = std::min(tokens, token + kTokens); token < end; token++)
      normalize(embedding, sum, add_up(embedding, token, sum), rows + token * width);
  });
  std::memset(rows + tokens * width, 0, (padded_rows(static_cast<int>(tokens)) - tokens) * width * sizeof(bf16));
}

}  // namespace bert_tf
