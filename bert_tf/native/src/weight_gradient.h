// Gradients of weights: the transpose of what went in times what came back, summed over tokens.
#pragma once
#include "tokens.h"

namespace bert_tf {

// weights[I, O] = inputsᵀ · upstream, and bias[O], the sum of upstream, over `rows` tokens, a multiple of 32.
//
// Always summed in the same order. With `activates`, the inputs are what GELU makes of the given ones.
void weight_gradient(Tokens inputs, Tokens upstream, int rows, bool activates, float* weights, float* bias,
                     int threads);

}  // namespace bert_tf
