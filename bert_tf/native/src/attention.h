// Self-attention of a layer up to its output projection, forward and backward.
#pragma once
#include "bfloat16.h"
#include "counter_dropout.h"

namespace bert_tf {

// What goes into a layer. Rows of tokens lie in one matrix, example after example; behind them are zeros, up to a
// multiple of 32 rows.
struct Examples {
  int batch, length, rows;
  int width, heads;     // of a row; heads are 32 or 64 wide
  bool first_only;      // only the first token of an example asks; all tokens answer
  const int32_t* mask;  // [batch, length], 0 for padding
  int threads;
  int head_width() const { return width / heads; }
  int queries() const { return first_only ? 1 : length; }
  // So many rows are read of the projections: the last example's blocks end behind its tokens.
  int projected_rows() const { return rows + 32; }
};

// Rows of a matrix with so many tokens in it.
constexpr int padded_rows(int tokens) { return (tokens + 31) / 32 * 32; }

// What the backward pass needs, null where none follows, and the result.
struct Attended {
  bf16* projected;  // [projected_rows, 3 · width]: query, key and value; of the query only what is asked
  float* log_sums;  // [batch, heads, queries]
  bf16* context;    // [padded_rows(batch · queries), width]
};

// weights: the panels of query, key and value, side by side. bias: [3 · width].
void attention_forward(const Examples& examples, const bf16* tokens, const bf16* weights, const float* bias,
                       const Dropout& dropout, Attended result);

// What comes back: for the context, and for the tokens on the way around attention (for the first ones if only they
// ask).
struct AttentionUpstream {
  const bf16 *context, *residual;
};
struct AttentionGradients {
  bf16* tokens;    // [rows, width]
  float* weights;  // [width, 3 · width]
  float* bias;     // [3 · width]
};
// weights: the panels of the transpose.
void attention_backward(const Examples& examples, const bf16* tokens, const Attended& attended, const bf16* weights,
                        const Dropout& dropout, AttentionUpstream upstream, AttentionGradients gradients);

// Of the examples: so many are a task, whatever the number of threads.
int examples_of_task(const Examples& examples);
// What is added to an example's scores, in base 2, for a multiple of 32 keys; returns how many keys there are to look
// at, which are all where an example is nothing but padding.
int mask_addends(const Examples& examples, int example, float* addends);

}  // namespace bert_tf
