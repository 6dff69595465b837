// Attention as operations.
#include "attention.h"
#include "layer_inputs.h"

namespace bert_tf {
namespace {

// What all that compute attention are told.
class AttentionSettings {
 public:
  explicit AttentionSettings(const Construction& construction)
      : heads_(construction.integer("heads")),
        first_only_(construction.flag("first_only")),
        threads_(static_cast<int>(construction.integer("threads"))) {}

  Examples examples(const Tensor& tokens, const Tensor& mask) const {
    const Dims matrix = tokens.dims(), rows = mask.dims();
    require(matrix.size() == 2 && rows.size() == 2,
            "A native layer takes tokens as [rows, width] and a mask as [batch, length], but got " + text_of(matrix) +
                " and " + text_of(rows) + ".");
    require(matrix[1] == heads_ * 32 || matrix[1] == heads_ * 64,
            "A native layer's heads should be 32 or 64 wide, but " + std::to_string(heads_) +
                " heads share a width of " + std::to_string(matrix[1]) + ".");
    require(matrix[1] % 32 == 0 && rows[0] > 0 && rows[1] > 0,
            "A native layer needs examples with tokens, but its mask has the shape " + text_of(rows) + ".");
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
  int threads_;
};

Dims projected_dims(const Examples& examples) { return {examples.projected_rows(), 3L * examples.width}; }
Dims log_sums_dims(const Examples& examples) { return {examples.batch, examples.heads, examples.queries()}; }
Dims context_dims(const Examples& examples) {
  return {padded_rows(examples.batch * examples.queries()), examples.width};
}

// The first four inputs of what goes forward: tokens, packed projections, their biases side by side, mask.
void forward(const Examples& examples, const std::vector<Tensor>& inputs, const Dropout& dropout, Attended result) {
  const int64_t width = examples.width;
  attention_forward(examples, inputs[0].data<bf16>(),
                    input<bf16>(inputs, 1, {width, 3 * width}, "packed projections"),
                    input<float>(inputs, 2, {3 * width}, "bias of the projections"), dropout, result);
}

// Output: the context.
class AttentionInference {
 public:
  explicit AttentionInference(const Construction& construction) : settings_(construction) {}

  static void infer(Shapes& shapes) { shapes.set_all_unknown(); }

  void compute(Context& context) const {
    const std::vector<Tensor> inputs = inputs_of(context, 4);
    const Examples examples = settings_.examples(inputs[0], inputs[3]);
    Attended result = {};
    result.context = context.output<bf16>(0, TF_BFLOAT16, context_dims(examples)).data<bf16>();
    forward(examples, inputs, kNoDropout, result);
  }

 private:
  AttentionSettings settings_;
};

// A seed follows on the inputs. Outputs: what the backward pass needs, and the context.
class AttentionForward {
 public:
  explicit AttentionForward(const Construction& construction)
      : settings_(construction), threshold_(construction.integer("drop_below")) {}

  static void infer(Shapes& shapes) { shapes.set_all_unknown(); }

  void compute(Context& context) const {
    const std::vector<Tensor> inputs = inputs_of(context, 5);
    const Examples examples = settings_.examples(inputs[0], inputs[3]);
    const Attended result = {context.output<bf16>(0, TF_BFLOAT16, projected_dims(examples)).data<bf16>(),
                             context.output<float>(1, TF_FLOAT, log_sums_dims(examples)).data<float>(),
                             context.output<bf16>(2, TF_BFLOAT16, context_dims(examples)).data<bf16>()};
    forward(examples, inputs, dropout_of(inputs, 4, threshold_), result);
  }

 private:
  AttentionSettings settings_;
  int64_t threshold_;
};

// Inputs: gradients of the context and of the tokens around attention; tokens; what the forward pass gave; the
// transposes of the packed projections, their biases, mask, seed. Outputs: gradients of tokens, projections and biases.
class AttentionBackward {
 public:
  explicit AttentionBackward(const Construction& construction)
      : settings_(construction), threshold_(construction.integer("drop_below")) {}

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
    input<float>(inputs, 7, {3 * width}, "bias of the projections");
    // What was kept is only read.
    const Attended attended = {const_cast<bf16*>(input<bf16>(inputs, 3, projected_dims(examples), "kept projections")),
                               const_cast<float*>(input<float>(inputs, 4, log_sums_dims(examples), "kept sums")),
                               const_cast<bf16*>(input<bf16>(inputs, 5, answers, "kept context"))};
    const AttentionUpstream upstream = {input<bf16>(inputs, 0, answers, "gradient of the context"),
                                        input<bf16>(inputs, 1, answers, "gradient of the residual")};
    const AttentionGradients gradients = {context.output<bf16>(0, TF_BFLOAT16, {examples.rows, width}).data<bf16>(),
                                          context.output<float>(1, TF_FLOAT, {width, 3 * width}).data<float>(),
                                          context.output<float>(2, TF_FLOAT, {3 * width}).data<float>()};
    attention_backward(examples, inputs[2].data<bf16>(), attended,
                       input<bf16>(inputs, 6, {width, 3 * width}, "packed projections"), dropout_of(inputs, 9, threshold_),
                       upstream, gradients);
  }

 private:
  AttentionSettings settings_;
  int64_t threshold_;
};

[[maybe_unused]] const bool added =
    add_operation<AttentionInference>({"BertTfAttentionInference",
                                       {"tokens: bfloat16", "projections: bfloat16", "bias: float", "mask: int32"},
                                       {"context: bfloat16"},
                                       {"heads: int", "first_only: bool", "threads: int = 0"}}) &&
    add_operation<AttentionForward>(
        {"BertTfAttentionForward",
         {"tokens: bfloat16", "projections: bfloat16", "bias: float", "mask: int32", "seed: uint32"},
         {"projected: bfloat16", "log_sums: float", "context: bfloat16"},
         {"heads: int", "first_only: bool", "drop_below: int = 0", "threads: int = 0"}}) &&
    add_operation<AttentionBackward>(
        {"BertTfAttentionBackward",
         {"d_context: bfloat16", "d_residual: bfloat16", "tokens: bfloat16", "projected: bfloat16", "log_sums: float",
          "context: bfloat16", "projections_transposed: bfloat16", "bias: float", "mask: int32", "seed: uint32"},
         {"d_tokens: bfloat16", "d_projections: float", "d_bias: float"},
         {"heads: int", "first_only: bool", "drop_below: int = 0", "threads: int = 0"}});

}  // namespace
}  // namespace bert_tf
