// What is behind attention in a layer as operations.
#include "after_attention.h"
#include "layer_inputs.h"

namespace bert_tf {
namespace {

// What all that compute the rest of a layer are told, and how they read their first inputs: context, something of its
// shape, three packed matrices, seven vectors.
class RestSettings {
 public:
  static constexpr int kInputs = 12;

  explicit RestSettings(const Construction& construction)
      : epsilon_(construction.number("epsilon")), threads_(static_cast<int>(construction.integer("threads"))) {}

  Rest rest(const std::vector<Tensor>& inputs) const {
    const Dims matrix = inputs[0].dims(), inner = inputs[3].dims();
    require(matrix.size() == 2 && matrix[0] > 0 && matrix[0] % 32 == 0 && matrix[1] % 32 == 0,
            "A native layer's context should have rows and a width that are multiples of 32, but has the shape " +
                text_of(matrix) + ".");
    require(
        inner.size() == 2 && inner[1] % 32 == 0,
        "A native layer's packed inner weights should have two dimensions, but have the shape " + text_of(inner) + ".");
    const Dims wide = {matrix[1]};
    const auto vector = [&](int index) { return input<float>(inputs, index, wide, "vectors"); };
    input<bf16>(inputs, 1, matrix, "residual or gradient");
    return {static_cast<int>(matrix[0]),
            static_cast<int>(matrix[1]),
            static_cast<int>(inner[1]),
            {vector(5), vector(6), vector(7), epsilon_},
            {vector(9), vector(10), vector(11), epsilon_},
            input<float>(inputs, 8, {inner[1]}, "inner bias"),
            kNoDropout,
            kNoDropout,
            threads_};
  }

  static RestWeights weights(const std::vector<Tensor>& inputs, const Rest& rest) {
    return {input<bf16>(inputs, 2, {rest.width, rest.width}, "packed output weights"),
            input<bf16>(inputs, 3, {rest.width, rest.inner}, "packed inner weights"),
            input<bf16>(inputs, 4, {rest.inner, rest.width}, "packed outer weights")};
  }

 private:
  float epsilon_;
  int threads_;
};

// The same in training: two seeds follow.
class TrainedRestSettings {
 public:
  static constexpr int kInputs = RestSettings::kInputs + 2;

  explicit TrainedRestSettings(const Construction& construction)
      : settings_(construction),
        attention_threshold_(construction.integer("attention_drop_below")),
        outer_threshold_(construction.integer("outer_drop_below")) {}

  Rest rest(const std::vector<Tensor>& inputs) const {
    Rest rest = settings_.rest(inputs);
    rest.attention_dropout = dropout_of(inputs, RestSettings::kInputs, attention_threshold_);
    rest.outer_dropout = dropout_of(inputs, RestSettings::kInputs + 1, outer_threshold_);
    return rest;
  }

 private:
  RestSettings settings_;
  int64_t attention_threshold_, outer_threshold_;
};

// Output: the layer's.
class RestInference {
 public:
  explicit RestInference(const Construction& construction) : settings_(construction) {}

  static void infer(Shapes& shapes) { shapes.set_like_input(0, 0); }

  void compute(Context& context) const {
    const std::vector<Tensor> inputs = inputs_of(context, RestSettings::kInputs);
    const Rest rest = settings_.rest(inputs);
    RestKept result = {};
    result.output = context.output<bf16>(0, TF_BFLOAT16, {rest.rows, rest.width}).data<bf16>();
    rest_forward(rest, RestSettings::weights(inputs, rest), inputs[0].data<bf16>(), inputs[1].data<bf16>(), result);
  }

 private:
  RestSettings settings_;
};

// Outputs: what the first norm has to keep, what goes into GELU, the layer's output, and what the second norm has to
// keep.
class RestForward {
 public:
  explicit RestForward(const Construction& construction) : settings_(construction) {}

  static void infer(Shapes& shapes) {
    shapes.set_all_unknown();
    for (int output : {0, 3, 4}) shapes.set_like_input(output, 0);
  }

  void compute(Context& context) const {
    const std::vector<Tensor> inputs = inputs_of(context, TrainedRestSettings::kInputs);
    const Rest rest = settings_.rest(inputs);
    const auto tokens = [&](int index, int64_t width) {
      return context.output<bf16>(index, TF_BFLOAT16, {rest.rows, width}).data<bf16>();
    };
    const auto numbers = [&](int index) { return context.output<float>(index, TF_FLOAT, {rest.rows}).data<float>(); };
    const RestKept result = {{tokens(0, rest.width), numbers(1)},
                             {tokens(4, rest.width), numbers(5)},
                             tokens(2, rest.inner),
                             tokens(3, rest.width)};
    rest_forward(rest, RestSettings::weights(inputs, rest), inputs[0].data<bf16>(), inputs[1].data<bf16>(), result);
  }

 private:
  TrainedRestSettings settings_;
};

// Inputs: as forward, with the output's gradient in place of the residual and the transposes of the packed matrices;
// then what the forward pass kept, without the output. Outputs: gradients of context and residual, of the three
// matrices and of the seven vectors, in the order of the inputs.
class RestBackward {
 public:
  explicit RestBackward(const Construction& construction) : settings_(construction) {}

  static void infer(Shapes& shapes) {
    const Dimensions dimensions(shapes);
    shapes.set_like_input(0, 0);
    shapes.set_like_input(1, 0);
    dimensions.set_joined(2, 5, 0, 5);
    dimensions.set_joined(3, 5, 0, 8);
    dimensions.set_joined(4, 8, 0, 9);
    for (int vector = 5; vector < 12; vector++) shapes.set_like_input(vector, vector);
  }

  void compute(Context& context) const {
    const int first = TrainedRestSettings::kInputs;
    const std::vector<Tensor> inputs = inputs_of(context, first + 5);
    const Rest rest = settings_.rest(inputs);
    const int64_t rows = rest.rows, width = rest.width, inner = rest.inner;
    // What was kept is only read.
    const auto tokens = [&](int index, int64_t columns) {
      return const_cast<bf16*>(input<bf16>(inputs, first + index, {rows, columns}, "kept tokens"));
    };
    const auto numbers = [&](int index) {
      return const_cast<float*>(input<float>(inputs, first + index, {rows}, "kept deviations"));
    };
    const RestKept kept = {
        {tokens(0, width), numbers(1)}, {tokens(3, width), numbers(4)}, tokens(2, inner), nullptr};
    rest_backward(rest, RestSettings::weights(inputs, rest), inputs[0].data<bf16>(), kept, inputs[1].data<bf16>(),
                  outputs(context, rest));
  }

 private:
  static RestGradients outputs(Context& context, const Rest& rest) {
    const int64_t width = rest.width, inner = rest.inner;
    const auto tokens = [&](int index) {
      return context.output<bf16>(index, TF_BFLOAT16, {rest.rows, width}).data<bf16>();
    };
    const auto numbers = [&](int index, const Dims& dims) {
      return context.output<float>(index, TF_FLOAT, dims).data<float>();
    };
    RestGradients gradients;
    gradients.context = tokens(0), gradients.residual = tokens(1);
    gradients.attention_output = numbers(2, {width, width});
    gradients.inner = numbers(3, {width, inner}), gradients.outer = numbers(4, {inner, width});
    gradients.attention_output_bias = numbers(5, {width});
    gradients.attention_norm = {numbers(6, {width}), numbers(7, {width})};
    gradients.inner_bias = numbers(8, {inner}), gradients.outer_bias = numbers(9, {width});
    gradients.outer_norm = {numbers(10, {width}), numbers(11, {width})};
    return gradients;
  }

  TrainedRestSettings settings_;
};

[[maybe_unused]] const bool added =
    add_operation<RestInference>(
        {"BertTfRestInference",
         {"context: bfloat16", "residual: bfloat16", "output_packed: bfloat16", "inner_packed: bfloat16",
          "outer_packed: bfloat16", "output_bias: float", "attention_gamma: float", "attention_beta: float",
          "inner_bias: float", "outer_bias: float", "outer_gamma: float", "outer_beta: float"},
         {"output: bfloat16"},
         {"epsilon: float", "threads: int = 0"}}) &&
    add_operation<RestForward>(
        {"BertTfRestForward",
         {"context: bfloat16", "residual: bfloat16", "output_packed: bfloat16", "inner_packed: bfloat16",
          "outer_packed: bfloat16", "output_bias: float", "attention_gamma: float", "attention_beta: float",
          "inner_bias: float", "outer_bias: float", "outer_gamma: float", "outer_beta: float", "attention_seed: uint32",
          "outer_seed: uint32"},
         {"attention_normalized: bfloat16", "attention_reciprocals: float", "projected: bfloat16",
          "output: bfloat16", "outer_normalized: bfloat16", "outer_reciprocals: float"},
         {"epsilon: float", "attention_drop_below: int = 0", "outer_drop_below: int = 0", "threads: int = 0"}}) &&
    add_operation<RestBackward>(
        {"BertTfRestBackward",
         {"context: bfloat16",
          "upstream: bfloat16",
          "output_transposed: bfloat16",
          "inner_transposed: bfloat16",
          "outer_transposed: bfloat16",
          "output_bias: float",
          "attention_gamma: float",
          "attention_beta: float",
          "inner_bias: float",
          "outer_bias: float",
          "outer_gamma: float",
          "outer_beta: float",
          "attention_seed: uint32",
          "outer_seed: uint32",
          "attention_normalized: bfloat16",
          "attention_reciprocals: float",
          "projected: bfloat16",
          "outer_normalized: bfloat16",
          "outer_reciprocals: float"},
         {"d_context: bfloat16", "d_residual: bfloat16", "d_output: float", "d_inner: float", "d_outer: float",
          "d_output_bias: float", "d_attention_gamma: float", "d_attention_beta: float", "d_inner_bias: float",
          "d_outer_bias: float", "d_outer_gamma: float", "d_outer_beta: float"},
         {"epsilon: float", "attention_drop_below: int = 0", "outer_drop_below: int = 0", "threads: int = 0"}});

}  // namespace
}  // namespace bert_tf
