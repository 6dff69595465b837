#include <algorithm>
#include <cmath>
#include <cstring>

#include "functions.h"
#include "head.h"
#include "packing.h"
#include "scratch.h"
#include "tiles.h"

namespace bert_tf {
namespace {

// What is read for each block of scores, whose rows are keys here and whose columns are queries.
struct Packed {
  bf16 *queries_transposed, *upstream_transposed;  // the scores' right operands
  bf16 *queries, *upstream, *keys;                 // those of the gradients of keys, values and queries
  float *log_sums, *taken_off;                     // of each query
  __m512i* words;                                  // of the dropout's hash, for rows
  int query_blocks, key_blocks;
};

// A query that isn't there has no probability for any key.
constexpr float kNoQuery = 1e30f;

float dot(const bf16* a, const bf16* b, int width) {
  __m512 sum = _mm512_setzero_ps();
  for (int i = 0; i < width; i += 16) sum = _mm512_fmadd_ps(load16(a + i), load16(b + i), sum);
  return _mm512_reduce_add_ps(sum);
}

template <int kSteps>
Packed take_packed(const Head& head, Scratch& scratch) {
  Packed packed;
  packed.query_blocks = blocks_of(head.queries), packed.key_blocks = blocks_of(head.keys);
  const size_t queries = packed.query_blocks * kSteps * 1024ul;
  packed.queries_transposed = scratch.take<bf16>(queries);
  packed.upstream_transposed = scratch.take<bf16>(queries);
  packed.queries = scratch.take<bf16>(queries);
  packed.upstream = scratch.take<bf16>(queries);
  packed.keys = scratch.take<bf16>(packed.key_blocks * kSteps * 1024ul);
  packed.log_sums = scratch.take<float>(packed.query_blocks * 32ul);
  packed.taken_off = scratch.take<float>(packed.query_blocks * 32ul);
  packed.words = scratch.take<__m512i>(packed.query_blocks * 2ul);
  return packed;
}

template <int kSteps>
Packed pack_head(const Head& head, const Dropout& dropout, const bf16* context, const bf16* upstream, long stride,
                 const float* log_sums, Scratch& scratch) {
  const Packed packed = take_packed<kSteps>(head, scratch);
  for (int block = 0; block < packed.query_blocks; block++)
    for (int step = 0; step < kSteps; step++) {
      const bf16* query = head.query + block * 32L * head.stride + step * 32;
      const bf16* from = upstream + block * 32L * stride + step * 32;
      const int count = head.queries - block * 32;
      const long as_steps = (block * kSteps + step) * 1024L, as_panels = (step * packed.query_blocks + block) * 1024L;
      pack_right_transposed(query, head.stride, count, packed.queries_transposed + as_steps);
      pack_right_transposed(from, stride, count, packed.upstream_transposed + as_steps);
      pack_right(query, head.stride, count, packed.queries + as_panels);
      pack_right(from, stride, count, packed.upstream + as_panels);
    }
  for (int block = 0; block < packed.key_blocks; block++)
    for (int step = 0; step < kSteps; step++)
      pack_right(head.key + block * 32L * head.stride + step * 32, head.stride, head.keys - block * 32,
                 packed.keys + (step * packed.key_blocks + block) * 1024L);
  for (int query = 0; query < packed.query_blocks * 32; query++) {
    const bool there = query < head.queries;
    packed.log_sums[query] = there ? log_sums[query] : kNoQuery;
    packed.taken_off[query] = there ? dot(context + query * stride, upstream + query * stride, head.width) : 0.0f;
  }
  for (int half = 0; half < 2 * packed.query_blocks; half++)
    packed.words[half] = row_words(counted_from(head.first_row + half * 16), dropout.seed);
  return packed;
}

// Of a block of 32 keys and 32 queries: scores and the gradient of probabilities to probabilities and the gradient of
// scores, whose rows are `stride` apart. The scale of what is kept stays out of the probabilities.
template <bool kDrops>
BERT_INLINE void softmax_block(const float* scores, const float* upstream, const Packed& packed, int query,
                               const float* addends, uint32_t key, float base, const Dropout& dropout,
                               bf16* probabilities, bf16* d_scores, long stride) {
  const Pair log_sums = load32(packed.log_sums + query), taken_off = load32(packed.taken_off + query);
  const __m512i low_words = packed.words[query / 16], high_words = packed.words[query / 16 + 1];
  const __m512 scale = _mm512_set1_ps(base), kept_scale = _mm512_set1_ps(dropout.scale);
  for (int i = 0; i < 32; i++) {
    const __m512 addend = _mm512_set1_ps(addends[i]);
    const Pair score = load32(scores + i * 32);
    const Pair all = {exp2_near(_mm512_sub_ps(_mm512_fmadd_ps(score.low, scale, addend), log_sums.low)),
                      exp2_near(_mm512_sub_ps(_mm512_fmadd_ps(score.high, scale, addend), log_sums.high))};
    Pair d = load32(upstream + i * 32), left = all;
    if (kDrops) {
      const __m512i column = _mm512_set1_epi32((key + i) * kGolden);
      const __mmask16 low = kept(low_words, column, dropout.threshold);
      const __mmask16 high = kept(high_words, column, dropout.threshold);
      d = {_mm512_maskz_mul_ps(low, d.low, kept_scale), _mm512_maskz_mul_ps(high, d.high, kept_scale)};
      left = {_mm512_maskz_mov_ps(low, all.low), _mm512_maskz_mov_ps(high, all.high)};
    }
    store32(probabilities + i * stride, left);
    store32(d_scores + i * stride,
            all * Pair{_mm512_sub_ps(d.low, taken_off.low), _mm512_sub_ps(d.high, taken_off.high)});
  }
}

// `count` rows of left · right, scaled, to 32 columns of each panel of the head's width.
template <int kSteps>
BERT_INLINE void gradient_rows(Left left, const bf16* right, int steps, float scale, int count, bf16* to, long stride) {
  alignas(64) float sums[1024];
  for (int panel = 0; panel < kSteps; panel++) {
    multiply<false>(left, right + static_cast<long>(panel) * steps * 1024, steps, sums, 32);
    for (int i = 0; i < count; i++)
      store32(to + i * stride + panel * 32, load32(sums + i * 32) * _mm512_set1_ps(scale));
  }
}

template <int kSteps>
void attend_backward_wide(const Head& head, const Dropout& dropout, const bf16* context, const bf16* upstream,
                          long stride, const float* log_sums, HeadGradients gradients) {
  Scratch scratch;
  const Packed packed = pack_head<kSteps>(head, dropout, context, upstream, stride, log_sums, scratch);
  const int query_blocks = packed.query_blocks, blocks = packed.key_blocks * query_blocks, columns = query_blocks * 32;
  float* products = scratch.take<float>(4 * 1024);
  bf16* probabilities = scratch.take<bf16>(32ul * columns);
  bf16* d_scores = scratch.take<bf16>(32ul * columns);
  bf16* d_transposed = scratch.take<bf16>(blocks * 1024ul);
  const float scale = 1.0f / std::sqrt(static_cast<float>(head.width));
  // Of two blocks in turn: the tile unit is at the next while the vector units are at this one.
  const auto multiply_block = [&](int block) BERT_INLINE_LAMBDA {
    const long key = block / query_blocks * 32L * head.stride, query = block % query_blocks * kSteps * 1024L;
    float* to = products + (block & 1) * 2048;
    multiply<false>(rows_of(head.key + key, head.stride), packed.queries_transposed + query, kSteps, to, 32);
    multiply<false>(rows_of(head.value + key, head.stride), packed.upstream_transposed + query, kSteps, to + 1024, 32);
  };
  multiply_block(0);
  for (int block = 0; block < blocks; block++) {
    const int key = block / query_blocks * 32, query = block % query_blocks * 32;
    const float* scores = products + (block & 1) * 2048;
    if (block + 1 < blocks) multiply_block(block + 1);
    if (dropout.drops())
      softmax_block<true>(scores, scores + 1024, packed, query, head.addends + key, key, scale * kLog2E, dropout,
                          probabilities + query, d_scores + query, columns);
    else
      softmax_block<false>(scores, scores + 1024, packed, query, head.addends + key, key, scale * kLog2E, dropout,
                           probabilities + query, d_scores + query, columns);
    pack_left_transposed(d_scores + query, columns,
                         d_transposed + (static_cast<long>(query) / 32 * packed.key_blocks + key / 32) * 1024);
    if (query + 32 < columns) continue;
    const int count = std::min(32, head.keys - key);
    const long at = key * head.stride;
    gradient_rows<kSteps>(rows_of(probabilities, columns), packed.upstream, query_blocks, dropout.scale, count,
                          gradients.value + at, head.stride);
    gradient_rows<kSteps>(rows_of(d_scores, columns), packed.queries, query_blocks, scale, count, gradients.key + at,
                          head.stride);
  }
  for (int query = 0; query < head.queries; query += 32)
    gradient_rows<kSteps>(packed_rows(d_transposed + static_cast<long>(query) / 32 * packed.key_blocks * 1024),
                          packed.keys, packed.key_blocks, scale, std::min(32, head.queries - query),
                          gradients.query + query * head.stride, head.stride);
}

}  // namespace

void attend_backward(const Head& head, const Dropout& dropout, const bf16* context, const bf16* upstream, long stride,
                     const float* log_sums, HeadGradients gradients) {
  if (head.width == 32)
    attend_backward_wide<1>(head, dropout, context, upstream, stride, log_sums, gradients);
  else
    attend_backward_wide<2>(head, dropout, context, upstream, stride, log_sums, gradients);
}

}  // namespace bert_tf
