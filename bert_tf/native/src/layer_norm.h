// Bias, dropout, residual and LayerNorm (Ba et al., 2016) of one row, forward and backward.
#pragma once
#include <cmath>

#include "bfloat16.h"
#include "counter_dropout.h"

namespace bert_tf {

// Of the norm behind a projection, float32 [H] each.
struct Norm {
  const float *bias, *gamma, *beta;
  float epsilon;
};

// What the backward pass needs of a norm: rows without gamma and beta, and one over the standard deviation.
struct Normalized {
  bf16* values;
  float* reciprocals;
};

// sums = dropout(projected + bias) + residual, in place; returns their mean.
BERT_INLINE float add_residual(float* sums, const Norm& norm, const bf16* residual, int width, __m512i row,
                               const Dropout& dropout) {
  __m512 total = _mm512_setzero_ps();
  for (int i = 0; i < width; i += 32) {
    const Pair x = dropped(load32(sums + i) + load32(norm.bias + i), row, i, dropout) + load32(residual + i);
    _mm512_storeu_ps(sums + i, x.low);
    _mm512_storeu_ps(sums + i + 16, x.high);
    total = _mm512_add_ps(total, _mm512_add_ps(x.low, x.high));
  }
  return _mm512_reduce_add_ps(total) / width;
}

// output = LayerNorm(dropout(projected + bias) + residual), of one row of float32 sums, which are overwritten. What is
// kept may be null.
BERT_INLINE void normalize_row(float* sums, const Norm& norm, const bf16* residual, int width, uint32_t row,
                               const Dropout& dropout, Normalized kept_row, bf16* output) {
  const float mean = add_residual(sums, norm, residual, width, row_word(row, dropout.seed), dropout);
  const __m512 means = _mm512_set1_ps(mean);
  __m512 squares = _mm512_setzero_ps();
  for (int i = 0; i < width; i += 16) {
    const __m512 x = _mm512_sub_ps(_mm512_loadu_ps(sums + i), means);
    squares = _mm512_fmadd_ps(x, x, squares);
  }
  const float reciprocal = 1.0f / std::sqrt(_mm512_reduce_add_ps(squares) / width + norm.epsilon);
  const __m512 reciprocals = _mm512_set1_ps(reciprocal);
  for (int i = 0; i < width; i += 32) {
    const Pair x =
        Pair{_mm512_sub_ps(_mm512_loadu_ps(sums + i), means), _mm512_sub_ps(_mm512_loadu_ps(sums + i + 16), means)} *
        reciprocals;
    if (kept_row.values != nullptr) stream32(kept_row.values + i, rounded(x));
    store32(output + i, x * load32(norm.gamma + i) + load32(norm.beta + i));
  }
  if (kept_row.reciprocals != nullptr) *kept_row.reciprocals = reciprocal;
}

// Sums over rows, float32 [H] each.
struct NormGradients {
  float *gamma, *beta;
};

// From the gradient of a norm's output, float32 and overwritten: `difference` is that of its input, the residual's;
// `projected` the same behind the dropout, of a matrix in blocks of 32 x 32.
BERT_INLINE void normalize_row_backward(float* upstream, const bf16* normalized, float reciprocal, const float* gamma,
                                        int width, uint32_t row, const Dropout& dropout, NormGradients gradients,
                                        bf16* difference, bf16* projected) {
  __m512 total = _mm512_setzero_ps(), product = total;
  for (int i = 0; i < width; i += 16) {
    const __m512 g = _mm512_loadu_ps(upstream + i), n = load16(normalized + i);
    const __m512 scaled = _mm512_mul_ps(g, _mm512_loadu_ps(gamma + i));
    _mm512_storeu_ps(gradients.gamma + i, _mm512_fmadd_ps(g, n, _mm512_loadu_ps(gradients.gamma + i)));
    _mm512_storeu_ps(gradients.beta + i, _mm512_add_ps(g, _mm512_loadu_ps(gradients.beta + i)));
    _mm512_storeu_ps(upstream + i, scaled);
    total = _mm512_add_ps(total, scaled);
    product = _mm512_fmadd_ps(scaled, n, product);
  }
  const __m512 mean = _mm512_set1_ps(_mm512_reduce_add_ps(total) / width);
  const __m512 slope = _mm512_set1_ps(-_mm512_reduce_add_ps(product) / width);
  const __m512 reciprocals = _mm512_set1_ps(reciprocal);
  const __m512i word = row_word(row, dropout.seed);
  for (int i = 0; i < width; i += 32) {
    const Pair g = load32(upstream + i), n = load32(normalized + i);
    const Pair x = Pair{_mm512_fmadd_ps(n.low, slope, _mm512_sub_ps(g.low, mean)),
                        _mm512_fmadd_ps(n.high, slope, _mm512_sub_ps(g.high, mean))} *
                   reciprocals;
    store32(difference + i, x);
    store32(projected + i * 32, dropped(x, word, i, dropout));
  }
}

}  // namespace bert_tf
