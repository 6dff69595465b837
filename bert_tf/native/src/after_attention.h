// The rest of a layer behind attention: output projection and norm, feed-forward block and norm.
#pragma once
#include "layer_norm.h"

namespace bert_tf {

struct Rest {
  int rows, width, inner;  // rows: a multiple of 32
  Norm attention_norm, outer_norm;
  const float* inner_bias;  // [inner]
  Dropout attention_dropout, outer_dropout;
  int threads;
};

// Panels of the three matrices: of themselves forward, of their transposes backward.
struct RestWeights {
  const bf16 *attention_output, *inner, *outer;
};

// What the backward pass needs, null where none follows, and the result.
struct RestKept {
  Normalized attention, outer;  // of both norms
  bf16* projected;              // what goes into GELU, [rows, inner] in blocks of 32 x 32
  bf16* output;                 // [rows, width]
};

void rest_forward(const Rest& rest, const RestWeights& weights, const bf16* context, const bf16* residual,
                  RestKept result);

struct RestGradients {
  bf16 *context, *residual;                 // [rows, width]
  float *attention_output, *inner, *outer;  // as the weights lie
  float *attention_output_bias, *inner_bias, *outer_bias;
  NormGradients attention_norm, outer_norm;
};

void rest_backward(const Rest& rest, const RestWeights& weights, const bf16* context, const RestKept& kept,
                   const bf16* upstream, RestGradients gradients);

}  // namespace bert_tf
