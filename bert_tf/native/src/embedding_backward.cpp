#include <algorithm>
#include <cstring>

#include "embedding.h"
#include "embedding_rows.h"
#include "scratch.h"
#include "threads.h"

namespace bert_tf {
namespace {

constexpr int kTokens = 128;  // of a task, about

// What the tokens of a task add up to, [width] each, segments [segment_count, width].
struct Sums {
  float *gamma, *beta, *segments;
};

BERT_INLINE void add(float* sum, __mmask16 there, __m512 values) {
  _mm512_mask_storeu_ps(sum, there, _mm512_add_ps(_mm512_maskz_loadu_ps(there, sum), values));
}

// What comes through dropout and gamma; `row` is the token's sum before and its normalized numbers after.
BERT_INLINE void scale_upstream(const Embedding& of, const Dropout& dropout, EmbeddingKept kept, long token,
                                const bf16* upstream, float* row, float* scaled, const Sums& sums) {
  const __m512 means = _mm512_set1_ps(kept.means[token]), reciprocals = _mm512_set1_ps(kept.reciprocals[token]);
  const __m512i word = row_word(static_cast<uint32_t>(token), dropout.seed);
  for (int column = 0; column < of.width; column += 16) {
    const __mmask16 there = columns_from(column, of.width);
    const __m256i bits = _mm256_maskz_loadu_epi16(there, upstream + token * of.width + column);
    const __m512 g = dropped(_mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16)), word, column,
                             dropout);
    const __m512 n = _mm512_mul_ps(_mm512_sub_ps(_mm512_maskz_loadu_ps(there, row + column), means), reciprocals);
    add(sums.gamma + column, there, _mm512_mul_ps(g, n));
    add(sums.beta + column, there, g);
    _mm512_mask_storeu_ps(row + column, there, n);
    _mm512_mask_storeu_ps(scaled + column, there, _mm512_mul_ps(g, _mm512_maskz_loadu_ps(there, of.gamma + column)));
  }
}

// The means of a row and of its product with another.
struct Means {
  __m512 own, product;
};
BERT_INLINE Means means_of(const Embedding& of, const float* scaled, const float* normalized) {
  __m512 total = _mm512_setzero_ps(), product = total;
  for (int column = 0; column < of.width; column += 16) {
    const __mmask16 there = columns_from(column, of.width);
    const __m512 g = _mm512_maskz_loadu_ps(there, scaled + column);
    total = _mm512_add_ps(total, g);
    product = _mm512_fmadd_ps(g, _mm512_maskz_loadu_ps(there, normalized + column), product);
  }
  return {_mm512_set1_ps(_mm512_reduce_add_ps(total) / of.width),
          _mm512_set1_ps(_mm512_reduce_add_ps(product) / of.width)};
}

// A token's gradient, which is that of its word, its position and its segment.
BERT_INLINE void write_gradient(const Embedding& of, float reciprocal, const float* scaled, const float* normalized,
                                float* word, float* position, float* segment) {
  const Means means = means_of(of, scaled, normalized);
  const __m512 reciprocals = _mm512_set1_ps(reciprocal);
  for (int column = 0; column < of.width; column += 16) {
    const __mmask16 there = columns_from(column, of.width);
    const __m512 centered = _mm512_sub_ps(_mm512_maskz_loadu_ps(there, scaled + column), means.own);
    const __m512 n = _mm512_maskz_loadu_ps(there, normalized + column);
    const __m512 x = _mm512_mul_ps(_mm512_fnmadd_ps(n, means.product, centered), reciprocals);
    _mm512_mask_storeu_ps(word + column, there, x);
    add(position + column, there, x);
    if (segment != nullptr) add(segment + column, there, x);
  }
}

void add_parts(const float* parts, int64_t tasks, const Embedding& of, const EmbeddingGradients& gradients) {
  const size_t width = of.width, segments = of.segment_count * width;
  std::memset(gradients.gamma, 0, sizeof(float) * width);
  std::memset(gradients.beta, 0, sizeof(float) * width);
  if (segments) std::memset(gradients.segments, 0, sizeof(float) * segments);
  for (int64_t task = 0; task < tasks; task++) {
    for (size_t i = 0; i < width; i++) gradients.gamma[i] += *parts++;
    for (size_t i = 0; i < width; i++) gradients.beta[i] += *parts++;
    for (size_t i = 0; i < segments; i++) gradients.segments[i] += *parts++;
  }
}

}  // namespace

void embed_backward(const Embedding& embedding, const Dropout& dropout, EmbeddingKept kept, const bf16* upstream,
                    EmbeddingGradients gradients) {
  // A task has some places of all examples, so that it alone adds to their positions.
  const int width = embedding.width, places = std::max(1, kTokens / embedding.batch);
  const int64_t tasks = (embedding.length + places - 1) / places;
  const size_t part = static_cast<size_t>(2 + embedding.segment_count) * width;
  const Shared parts(tasks * part * sizeof(float));
  parallel_for(tasks, embedding.threads, [&](int64_t task) {
    Scratch scratch;
    float *row = scratch.take<float>(width), *scaled = scratch.take<float>(width);
    float* own = parts.as<float>() + task * part;
    std::memset(own, 0, part * sizeof(float));
    const Sums sums = {own, own + width, own + 2 * width};
    const int first = static_cast<int>(task) * places, end = std::min(embedding.length, first + places);
    std::memset(gradients.positions + static_cast<long>(first) * width, 0,
                sizeof(float) * width * static_cast<size_t>(end - first));
    for (int example = 0; example < embedding.batch; example++)
      for (int place = first; place < end; place++) {
        const long token = static_cast<long>(example) * embedding.length + place;
        add_up(embedding, token, row);
        scale_upstream(embedding, dropout, kept, token, upstream, row, scaled, sums);
        float* segment = embedding.segment_count ? sums.segments + embedding.segment_ids[token] * width : nullptr;
        write_gradient(embedding, kept.reciprocals[token], scaled, row, gradients.words + token * width,
                       gradients.positions + static_cast<long>(place) * width, segment);
      }
  });
  add_parts(parts.as<float>(), tasks, embedding, gradients);
}

}  // namespace bert_tf
