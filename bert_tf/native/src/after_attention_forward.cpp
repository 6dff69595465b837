#include <algorithm>
#include <climits>

#include "after_attention.h"
#include "functions.h"
#include "panels.h"
#include "scratch.h"
#include "threads.h"

namespace bert_tf {
namespace {

constexpr int kRows = 256;  // of a task: their activations stay in the L2 cache

// Sums of a projection, float32 [rows, width], one row of panels after the other.
void project_rows(const bf16* matrix, int rows, int width, const bf16* weights, float* sums) {
  const int steps = width / 32;
  for (int row = 0; row < rows; row += 32)
    for (int panel = 0; panel < steps; panel++)
      multiply<false>(rows_of(matrix + static_cast<long>(row) * width, width),
                      weights + static_cast<long>(panel) * steps * 1024, steps,
                      sums + static_cast<long>(row) * width + panel * 32, width);
}

Normalized at_row(Normalized kept, long row, int width) {
  if (kept.values == nullptr) return kept;
  return {kept.values + row * width, kept.reciprocals + row};
}

}  // namespace

void rest_forward(const Rest& rest, const RestWeights& weights, const bf16* context, const bf16* residual,
                  RestKept result) {
  const int width = rest.width, inner = rest.inner, steps = width / 32;
  parallel_for((rest.rows + kRows - 1) / kRows, rest.threads, [&](int64_t task) {
    Tiles tiles;
    Scratch scratch;
    const long first = task * kRows;
    const int rows = static_cast<int>(std::min<long>(kRows, rest.rows - first));
    float* sums = scratch.take<float>(static_cast<size_t>(rows) * width);
    bf16* activated = scratch.take<bf16>(static_cast<size_t>(rows) * inner);
    bf16* attended = scratch.take<bf16>(static_cast<size_t>(rows) * width);
    project_rows(context + first * width, rows, width, weights.attention_output, sums);
    for (int i = 0; i < rows; i++)
      normalize_row(sums + static_cast<long>(i) * width, rest.attention_norm, residual + (first + i) * width, width,
                    first + i, rest.attention_dropout, at_row(result.attention, first + i, width),
                    attended + static_cast<long>(i) * width);
    multiply_panels(in_rows(attended, width), rows, INT_MAX, {weights.inner, steps, 0, inner / 32},
                    [&](int row, int panel, int i, const float* block) BERT_INLINE_LAMBDA {
                      const Pair x = load32(block) + load32(rest.inner_bias + panel * 32);
                      const long at = static_cast<long>(row) * inner + panel * 1024 + i * 32;
                      if (result.projected != nullptr) stream32(result.projected + first * inner + at, rounded(x));
                      store32(activated + at, gelu(x));
                    });
    multiply_blocks(activated, rows, {weights.outer, inner / 32, 0, steps}, sums, width);
    for (int i = 0; i < rows; i++)
      normalize_row(sums + static_cast<long>(i) * width, rest.outer_norm, attended + static_cast<long>(i) * width,
                    width, first + i, rest.outer_dropout, at_row(result.outer, first + i, width),
                    result.output + (first + i) * width);
  });
}

}  // namespace bert_tf
