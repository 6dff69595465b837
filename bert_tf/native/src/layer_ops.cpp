// A transformer layer as operations of TensorFlow: weights to tiles, attention, and the rest, forward and backward.
//
// Tokens of all examples lie in one matrix of a multiple of 32 rows; rows behind the tokens are zeros, and so are their
// gradients.
#include <array>
#include <string>

#include "after_attention.h"
#include "attention.h"
#include "pack_weights.h"
#include "tensorflow.h"

namespace bert_tf {
namespace {

void require(bool holds, const std::string& otherwise) {
  if (!holds) throw Error(otherwise);
}

// An input whose shape has to be known for sure before its memory is read.
template <class Element>
const Element* input(const std::vector<Tensor>& inputs, int index, const Dims& wanted, const char* what) {
  const Dims found = inputs[index].dims();
  require(found == wanted, std::string(what) + " of a native layer should have the shape " + text_of(wanted) + ", but has " +
                               text_of(found) + ".");
  return inputs[index].data<Element>();
}

std::vector<Tensor> inputs_of(const Context& context, int count) {
  std::vector<Tensor> inputs;
  for (int i = 0; i < count; i++) inputs.push_back(context.input(i));
  return inputs;
}

Dropout dropout_of(const std::vector<Tensor>& inputs, int seed, int64_t threshold) {
  return Dropout(*input<uint32_t>(inputs, seed, {}, "A seed"), static_cast<uint32_t>(threshold));
}

// Shapes of outputs from those of inputs.
class Dimensions {
 public:
  explicit Dimensions(Shapes& shapes) : context_(shapes.get()) { shapes.set_all_unknown(); }
  // Dimensions from `begin` on of the first input, and all of the second.
  void set_joined(int output, int first, int64_t begin, int second) const {
    Status status;
    const Handle left = get(first), right = get(second), part = make(), joined = make();
    TF_ShapeInferenceContextSubshape(context_, left.get(), begin, kAll, part.get(), status);
    status.check();
    TF_ShapeInferenceContextConcatenateShapes(context_, part.get(), right.get(), joined.get(), status);
    status.check();
    TF_ShapeInferenceContextSetOutput(context_, output, joined.get(), status);
    status.check();
  }

 private:
  static constexpr int64_t kAll = INT64_MAX;
  using Handle = std::unique_ptr<TF_ShapeHandle, void (*)(TF_ShapeHandle*)>;
  static Handle make() { return {TF_NewShapeHandle(), TF_DeleteShapeHandle}; }
  Handle get(int input) const {
    Status status;
    Handle handle = make();
    TF_ShapeInferenceContextGetInput(context_, input, handle.get(), status);
    status.check();
    return handle;
  }
  TF_ShapeInferenceContext* context_;
};

// Inputs: the six matrices of a layer. Outputs: query, key and value side by side, and the others, each as the right
// operand of a product and as its transpose.
class PackLayer {
 public:
  explicit PackLayer(const Construction& construction) : threads_(static_cast<int>(construction.integer("threads"))) {}

  static void infer(Shapes& shapes) {
    shapes.set_all_unknown();
    for (int matrix = 3; matrix < 6; matrix++) {
      shapes.set_like_input(2 * matrix - 4, matrix);
      shapes.set_like_input(2 * matrix - 3, matrix);
    }
  }

  void compute(Context& context) const {
    const std::vector<Tensor> inputs = inputs_of(context, 6);
    const Dims inner = inputs[4].dims();
    require(inner.size() == 2 && inner[0] > 0 && inner[1] > 0 && inner[0] % 32 == 0 && inner[1] % 32 == 0,
            "A native layer's widths should be multiples of 32, but its inner weights have the shape " + text_of(inner) + ".");
    const int64_t width = inner[0];
    const Dims square = {width, width}, side_by_side = {width, 3 * width};
    bf16* forward = context.output<bf16>(0, TF_BFLOAT16, side_by_side).data<bf16>();
    bf16* backward = context.output<bf16>(1, TF_BFLOAT16, side_by_side).data<bf16>();
    const int steps = static_cast<int>(width / 32), size = static_cast<int>(width);
    for (int part = 0; part < 3; part++)
      pack_weights(input<float>(inputs, part, square, "A projection"), size, size,
                   {forward + part * width * width, backward, 3 * steps, part * steps}, threads_);
    pack(context, inputs, 3, square);
    pack(context, inputs, 4, inner);
    pack(context, inputs, 5, {inner[1], inner[0]});
  }

 private:
  void pack(Context& context, const std::vector<Tensor>& inputs, int matrix, const Dims& dims) const {
    const float* weights = input<float>(inputs, matrix, dims, "A weight matrix");
    bf16* forward = context.output<bf16>(2 * matrix - 4, TF_BFLOAT16, dims).data<bf16>();
    bf16* backward = context.output<bf16>(2 * matrix - 3, TF_BFLOAT16, dims).data<bf16>();
    const int rows = static_cast<int>(dims[0]), columns = static_cast<int>(dims[1]);
    pack_weights(weights, rows, columns, {forward, backward, columns / 32, 0}, threads_);
  }

  int threads_;
};

// What both directions of attention are told.
class AttentionSettings {
 public:
  explicit AttentionSettings(const Construction& construction)
      : heads_(construction.integer("heads")),
        first_only_(construction.flag("first_only")),
        threshold(construction.integer("drop_below")),
        threads_(static_cast<int>(construction.integer("threads"))) {}

  Examples examples(const Tensor& tokens, const Tensor& mask) const {
    const Dims matrix = tokens.dims(), rows = mask.dims();
    require(matrix.size() == 2 && rows.size() == 2, "A native layer takes tokens as [rows, width] and a mask as [batch, length], but got " +
                                                        text_of(matrix) + " and " + text_of(rows) + ".");
    require(matrix[1] == heads_ * 32 || matrix[1] == heads_ * 64,
            "A native layer's heads should be 32 or 64 wide, but " + std::to_string(heads_) + " heads share a width of " +
                std::to_string(matrix[1]) + ".");
    require(matrix[1] % 32 == 0 && rows[0] > 0 && rows[1] > 0, "A native layer needs examples with tokens, but its mask has the shape " + text_of(rows) + ".");
    const int64_t wanted = padded_rows(static_cast<int>(rows[0] * rows[1]));
    require(matrix[0] == wanted, "A native layer of " + text_of(rows) + " tokens should get " + std::to_string(wanted) +
                                     " rows, but gets " + std::to_string(matrix[0]) + ".");
    Examples examples;
    examples.batch = static_cast<int>(rows[0]), examples.length = static_cast<int>(rows[1]);
    examples.rows = static_cast<int>(matrix[0]), examples.width = static_cast<int>(matrix[1]);
    examples.heads = static_cast<int>(heads_), examples.first_only = first_only_;
    examples.mask = mask.data<int32_t>(), examples.threads = threads_;
    return examples;
  }

 private:
  int64_t heads_;
  bool first_only_;

 public:
  int64_t threshold;

 private:
  int threads_;
};

Dims projected_dims(const Examples& examples) { return {examples.projected_rows(), 3L * examples.width}; }
Dims log_sums_dims(const Examples& examples) { return {examples.batch, examples.heads, examples.queries()}; }
Dims context_dims(const Examples& examples) { return {padded_rows(examples.batch * examples.queries()), examples.width}; }

// Inputs: tokens, packed projections, their biases side by side, mask, seed.
class AttentionForward {
 public:
  explicit AttentionForward(const Construction& construction) : settings_(construction) {}

  static void infer(Shapes& shapes) { shapes.set_all_unknown(); }

  void compute(Context& context) const {
    const std::vector<Tensor> inputs = inputs_of(context, 5);
    const Examples examples = settings_.examples(inputs[0], inputs[3]);
    const int64_t width = examples.width;
    const Attended result = {context.output<bf16>(0, TF_BFLOAT16, projected_dims(examples)).data<bf16>(),
                             context.output<float>(1, TF_FLOAT, log_sums_dims(examples)).data<float>(),
                             context.output<bf16>(2, TF_BFLOAT16, context_dims(examples)).data<bf16>()};
    attention_forward(examples, inputs[0].data<bf16>(), input<bf16>(inputs, 1, {width, 3 * width}, "The packed projections"),
                      input<float>(inputs, 2, {3 * width}, "The projections' bias"),
                      dropout_of(inputs, 4, settings_.threshold), result);
  }

 private:
  AttentionSettings settings_;
};

// Inputs: gradients of the context and of the tokens around attention; tokens; what the forward pass gave; the
// transposes of the packed projections, their biases, mask, seed. Outputs: gradients of tokens, projections and biases.
class AttentionBackward {
 public:
  explicit AttentionBackward(const Construction& construction) : settings_(construction) {}

  static void infer(Shapes& shapes) {
    const Dimensions dimensions(shapes);
    shapes.set_like_input(0, 2);
    dimensions.set_joined(1, 2, 1, 7);
    shapes.set_like_input(2, 7);
  }

  void compute(Context& context) const {
    const std::vector<Tensor> inputs = inputs_of(context, 10);
    const Examples examples = settings_.examples(inputs[2], inputs[8]);
    const int64_t width = examples.width;
    const Dims answers = context_dims(examples);
    input<float>(inputs, 7, {3 * width}, "The projections' bias");
    // What was kept is only read.
    const Attended attended = {const_cast<bf16*>(input<bf16>(inputs, 3, projected_dims(examples), "The kept projections")),
                               const_cast<float*>(input<float>(inputs, 4, log_sums_dims(examples), "The kept sums")),
                               const_cast<bf16*>(input<bf16>(inputs, 5, answers, "The kept context"))};
    const AttentionUpstream upstream = {input<bf16>(inputs, 0, answers, "The context's gradient"),
                                        input<bf16>(inputs, 1, answers, "The residual's gradient")};
    const AttentionGradients gradients = {context.output<bf16>(0, TF_BFLOAT16, {examples.rows, width}).data<bf16>(),
                                          context.output<float>(1, TF_FLOAT, {width, 3 * width}).data<float>(),
                                          context.output<float>(2, TF_FLOAT, {3 * width}).data<float>()};
    attention_backward(examples, inputs[2].data<bf16>(), attended,
                       input<bf16>(inputs, 6, {width, 3 * width}, "The packed projections"),
                       dropout_of(inputs, 9, settings_.threshold), upstream, gradients);
  }

 private:
  AttentionSettings settings_;
};

// What both directions of the rest of a layer are told, and how they read their first inputs: context, something of
// its shape, three packed matrices, seven vectors, two seeds.
class RestSettings {
 public:
  static constexpr int kInputs = 14;

  explicit RestSettings(const Construction& construction)
      : attention_threshold_(construction.integer("attention_drop_below")),
        outer_threshold_(construction.integer("outer_drop_below")),
        epsilon_(construction.number("epsilon")),
        threads_(static_cast<int>(construction.integer("threads"))) {}

  Rest rest(const std::vector<Tensor>& inputs) const {
    const Dims matrix = inputs[0].dims(), inner = inputs[3].dims();
    require(matrix.size() == 2 && matrix[0] > 0 && matrix[0] % 32 == 0 && matrix[1] % 32 == 0,
            "A native layer's context should have rows and a width that are multiples of 32, but has the shape " +
                text_of(matrix) + ".");
    require(inner.size() == 2 && inner[1] % 32 == 0,
            "A native layer's packed inner weights should have two dimensions, but have the shape " + text_of(inner) + ".");
    const Dims wide = {matrix[1]};
    const auto vector = [&](int index) { return input<float>(inputs, index, wide, "A bias or a norm's vector"); };
    input<bf16>(inputs, 1, matrix, "The residual or the gradient");
    return {static_cast<int>(matrix[0]),
            static_cast<int>(matrix[1]),
            static_cast<int>(inner[1]),
            {vector(5), vector(6), vector(7), epsilon_},
            {vector(9), vector(10), vector(11), epsilon_},
            input<float>(inputs, 8, {inner[1]}, "The inner bias"),
            dropout_of(inputs, 12, attention_threshold_),
            dropout_of(inputs, 13, outer_threshold_),
            threads_};
  }

  static RestWeights weights(const std::vector<Tensor>& inputs, const Rest& rest) {
    return {input<bf16>(inputs, 2, {rest.width, rest.width}, "The packed output weights"),
            input<bf16>(inputs, 3, {rest.width, rest.inner}, "The packed inner weights"),
            input<bf16>(inputs, 4, {rest.inner, rest.width}, "The packed outer weights")};
  }

 private:
  int64_t attention_threshold_, outer_threshold_;
  float epsilon_;
  int threads_;
};

// Outputs: the tokens behind the first norm, what that norm has to keep, what goes into GELU, the layer's output, and
// what the second norm has to keep.
class RestForward {
 public:
  explicit RestForward(const Construction& construction) : settings_(construction) {}

  static void infer(Shapes& shapes) {
    shapes.set_all_unknown();
    for (int output : {0, 1, 4, 5}) shapes.set_like_input(output, 0);
  }

  void compute(Context& context) const {
    const std::vector<Tensor> inputs = inputs_of(context, RestSettings::kInputs);
    const Rest rest = settings_.rest(inputs);
    const auto tokens = [&](int index, int64_t width) {
      return context.output<bf16>(index, TF_BFLOAT16, {rest.rows, width}).data<bf16>();
    };
    const auto numbers = [&](int index) { return context.output<float>(index, TF_FLOAT, {rest.rows}).data<float>(); };
    const RestKept result = {tokens(0, rest.width),
                             {tokens(1, rest.width), numbers(2)},
                             {tokens(5, rest.width), numbers(6)},
                             tokens(3, rest.inner),
                             tokens(4, rest.width)};
    rest_forward(rest, RestSettings::weights(inputs, rest), inputs[0].data<bf16>(), inputs[1].data<bf16>(), result);
  }

 private:
  RestSettings settings_;
};

// Inputs: as forward, with the output's gradient in place of the residual and the transposes of the packed matrices;
// then what the forward pass kept, without the output. Outputs: gradients of context and residual, of the three matrices
// and of the seven vectors, in the order of the inputs.
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
    const int first = RestSettings::kInputs;
    const std::vector<Tensor> inputs = inputs_of(context, first + 6);
    const Rest rest = settings_.rest(inputs);
    const int64_t rows = rest.rows, width = rest.width, inner = rest.inner;
    // What was kept is only read.
    const auto tokens = [&](int index, int64_t columns) {
      return const_cast<bf16*>(input<bf16>(inputs, first + index, {rows, columns}, "A kept matrix"));
    };
    const auto numbers = [&](int index) {
      return const_cast<float*>(input<float>(inputs, first + index, {rows}, "The kept deviations"));
    };
    const RestKept kept = {tokens(0, width), {tokens(1, width), numbers(2)}, {tokens(4, width), numbers(5)}, tokens(3, inner), nullptr};
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

  RestSettings settings_;
};

[[maybe_unused]] const std::array<bool, 5> added = {
    add_operation<PackLayer>({"BertTfPackLayer",
                              {"query: float", "key: float", "value: float", "output: float", "inner: float", "outer: float"},
                              {"projections: bfloat16", "projections_transposed: bfloat16", "output_packed: bfloat16",
                               "output_transposed: bfloat16", "inner_packed: bfloat16", "inner_transposed: bfloat16",
                               "outer_packed: bfloat16", "outer_transposed: bfloat16"},
                              {"threads: int = 0"}}),
    add_operation<AttentionForward>(
        {"BertTfAttentionForward",
         {"tokens: bfloat16", "projections: bfloat16", "bias: float", "mask: int32", "seed: uint32"},
         {"projected: bfloat16", "log_sums: float", "context: bfloat16"},
         {"heads: int", "first_only: bool", "drop_below: int = 0", "threads: int = 0"}}),
    add_operation<AttentionBackward>(
        {"BertTfAttentionBackward",
         {"d_context: bfloat16", "d_residual: bfloat16", "tokens: bfloat16", "projected: bfloat16", "log_sums: float",
          "context: bfloat16", "projections_transposed: bfloat16", "bias: float", "mask: int32", "seed: uint32"},
         {"d_tokens: bfloat16", "d_projections: float", "d_bias: float"},
         {"heads: int", "first_only: bool", "drop_below: int = 0", "threads: int = 0"}}),
    add_operation<RestForward>(
        {"BertTfRestForward",
         {"context: bfloat16", "residual: bfloat16", "output_packed: bfloat16", "inner_packed: bfloat16",
          "outer_packed: bfloat16", "output_bias: float", "attention_gamma: float", "attention_beta: float",
          "inner_bias: float", "outer_bias: float", "outer_gamma: float", "outer_beta: float", "attention_seed: uint32",
          "outer_seed: uint32"},
         {"attended: bfloat16", "attention_normalized: bfloat16", "attention_reciprocals: float", "projected: bfloat16",
          "output: bfloat16", "outer_normalized: bfloat16", "outer_reciprocals: float"},
         {"epsilon: float", "attention_drop_below: int = 0", "outer_drop_below: int = 0", "threads: int = 0"}}),
    add_operation<RestBackward>(
        {"BertTfRestBackward",
         {"context: bfloat16", "upstream: bfloat16", "output_transposed: bfloat16", "inner_transposed: bfloat16",
          "outer_transposed: bfloat16", "output_bias: float", "attention_gamma: float", "attention_beta: float",
          "inner_bias: float", "outer_bias: float", "outer_gamma: float", "outer_beta: float", "attention_seed: uint32",
          "outer_seed: uint32", "attended: bfloat16", "attention_normalized: bfloat16", "attention_reciprocals: float",
          "projected: bfloat16", "outer_normalized: bfloat16", "outer_reciprocals: float"},
         {"d_context: bfloat16", "d_residual: bfloat16", "d_output: float", "d_inner: float", "d_outer: float",
          "d_output_bias: float", "d_attention_gamma: float", "d_attention_beta: float", "d_inner_bias: float",
          "d_outer_bias: float", "d_outer_gamma: float", "d_outer_beta: float"},
         {"epsilon: float", "attention_drop_below: int = 0", "outer_drop_below: int = 0", "threads: int = 0"}}),
};

}  // namespace
}  // namespace bert_tf
