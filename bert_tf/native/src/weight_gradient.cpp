#include "weight_gradient.h"

#include <algorithm>

#include "functions.h"
#include "packing.h"
#include "scratch.h"
#include "threads.h"
#include "tiles.h"

namespace bert_tf {
namespace {

constexpr int kRows = 1024;  // so many tokens at a time: the packed operands of a task stay in the L2 cache
constexpr int kInputs = 384;

// How many columns of the upstream a task takes: few, for tasks to spare, or many, for fewer packed inputs.
int columns_of_task(int inputs, int outputs) {
  if (outputs >= 1536 || inputs >= 1536) return 384;
  return outputs > 192 ? 192 : outputs;
}

// 32 rows of 32 columns from `column` on.
template <Inputs::Kind kKind>
BERT_INLINE void pack_inputs(const Inputs& inputs, long first, long column, bf16* tiles) {
  const bf16* block = inputs.kept.block(first, column);
  const long stride = inputs.kept.stride();
  if (kKind == Inputs::kAsKept) return pack_left_transposed(block, stride, tiles);
  __m512i row[32];
  if (kKind == Inputs::kBehindGelu) {
    for (int i = 0; i < 32; i++) row[i] = rounded(gelu(load32(block + i * stride)));
  } else {
    const Pair gamma = load32(inputs.gamma + column), beta = load32(inputs.beta + column);
    for (int i = 0; i < 32; i++) row[i] = rounded(load32(block + i * stride) * gamma + beta);
  }
  pack_left_transposed(row, tiles);
}

// Adds the columns' sums of a packed operand to `bias`.
void add_sums(const bf16* tiles, int steps, bool first, float* bias) {
  const __m512bh ones = (__m512bh)_mm512_set1_epi16(0x3f80);
  Pair sums = first ? Pair{_mm512_setzero_ps(), _mm512_setzero_ps()} : load32(bias);
  for (int step = 0; step < steps; step++)
    for (int pair = 0; pair < 16; pair++) {
      const bf16* at = tiles + step * 1024L + pair * 32;
      sums.low = _mm512_dpbf16_ps(sums.low, (__m512bh)_mm512_load_si512(at), ones);
      sums.high = _mm512_dpbf16_ps(sums.high, (__m512bh)_mm512_load_si512(at + 512), ones);
    }
  _mm512_storeu_ps(bias, sums.low);
  _mm512_storeu_ps(bias + 16, sums.high);
}

struct Part {
  int input, input_end, output, output_end;
};

template <Inputs::Kind kKind>
void gradient_of_part(const Inputs& inputs, Tokens upstream, int rows, Part part, float* weights, float* bias) {
  Tiles tiles;
  Scratch scratch;
  bf16* right = scratch.take<bf16>(kRows * 32);
  bf16* left = scratch.take<bf16>(static_cast<size_t>(kRows) * kInputs);
  for (int row = 0; row < rows; row += kRows) {
    const int steps = std::min(kRows, rows - row) / 32;
    for (int step = 0; step < steps; step++)
      for (int input = part.input; input < part.input_end; input += 32)
        pack_inputs<kKind>(inputs, row + step * 32, input,
                           left + (static_cast<long>(input - part.input) / 32 * steps + step) * 1024);
    for (int output = part.output; output < part.output_end; output += 32) {
      for (int step = 0; step < steps; step++)
        pack_right(upstream.block(row + step * 32, output), upstream.stride(), 32, right + step * 1024L);
      if (part.input == 0) add_sums(right, steps, row == 0, bias + output);
      for (int input = part.input; input < part.input_end; input += 32) {
        const Left at = packed_rows(left + static_cast<long>(input - part.input) / 32 * steps * 1024);
        float* to = weights + input * upstream.width + output;
        if (row == 0)
          multiply<false>(at, right, steps, to, upstream.width);
        else
          multiply<true>(at, right, steps, to, upstream.width);
      }
    }
  }
}

}  // namespace

void weight_gradient(const Inputs& inputs, Tokens upstream, int rows, float* weights, float* bias, int threads) {
  const int wide = static_cast<int>(inputs.kept.width), outputs = static_cast<int>(upstream.width);
  const int together = columns_of_task(wide, outputs), across = (wide + kInputs - 1) / kInputs;
  parallel_for(across * ((outputs + together - 1) / together), threads, [&](int64_t task) {
    const int input = static_cast<int>(task % across) * kInputs, output = static_cast<int>(task / across) * together;
    const Part part = {input, std::min(wide, input + kInputs), output, std::min(outputs, output + together)};
    switch (inputs.kind) {
      case Inputs::kAsKept:
        return gradient_of_part<Inputs::kAsKept>(inputs, upstream, rows, part, weights, bias);
      case Inputs::kBehindGelu:
        return gradient_of_part<Inputs::kBehindGelu>(inputs, upstream, rows, part, weights, bias);
      case Inputs::kBehindNorm:
        return gradient_of_part<Inputs::kBehindNorm>(inputs, upstream, rows, part, weights, bias);
    }
  });
}

}  // namespace bert_tf
