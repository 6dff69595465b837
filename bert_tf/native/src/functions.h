// Exponential, logarithm and GELU of 16 numbers, as near as bfloat16 results need.
#pragma once
#include "bfloat16.h"

namespace bert_tf {

constexpr float kLog2E = 1.44269504f;

// 2^x, relative error 4e-6: a polynomial between -1/2 and 1/2, and the whole part as exponent.
BERT_INLINE __m512 exp2_near(__m512 x) {
  const __m512 whole = _mm512_roundscale_ps(x, 8), part = _mm512_sub_ps(x, whole);
  __m512 sum = _mm512_set1_ps(0.0096181291f);
  sum = _mm512_fmadd_ps(sum, part, _mm512_set1_ps(0.0555041087f));
  sum = _mm512_fmadd_ps(sum, part, _mm512_set1_ps(0.2402265070f));
  sum = _mm512_fmadd_ps(sum, part, _mm512_set1_ps(0.6931471806f));
  sum = _mm512_fmadd_ps(sum, part, _mm512_set1_ps(1.0f));
  return _mm512_scalef_ps(sum, whole);
}

// log2(x) of positive normal x, error 1e-6: the exponent, and a series in z = (m - 1) / (m + 1) for the mantissa m.
BERT_INLINE __m512 log2_near(__m512 x) {
  const __m512 one = _mm512_set1_ps(1.0f), mantissa = _mm512_getmant_ps(x, _MM_MANT_NORM_p75_1p5, _MM_MANT_SIGN_src);
  const __m512 exponent = _mm512_getexp_ps(x);
  const __mmask16 halved = _mm512_cmp_ps_mask(mantissa, one, _CMP_LT_OQ);
  const __m512 z = _mm512_div_ps(_mm512_sub_ps(mantissa, one), _mm512_add_ps(mantissa, one));
  const __m512 square = _mm512_mul_ps(z, z);
  __m512 sum = _mm512_fmadd_ps(square, _mm512_set1_ps(2.0f / 7), _mm512_set1_ps(2.0f / 5));
  sum = _mm512_fmadd_ps(sum, square, _mm512_set1_ps(2.0f / 3));
  sum = _mm512_fmadd_ps(sum, square, _mm512_set1_ps(2.0f));
  const __m512 raised = _mm512_mask_add_ps(exponent, halved, exponent, one);
  return _mm512_fmadd_ps(_mm512_mul_ps(sum, z), _mm512_set1_ps(kLog2E), raised);
}

// x, x^3, x^5, ... with these coefficients; beyond the limit what they give at the limit.
template <int kTerms>
BERT_INLINE __m512 odd_polynomial(__m512 x, const float (&coefficients)[kTerms], float limit) {
  x = _mm512_min_ps(_mm512_max_ps(x, _mm512_set1_ps(-limit)), _mm512_set1_ps(limit));
  const __m512 square = _mm512_mul_ps(x, x);
  __m512 sum = _mm512_set1_ps(coefficients[kTerms - 1]);
  for (int term = kTerms - 2; term >= 0; term--) sum = _mm512_fmadd_ps(sum, square, _mm512_set1_ps(coefficients[term]));
  return _mm512_mul_ps(x, sum);
}

// The polynomials of bert_tf/models/kernels/feed_forward.py: Phi(x) - 1/2, and the slope of x * Phi(x) less 1/2.
constexpr float kCentredCdf[] = {0.398828626f,    -0.0661298931f,   0.00963325333f,  -0.00103852549f,
                                 7.91482598e-05f, -3.97329677e-06f, 1.16260104e-07f, -1.48768786e-09f};
constexpr float kCentredSlope[] = {0.797568858f,    -0.264752597f,    0.0584561378f,   -0.00875429902f,
                                   0.000927148969f, -6.95113049e-05f, 3.58993589e-06f, -1.20754692e-07f,
                                   2.36969311e-09f, -2.0508685e-11f};

BERT_INLINE __m512 gelu(__m512 x) {
  return _mm512_mul_ps(x, _mm512_add_ps(_mm512_set1_ps(0.5f), odd_polynomial(x, kCentredCdf, 4.0f)));
}
BERT_INLINE __m512 gelu_slope(__m512 x) {
  return _mm512_add_ps(_mm512_set1_ps(0.5f), odd_polynomial(x, kCentredSlope, 4.5f));
}
BERT_INLINE Pair gelu(Pair x) { return {gelu(x.low), gelu(x.high)}; }
BERT_INLINE Pair gelu_slope(Pair x) { return {gelu_slope(x.low), gelu_slope(x.high)}; }

}  // namespace bert_tf
