// Products of bfloat16 matrices on AMX tiles, summed in float32.
//
// The unit of all loops is a block of 32 x 32 results, four tiles. An operand on the left is read as it lies, or as two
// packed tiles for each step; an operand on the right is packed, see packing.h: two tiles for each step of 32.
#pragma once
#include <immintrin.h>

#include "bfloat16.h"

namespace bert_tf {

// While it lives, its thread has all eight tiles, of 16 rows of 64 bytes, and takes denormal numbers for zero.
class Tiles {
 public:
  Tiles() : control_(_mm_getcsr()) {
    alignas(64) Configuration configuration;
    for (int tile = 0; tile < 8; tile++) configuration.row_bytes[tile] = 64, configuration.rows[tile] = 16;
    _tile_loadconfig(&configuration);
    _mm_setcsr(control_ | kDenormalsAreZero);
  }
  ~Tiles() {
    _tile_release();
    _mm_setcsr(control_);
    _mm_sfence();  // another thread reads what went past the caches
  }
  Tiles(const Tiles&) = delete;
  Tiles& operator=(const Tiles&) = delete;

 private:
  struct Configuration {
    uint8_t palette = 1, start = 0, reserved[14] = {};
    uint16_t row_bytes[16] = {};
    uint8_t rows[16] = {};
  };
  static constexpr unsigned kDenormalsAreZero = 0x8040;
  unsigned control_;
};

// Where the operand on the left lies: its upper and lower 16 rows at the first step of 32 columns.
struct Left {
  const bf16 *upper, *lower;
  long step, stride;  // elements from one step, or row, to the next
};
BERT_INLINE Left rows_of(const bf16* matrix, long stride) { return {matrix, matrix + 16 * stride, 32, stride}; }
BERT_INLINE Left packed_rows(const bf16* tiles) { return {tiles, tiles + 512, 1024, 32}; }

// result[32][32], or what it held plus it, = left[32][32 · steps] · right.
//
// between(s) is called once in each step: the tile unit and the vector units run side by side, but the processor
// doesn't look far enough ahead to find other work by itself.
template <bool kAdds, class Between>
BERT_INLINE void multiply(Left left, const bf16* right, int steps, float* result, long result_stride, Between between) {
  const long result_bytes = result_stride * 4, left_bytes = left.stride * 2;
  float* lower = result + 16 * result_stride;
  if (kAdds) {
    _tile_loadd(0, result, result_bytes);
    _tile_loadd(1, result + 16, result_bytes);
    _tile_loadd(2, lower, result_bytes);
    _tile_loadd(3, lower + 16, result_bytes);
  } else {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
  }
  for (int step = 0; step < steps; step++) {
    _tile_loadd(4, left.upper, left_bytes);
    _tile_loadd(6, right, 64);
    _tile_dpbf16ps(0, 4, 6);
    _tile_loadd(7, right + 512, 64);
    _tile_dpbf16ps(1, 4, 7);
    _tile_loadd(5, left.lower, left_bytes);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
    between(step);
    left.upper += left.step, left.lower += left.step, right += 1024;
  }
  _tile_stored(0, result, result_bytes);
  _tile_stored(1, result + 16, result_bytes);
  _tile_stored(2, lower, result_bytes);
  _tile_stored(3, lower + 16, result_bytes);
}

template <bool kAdds>
BERT_INLINE void multiply(Left left, const bf16* right, int steps, float* result, long result_stride) {
  multiply<kAdds>(left, right, steps, result, result_stride, [](int) BERT_INLINE_LAMBDA {});
}

}  // namespace bert_tf
