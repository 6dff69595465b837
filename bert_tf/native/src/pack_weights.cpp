#include "pack_weights.h"

#include "packing.h"
#include "threads.h"

namespace bert_tf {
namespace {

// A block of 32 x 32 as bfloat16, a row in each vector.
void round_block(const float* weights, int columns, __m512i row[32]) {
  for (int i = 0; i < 32; i++) row[i] = rounded(load32(weights + static_cast<long>(i) * columns));
}

template <bool kStreams>
BERT_INLINE void store(bf16* to, __m512i values) {
  if (kStreams)
    _mm512_stream_si512(reinterpret_cast<__m512i*>(to), values);
  else
    _mm512_store_si512(to, values);
}

template <bool kStreams>
void pack_tiles(const __m512i row[32], bf16* tiles) {
  for (int pair = 0; pair < 16; pair++) {
    store<kStreams>(tiles + pair * 32, interleave_low(row[2 * pair], row[2 * pair + 1]));
    store<kStreams>(tiles + 512 + pair * 32, interleave_high(row[2 * pair], row[2 * pair + 1]));
  }
}

template <bool kStreams>
void pack_tiles_transposed(__m512i row[32], bf16* tiles) {
  transpose16(row);
  transpose16(row + 16);
  for (int i = 0; i < 32; i++) store<kStreams>(tiles + i * 32, row[i]);
}

template <bool kStreams>
void pack(const float* weights, int rows, int columns, PackedWeights packed, WeightBlock part) {
  __m512i row[32];
  for (int panel = part.begin / 32; panel < part.end / 32; panel++) {
    round_block(weights + part.block * 32 * columns + panel * 32, columns, row);
    pack_tiles<kStreams>(row, packed.forward + (panel * (rows / 32L) + part.block) * 1024);
    pack_tiles_transposed<kStreams>(row, packed.backward + (part.block * packed.steps + packed.first + panel) * 1024);
  }
}

}  // namespace

void pack_weights(const float* weights, int rows, int columns, PackedWeights packed, int threads) {
  parallel_for(rows / 32, threads,
               [&](int64_t block) { pack<false>(weights, rows, columns, packed, {block, 0, columns}); });
}

void pack_block_of(const float* weights, int rows, int columns, PackedWeights packed, WeightBlock part) {
  pack<true>(weights, rows, columns, packed, part);
  _mm_sfence();  // another thread reads what went past the caches
}

}  // namespace bert_tf
