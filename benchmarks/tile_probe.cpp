// How fast this machine's matrix units are just now: nanoseconds for four products of tiles, the unit of all matmuls.
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <ctime>

namespace {
struct alignas(64) Configuration {
  uint8_t palette = 1, start = 0, reserved[14] = {};
  uint16_t row_bytes[16] = {};
  uint8_t rows[16] = {};
};

double nanoseconds() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC_RAW, &now);
  return now.tv_sec * 1e9 + now.tv_nsec;
}
}  // namespace

// The best of some short goes: what else runs on the core takes turns of milliseconds. Less than 0 without permission.
extern "C" double tile_nanoseconds() {
  if (syscall(SYS_arch_prctl, 0x1023, 18)) return -1;
  static const uint16_t numbers[2048] = {};
  float sums[256];
  Configuration configuration;
  for (int tile = 0; tile < 8; tile++) configuration.row_bytes[tile] = 64, configuration.rows[tile] = 16;
  _tile_loadconfig(&configuration);
  double best = 1e9;
  for (int go = 0; go < 8; go++) {
    const int products = 200;
    const double before = nanoseconds();
    for (int i = 0; i < products; i++) {
      _tile_loadd(4, numbers, 64);
      _tile_loadd(6, numbers + 1024, 64);
      _tile_dpbf16ps(0, 4, 6);
      _tile_loadd(7, numbers + 1536, 64);
      _tile_dpbf16ps(1, 4, 7);
      _tile_loadd(5, numbers + 512, 64);
      _tile_dpbf16ps(2, 5, 6);
      _tile_dpbf16ps(3, 5, 7);
    }
    _tile_stored(0, sums, 64);
    best = std::min(best, (nanoseconds() - before) / products);
  }
  _tile_release();
  return best;
}
