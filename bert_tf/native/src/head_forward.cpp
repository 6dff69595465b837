#include <algorithm>
#include <cmath>

#include "functions.h"
#include "head.h"
#include "packing.h"
#include "scratch.h"
#include "tiles.h"

namespace bert_tf {

int blocks_of(int tokens) { return (tokens + 31) / 32; }

namespace {

struct Keys {  // of one head, packed
  const bf16 *transposed, *values;
  const __m512i* words;  // of the dropout's hash, for columns
  int blocks;
};

template <int kSteps>
Keys pack_keys(const Head& head, bool drops, Scratch& scratch) {
  const int blocks = blocks_of(head.keys);
  bf16* transposed = scratch.take<bf16>(static_cast<size_t>(blocks) * kSteps * 1024);
  bf16* values = scratch.take<bf16>(static_cast<size_t>(blocks) * kSteps * 1024);
  __m512i* words = scratch.take<__m512i>(static_cast<size_t>(blocks) * 2);
  for (int block = 0; block < blocks; block++)
    for (int step = 0; step < kSteps; step++) {
      const long at = block * 32L * head.stride + step * 32;
      const int count = head.keys - block * 32;
      pack_right_transposed(head.key + at, head.stride, count, transposed + (block * kSteps + step) * 1024L);
      pack_right(head.value + at, head.stride, count, values + (step * blocks + block) * 1024L);
    }
  for (int half = 0; drops && half < 2 * blocks; half++) words[half] = column_words(half * 16);
  return {transposed, values, words, blocks};
}

// Scores of a query to unnormalized probabilities, dropped; returns their sum before that, and the greatest score.
struct RowSum {
  float sum, greatest;
};
template <bool kDrops>
BERT_INLINE RowSum exponentials(float* scores, const Keys& keys, const float* addends, __m512 scale, __m512i row,
                                uint32_t threshold, bf16* probabilities) {
  __m512 most = _mm512_set1_ps(-3e38f), sum = _mm512_setzero_ps();
  for (int key = 0; key < keys.blocks * 32; key += 16) {
    const __m512 x = _mm512_fmadd_ps(_mm512_load_ps(scores + key), scale, _mm512_load_ps(addends + key));
    _mm512_store_ps(scores + key, x);
    most = _mm512_max_ps(most, x);
  }
  const float greatest = _mm512_reduce_max_ps(most);
  most = _mm512_set1_ps(greatest);
  for (int block = 0; block < keys.blocks; block++) {
    const float* at = scores + block * 32;
    const Pair x = {exp2_near(_mm512_sub_ps(_mm512_load_ps(at), most)),
                    exp2_near(_mm512_sub_ps(_mm512_load_ps(at + 16), most))};
    sum = _mm512_add_ps(sum, _mm512_add_ps(x.low, x.high));
    __m512i values = rounded(x);
    if (kDrops) {
      const __mmask32 low = kept(row, keys.words[2 * block], threshold);
      const __mmask32 high = kept(row, keys.words[2 * block + 1], threshold);
      values = _mm512_maskz_mov_epi16(low | high << 16, values);
    }
    _mm512_store_si512(probabilities + block * 32, values);
  }
  return {_mm512_reduce_add_ps(sum), greatest};
}

template <int kSteps>
void attend_wide(const Head& head, const Dropout& dropout, bf16* context, long stride, float* log_sums) {
  Scratch scratch;
  const Keys keys = pack_keys<kSteps>(head, dropout.drops(), scratch);
  const int columns = keys.blocks * 32;
  float* scores = scratch.take<float>(32L * columns);
  bf16* probabilities = scratch.take<bf16>(32L * columns);
  const __m512 scale = _mm512_set1_ps(kLog2E / std::sqrt(static_cast<float>(head.width)));
  alignas(64) float sums[32] = {}, greatest[32] = {}, answers[1024];
  for (int query = 0; query < head.queries; query += 32) {
    const int count = std::min(32, head.queries - query);
    const Left left = rows_of(head.query + query * head.stride, head.stride);
    for (int block = 0; block < keys.blocks; block++)
      multiply<false>(left, keys.transposed + block * kSteps * 1024L, kSteps, scores + block * 32, columns);
    for (int i = 0; i < count; i++) {
      const __m512i row = row_word(head.first_row + query + i, dropout.seed);
      const RowSum found = dropout.drops() ? exponentials<true>(scores + i * columns, keys, head.addends, scale, row,
                                                                dropout.threshold, probabilities + i * columns)
                                           : exponentials<false>(scores + i * columns, keys, head.addends, scale, row,
                                                                 dropout.threshold, probabilities + i * columns);
      sums[i] = found.sum, greatest[i] = found.greatest;
    }
    for (int half = 0; log_sums != nullptr && half < 32; half += 16) {
      const __mmask16 there = count - half >= 16 ? 0xffff : count > half ? (1u << (count - half)) - 1 : 0;
      const __m512 logarithm = log2_near(_mm512_load_ps(sums + half));
      _mm512_mask_storeu_ps(log_sums + query + half, there, _mm512_add_ps(_mm512_load_ps(greatest + half), logarithm));
    }
    for (int step = 0; step < kSteps; step++) {
      const bf16* values = keys.values + static_cast<long>(step) * keys.blocks * 1024;
      multiply<false>(rows_of(probabilities, columns), values, keys.blocks, answers, 32);
      for (int i = 0; i < count; i++)
        store32(context + (query + i) * stride + step * 32,
                load32(answers + i * 32) * _mm512_set1_ps(dropout.scale / sums[i]));
    }
  }
}

}  // namespace

void attend(const Head& head, const Dropout& dropout, bf16* context, long stride, float* log_sums) {
  if (head.width == 32)
    attend_wide<1>(head, dropout, context, stride, log_sums);
  else
    attend_wide<2>(head, dropout, context, stride, log_sums);
}

}  // namespace bert_tf
