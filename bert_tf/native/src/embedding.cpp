#include "embedding.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "attention.h"
#include "embedding_rows.h"
#include "scratch.h"
#include "threads.h"

namespace bert_tf {
namespace {

constexpr int kTokens = 256;  // of a task

// One over the standard deviation of a row.
BERT_INLINE float reciprocal_of(const Embedding& of, const float* sum, float mean) {
  const __m512 means = _mm512_set1_ps(mean);
  __m512 squares = _mm512_setzero_ps();
  for (int column = 0; column < of.width; column += 16) {
    const __mmask16 there = columns_from(column, of.width);
    const __m512 x = _mm512_maskz_sub_ps(there, _mm512_maskz_loadu_ps(there, sum + column), means);
    squares = _mm512_fmadd_ps(x, x, squares);
  }
  return 1.0f / std::sqrt(_mm512_reduce_add_ps(squares) / of.width + of.epsilon);
}

BERT_INLINE void normalize(const Embedding& of, const Dropout& dropout, long token, const float* sum, float mean,
                           float reciprocal, bf16* row) {
  const __m512 means = _mm512_set1_ps(mean), reciprocals = _mm512_set1_ps(reciprocal);
  const __m512i word = row_word(static_cast<uint32_t>(token), dropout.seed);
  for (int column = 0; column < of.width; column += 16) {
    const __mmask16 there = columns_from(column, of.width);
    const __m512 x = _mm512_mul_ps(_mm512_sub_ps(_mm512_maskz_loadu_ps(there, sum + column), means), reciprocals);
    const __m512 scaled = _mm512_fmadd_ps(x, _mm512_maskz_loadu_ps(there, of.gamma + column),
                                          _mm512_maskz_loadu_ps(there, of.beta + column));
    const __m256i rounded = (__m256i)_mm512_cvtneps_pbh(dropped(scaled, word, column, dropout));
    _mm256_mask_storeu_epi16(row + column, there, rounded);
  }
}

}  // namespace

void embed(const Embedding& embedding, const Dropout& dropout, EmbeddingKept kept, bf16* rows) {
  const long tokens = static_cast<long>(embedding.batch) * embedding.length, width = embedding.width;
  parallel_for((tokens + kTokens - 1) / kTokens, embedding.threads, [&](int64_t task) {
    Scratch scratch;
    float* sum = scratch.take<float>(width);
    for (long token = task * kTokens, end = std::min(tokens, token + kTokens); token < end; token++) {
      const float mean = add_up(embedding, token, sum) / embedding.width;
      const float reciprocal = reciprocal_of(embedding, sum, mean);
      normalize(embedding, dropout, token, sum, mean, reciprocal, rows + token * width);
      if (kept.means != nullptr) kept.means[token] = mean, kept.reciprocals[token] = reciprocal;
    }
  });
  std::memset(rows + tokens * width, 0, (padded_rows(static_cast<int>(tokens)) - tokens) * width * sizeof(bf16));
}

}  // namespace bert_tf
