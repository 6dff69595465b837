// Gradients of weights: the transpose of what went in times what came back, summed over tokens.
#pragma once
#include "tokens.h"

namespace bert_tf {

// What went in, made of what was kept: as it is, behind GELU, or times gamma plus beta of a norm.
struct Inputs {
  enum Kind { kAsKept, kBehindGelu, kBehindNorm };
  Tokens kept;
  Kind kind;
  const float *gamma, *beta;  // [I], of a norm
};
inline Inputs as_kept(Tokens kept) { return {kept, Inputs::kAsKept, nullptr, nullptr}; }
inline Inputs behind_gelu(Tokens kept) { return {kept, Inputs::kBehindGelu, nullptr, nullptr}; }
inline Inputs behind_norm(Tokens kept, const float* gamma, const float* beta) {
  return {kept, Inputs::kBehindNorm, gamma, beta};
}

// weights[I, O] = inputsᵀ · upstream, and bias[O], the sum of upstream, over `rows` tokens, a multiple of 32.
//
// Always summed in the same order.
void weight_gradient(const Inputs& inputs, Tokens upstream, int rows, float* weights, float* bias, int threads);

}  // namespace bert_tf
