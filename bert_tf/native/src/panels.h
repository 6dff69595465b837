// Products with packed weights: a matrix of rows times panels of 32 columns.
#pragma once
#include <algorithm>

#include "tokens.h"

namespace bert_tf {

// Columns of the packed weights that are wanted: panels `first` up to `end`, each of `steps` steps of 32 rows.
struct Panels {
  const bf16* weights;
  int steps, first, end;
  const bf16* at(int panel) const { return weights + static_cast<long>(panel) * steps * 1024; }
};

// Of tokens [rows, 32 · steps], in blocks of 32. Gives done(row, panel, i, sums) the 32 sums of row + i.
//
// The last block may be incomplete; no block begins behind `last_row`, so that rows behind the end of the memory aren't
// read. A block's results are handed on while the next one is multiplied.
template <class Done>
BERT_INLINE void multiply_panels(Tokens tokens, int rows, int last_row, Panels panels, Done done) {
  alignas(64) float sums[2][1024];
  int flip = 0, row_before = 0, panel_before = -1;
  const int each = (32 + panels.steps - 1) / panels.steps;
  const int together = panels.steps <= 12 ? 12 : 4;  // so many panels stay in the L2 cache while all rows pass
  for (int group = panels.first; group < panels.end; group += together)
    for (int block = 0; block < rows; block += 32)
      for (int panel = group; panel < std::min(panels.end, group + together); panel++) {
        const int row = std::min(block, last_row);
        float *now = sums[flip], *before = sums[flip ^= 1];
        const Left left = left_of(tokens, row);
        if (panel_before < 0)
          multiply<false>(left, panels.at(panel), panels.steps, now, 32);
        else
          multiply<false>(left, panels.at(panel), panels.steps, now, 32, [&](int step) BERT_INLINE_LAMBDA {
            for (int i = step * each, end = std::min(32, i + each); i < end; i++)
              done(row_before, panel_before, i, before + i * 32);
          });
        row_before = row, panel_before = panel;
      }
  for (int i = 0; i < 32; i++) done(row_before, panel_before, i, sums[flip ^ 1] + i * 32);
}

// Whole rows, float32 [rows, 32 · panels], of a matrix in blocks of 32 x 32; rows are a multiple of 32.
//
// Many steps are summed in several goes, so that what they read of both operands stays in the L1 cache.
BERT_INLINE void multiply_blocks(const bf16* blocks, int rows, Panels panels, float* result, long stride) {
  const int together = 12;
  for (int step = 0; step < panels.steps; step += together) {
    const int steps = std::min(together, panels.steps - step);
    for (int row = 0; row < rows; row += 32)
      for (int panel = panels.first; panel < panels.end; panel++) {
        const Left left = packed_rows(blocks + (static_cast<long>(row) / 32 * panels.steps + step) * 1024);
        const bf16* right = panels.at(panel) + step * 1024L;
        float* to = result + row * stride + panel * 32;
        if (step == 0)
          multiply<false>(left, right, steps, to, stride);
        else
          multiply<true>(left, right, steps, to, stride);
      }
  }
}

}  // namespace bert_tf
