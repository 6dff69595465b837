// The weights of a layer as tiles.
#include "layer_inputs.h"
#include "pack_weights.h"

namespace bert_tf {
namespace {

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
            "A native layer's widths should be multiples of 32, but its inner weights have the shape " +
                text_of(inner) + ".");
    const int64_t width = inner[0];
    const Dims square = {width, width}, side_by_side = {width, 3 * width};
    bf16* forward = context.output<bf16>(0, TF_BFLOAT16, side_by_side).data<bf16>();
    bf16* backward = context.output<bf16>(1, TF_BFLOAT16, side_by_side).data<bf16>();
    const int steps = static_cast<int>(width / 32), size = static_cast<int>(width);
    for (int part = 0; part < 3; part++)
      pack_weights(input<float>(inputs, part, square, "weights of query, key and value"), size, size,
                   {forward + part * width * width, backward, 3 * steps, part * steps}, threads_);
    pack(context, inputs, 3, square);
    pack(context, inputs, 4, inner);
    pack(context, inputs, 5, {inner[1], inner[0]});
  }

 private:
  void pack(Context& context, const std::vector<Tensor>& inputs, int matrix, const Dims& dims) const {
    const float* weights = input<float>(inputs, matrix, dims, "weights");
    bf16* forward = context.output<bf16>(2 * matrix - 4, TF_BFLOAT16, dims).data<bf16>();
    bf16* backward = context.output<bf16>(2 * matrix - 3, TF_BFLOAT16, dims).data<bf16>();
    const int rows = static_cast<int>(dims[0]), columns = static_cast<int>(dims[1]);
    pack_weights(weights, rows, columns, {forward, backward, columns / 32, 0}, threads_);
  }

  int threads_;
};

[[maybe_unused]] const bool added = add_operation<PackLayer>(
    {"BertTfPackLayer",
     {"query: float", "key: float", "value: float", "output: float", "inner: float", "outer: float"},
     {"projections: bfloat16", "projections_transposed: bfloat16", "output_packed: bfloat16",
      "output_transposed: bfloat16", "inner_packed: bfloat16", "inner_transposed: bfloat16", "outer_packed: bfloat16",
      "outer_transposed: bfloat16"},
     {"threads: int = 0"}});

}  // namespace
}  // namespace bert_tf
