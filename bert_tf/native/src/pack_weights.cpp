#include "pack_weights.h"

#include "packing.h"
#include "threads.h"

namespace bert_tf {
namespace {

// A block of 32 x 32 as bfloat16, a row in each vector.
void round_block(const float* weights, int columns, __m512i row[32]) {
  for (int i = 0; i < 32; i++) row[i] = rounded(load32(weights + static_cast<long>(i) * columns));
}

void pack_block(const __m512i row[32], bf16* tiles) {
  for (int pair = 0; pair < 16; pair++) {
    _mm512_store_si512(tiles + pair * 32, interleave_low(row[2 * pair], row[2 * pair + 1]));
    _mm512_store_si512(tiles + 512 + pair * 32, interleave_high(row[2 * pair], row[2 * pair + 1]));
  }
}

void pack_block_transposed(__m512i row[32], bf16* tiles) {
  transpose16(row);
  transpose16(row + 16);
  for (int i = 0; i < 32; i++) _mm512_store_si512(tiles + i * 32, row[i]);
}

}  // namespace

void pack_weights(const float* weights, int rows, int columns, PackedWeights packed, int threads) {
  parallel_for(rows / 32, threads, [&](int64_t block) {
    __m512i row[32];
    for (int panel = 0; panel < columns / 32; panel++) {
      round_block(weights + block * 32 * columns + panel * 32, columns, row);
      pack_block(row, packed.forward + (panel * (rows / 32L) + block) * 1024);
      pack_block_transposed(row, packed.backward + (block * packed.steps + packed.first + panel) * 1024);
    }
  });
}

}  // namespace bert_tf
