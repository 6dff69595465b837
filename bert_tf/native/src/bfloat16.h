// bfloat16 numbers, the upper half of a float32, in vectors of AVX-512.
#pragma once
#include <immintrin.h>

#include <cstdint>

namespace bert_tf {

using bf16 = uint16_t;

// What runs for every element has to be part of the loop around it, also where the compiler finds it too long.
#define BERT_INLINE static inline __attribute__((always_inline))
// The same for a lambda, between its parameters and its body.
#define BERT_INLINE_LAMBDA __attribute__((always_inline))

// Two vectors of 16: what a row of 32 columns is in float32.
struct Pair {
  __m512 low, high;
};

BERT_INLINE __m512 load16(const bf16* from) {
  const __m256i bits = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16));
}
BERT_INLINE Pair load32(const bf16* from) { return {load16(from), load16(from + 16)}; }
BERT_INLINE Pair load32(const float* from) { return {_mm512_loadu_ps(from), _mm512_loadu_ps(from + 16)}; }

// Rounds to the nearest, and to even between two.
BERT_INLINE __m512i rounded(Pair values) { return (__m512i)_mm512_cvtne2ps_pbh(values.high, values.low); }
BERT_INLINE void store32(bf16* to, Pair values) { _mm512_storeu_si512(to, rounded(values)); }

// Past the caches, for what is read much later only. `to` is a whole cache line.
BERT_INLINE void stream32(bf16* to, __m512i values) { _mm512_stream_si512(reinterpret_cast<__m512i*>(to), values); }

BERT_INLINE Pair operator+(Pair a, Pair b) { return {_mm512_add_ps(a.low, b.low), _mm512_add_ps(a.high, b.high)}; }
BERT_INLINE Pair operator*(Pair a, Pair b) { return {_mm512_mul_ps(a.low, b.low), _mm512_mul_ps(a.high, b.high)}; }
BERT_INLINE Pair operator*(Pair a, __m512 b) { return {_mm512_mul_ps(a.low, b), _mm512_mul_ps(a.high, b)}; }

}  // namespace bert_tf
