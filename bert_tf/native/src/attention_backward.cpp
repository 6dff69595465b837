#include <algorithm>
#include <climits>
#include <cstring>

#include "attention.h"
#include "head.h"
#include "panels.h"
#include "scratch.h"
#include "threads.h"
#include "weight_gradient.h"

namespace bert_tf {
namespace {

// Gradients of query, key and value of examples `begin` up to `end`, to `to`, [their tokens, 3 · width].
void attend_backward(const Examples& examples, const Attended& attended, const Dropout& dropout, const bf16* upstream,
                     int begin, int end, bf16* to) {
  Scratch scratch;
  float* addends = scratch.take<float>(padded_rows(examples.length));
  const int width = examples.head_width(), queries = examples.queries();
  const long stride = 3L * examples.width, each = examples.length * stride;
  for (int example = begin; example < end; example++) {
    const int keys = mask_addends(examples, example, addends);
    bf16* gradients = to + (example - begin) * each;
    if (keys < examples.length || examples.first_only) std::memset(gradients, 0, each * sizeof(bf16));
    for (int head = 0; head < examples.heads; head++) {
      const bf16* query = attended.projected + example * each + head * width;
      bf16* d_query = gradients + head * width;
      const long row = (static_cast<long>(example) * examples.heads + head) * queries;
      const long answer = static_cast<long>(example) * queries * examples.width + head * width;
      attend_backward({query, query + examples.width, query + 2 * examples.width, stride, width, queries, keys, addends,
                       static_cast<uint32_t>(row)},
                      dropout, attended.context + answer, upstream + answer, examples.width, attended.log_sums + row,
                      {d_query, d_query + examples.width, d_query + 2 * examples.width});
    }
  }
}

// Gradient of `rows` tokens from `first` on: what came back through the projections, and around attention.
void tokens_backward(const Examples& examples, const bf16* projected, const bf16* weights, const bf16* residual,
                     long first, int rows, bf16* tokens) {
  const int steps = examples.width / 32, width = examples.width;
  multiply_panels(in_rows(projected, 3L * width), rows, INT_MAX, {weights, 3 * steps, 0, steps},
                  [&](int block, int panel, int i, const float* sums) BERT_INLINE_LAMBDA {
                    if (block + i >= rows) return;
                    const long row = first + block + i;
                    Pair total = load32(sums);
                    if (!examples.first_only)
                      total = total + load32(residual + row * width + panel * 32);
                    else if (row % examples.length == 0)
                      total = total + load32(residual + row / examples.length * width + panel * 32);
                    store32(tokens + row * width + panel * 32, total);
                  });
}

}  // namespace

void attention_backward(const Examples& examples, const bf16* tokens, const Attended& attended, const bf16* weights,
                        const Dropout& dropout, AttentionUpstream upstream, AttentionGradients gradients) {
  const int width = 3 * examples.width, together = examples_of_task(examples);
  const long there = static_cast<long>(examples.batch) * examples.length, behind = examples.rows - there;
  Shared shared(static_cast<size_t>(examples.rows) * width * sizeof(bf16));
  // In blocks, so that the weights' gradients read them one line after the other.
  bf16* d_projected = shared.as<bf16>();
  for (long row = there; row < examples.rows; row++)
    for (long column = 0; column < width; column += 32)
      std::memset(d_projected + place_in_blocks(row, column, width), 0, 32 * sizeof(bf16));
  std::memset(gradients.tokens + there * examples.width, 0, behind * examples.width * sizeof(bf16));
  parallel_for((examples.batch + together - 1) / together, examples.threads, [&](int64_t index) {
    Tiles tiles;
    Scratch scratch;
    const int begin = static_cast<int>(index) * together, end = std::min(examples.batch, begin + together);
    const int rows = (end - begin) * examples.length;
    const long first = static_cast<long>(begin) * examples.length;
    bf16* own = scratch.take<bf16>((rows + 32L) * width);
    attend_backward(examples, attended, dropout, upstream.context, begin, end, own);
    for (long row = 0; row < rows; row++)
      for (long column = 0; column < width; column += 32)
        stream32(d_projected + place_in_blocks(first + row, column, width),
                 _mm512_load_si512(own + row * width + column));
    tokens_backward(examples, own, weights, upstream.residual, first, rows, gradients.tokens);
  });
  weight_gradient(as_kept(in_rows(tokens, examples.width)), in_blocks(d_projected, width), examples.rows,
                  gradients.weights, gradients.bias, examples.threads);
}

}  // namespace bert_tf
