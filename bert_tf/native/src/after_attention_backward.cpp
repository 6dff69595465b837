#include <algorithm>
#include <climits>
#include <cstring>

#include "after_attention.h"
#include "functions.h"
#include "panels.h"
#include "scratch.h"
#include "threads.h"
#include "weight_gradient.h"

namespace bert_tf {
namespace {

constexpr int kRows = 256;  // of a task: their activations stay in the L2 cache

// Gradients of what the three matrices gave, in blocks, so that the weights' gradients read them line after line.
struct Projections {
  bf16 *attention_output, *inner, *outer;
};

// Gradients of a task's rows from `first` on. `norms` gets its share of the norms' gradients: those of the first norm's
// gamma and beta, and of the second's.
void rows_backward(const Rest& rest, const RestWeights& weights, const RestKept& kept, const bf16* upstream, long first,
                   int rows, Projections projections, const RestGradients& gradients, float* norms) {
  Scratch scratch;
  const int width = rest.width, inner = rest.inner, steps = width / 32;
  float* sums = scratch.take<float>(static_cast<size_t>(rows) * width);
  bf16* around = scratch.take<bf16>(static_cast<size_t>(rows) * width);
  bf16* d_inner = scratch.take<bf16>(static_cast<size_t>(rows) * inner);
  for (int i = 0; i < rows; i++) {
    const long row = first + i;
    float* sum = sums + static_cast<long>(i) * width;
    for (int c = 0; c < width; c += 16) _mm512_store_ps(sum + c, load16(upstream + row * width + c));
    normalize_row_backward(sum, kept.outer.values + row * width, kept.outer.reciprocals[row], rest.outer_norm.gamma,
                           width, row, rest.outer_dropout, {norms + 2 * width, norms + 3 * width},
                           around + static_cast<long>(i) * width, projections.outer + place_in_blocks(row, 0, width));
  }
  multiply_panels(in_blocks(projections.outer + first * width, width), rows, INT_MAX,
                  {weights.outer, steps, 0, inner / 32},
                  [&](int row, int panel, int i, const float* block) BERT_INLINE_LAMBDA {
                    const long at = static_cast<long>(row) * inner + panel * 1024 + i * 32;
                    const Pair slope = gelu_slope(load32(kept.projected + first * inner + at));
                    const __m512i values = rounded(load32(block) * slope);
                    _mm512_store_si512(d_inner + at, values);
                    stream32(projections.inner + first * inner + at, values);
                  });
  multiply_blocks(d_inner, rows, {weights.inner, inner / 32, 0, steps}, sums, width);
  for (int i = 0; i < rows; i++) {
    const long row = first + i;
    float* sum = sums + static_cast<long>(i) * width;
    for (int c = 0; c < width; c += 16)
      _mm512_store_ps(sum + c,
                      _mm512_add_ps(_mm512_load_ps(sum + c), load16(around + static_cast<long>(i) * width + c)));
    normalize_row_backward(sum, kept.attention.values + row * width, kept.attention.reciprocals[row],
                           rest.attention_norm.gamma, width, row, rest.attention_dropout, {norms, norms + width},
                           gradients.residual + row * width,
                           projections.attention_output + place_in_blocks(row, 0, width));
  }
  multiply_panels(in_blocks(projections.attention_output + first * width, width), rows, INT_MAX,
                  {weights.attention_output, steps, 0, steps},
                  [&](int row, int panel, int i, const float* block) BERT_INLINE_LAMBDA {
                    store32(gradients.context + (first + row + i) * width + panel * 32, load32(block));
                  });
}

// The norms' gradients of all tasks, in their order.
void add_norms(const float* norms, int tasks, int width, const RestGradients& gradients) {
  float* to[] = {gradients.attention_norm.gamma, gradients.attention_norm.beta, gradients.outer_norm.gamma,
                 gradients.outer_norm.beta};
  for (int which = 0; which < 4; which++)
    for (int c = 0; c < width; c++) {
      float sum = 0.0f;
      for (int task = 0; task < tasks; task++) sum += norms[(task * 4L + which) * width + c];
      to[which][c] = sum;
    }
}

}  // namespace

void rest_backward(const Rest& rest, const RestWeights& weights, const bf16* context, const RestKept& kept,
                   const bf16* upstream, RestGradients gradients) {
  const int width = rest.width, inner = rest.inner, rows = rest.rows, tasks = (rows + kRows - 1) / kRows;
  const size_t narrow = static_cast<size_t>(rows) * width * sizeof(bf16);
  // The widest first: what is too small for it makes room.
  const Shared wide(static_cast<size_t>(rows) * inner * sizeof(bf16)), attention_output(narrow), outer(narrow);
  const Shared norms(static_cast<size_t>(tasks) * 4 * width * sizeof(float));
  const Projections projections = {attention_output.as<bf16>(), wide.as<bf16>(), outer.as<bf16>()};
  parallel_for(tasks, rest.threads, [&](int64_t task) {
    Tiles tiles;
    const long first = task * kRows;
    float* share = norms.as<float>() + task * 4L * width;
    std::memset(share, 0, 4 * width * sizeof(float));
    rows_backward(rest, weights, kept, upstream, first, static_cast<int>(std::min<long>(kRows, rows - first)),
                  projections, gradients, share);
  });
  add_norms(norms.as<float>(), tasks, width, gradients);
  weight_gradient(behind_gelu(in_blocks(kept.projected, inner)), in_blocks(projections.outer, width), rows,
                  gradients.outer, gradients.outer_bias, rest.threads);
  const Norm& norm = rest.attention_norm;
  weight_gradient(behind_norm(in_rows(kept.attention.values, width), norm.gamma, norm.beta),
                  in_blocks(projections.inner, inner), rows, gradients.inner, gradients.inner_bias, rest.threads);
  weight_gradient(as_kept(in_rows(context, width)), in_blocks(projections.attention_output, width), rows,
                  gradients.attention_output, gradients.attention_output_bias, rest.threads);
}

}  // namespace bert_tf
