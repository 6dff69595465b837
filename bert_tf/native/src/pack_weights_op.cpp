// The weights of a layer as tiles.
#include "layer_inputs.h"
#include "packed_layers.h"

namespace bert_tf {
namespace {

// Inputs: the six matrices of a layer. Outputs: query, key and value side by side, and the others, each as the right
// operand of a product and as its transpose. With the number of a model's packed layers they are kept under the layer's
// place there, and are not packed again while the matrices are the same.
class PackLayer {
 public:
  explicit PackLayer(const Construction& construction)
      : kept_(construction.integer("kept")),
        place_(construction.integer("place")),
        threads_(static_cast<int>(construction.integer("threads"))) {}

  static void infer(Shapes& shapes) {
    shapes.set_all_unknown();
    for (int matrix = 3; matrix < kMatrices; matrix++) {
      shapes.set_like_input(2 * matrix - 4, matrix);
      shapes.set_like_input(2 * matrix - 3, matrix);
    }
  }

  void compute(Context& context) const {
    std::vector<Tensor> inputs = inputs_of(context, kMatrices);
    std::vector<Dims> dims;
    for (const Tensor& input : inputs) dims.push_back(input.dims());
    const LayerShape shape(dims);
    const std::shared_ptr<PackedLayers> layers = PackedLayers::find(kept_);
    if (layers == nullptr) {
      std::vector<Tensor> outputs;
      for (int i = 0; i < kPacked; i++)
        outputs.push_back(context.output<bf16>(i, TF_BFLOAT16, shape.packed_dims()[i]));
      return pack(inputs, shape, outputs);
    }
    std::shared_ptr<const PackedLayer> known = layers->packed_from(place_, inputs);
    if (known == nullptr) {
      layers->forget(place_);
      std::vector<Tensor> packed = layers->new_packed(shape);
      pack(inputs, shape, packed);
      known = layers->keep(place_, std::move(inputs), std::move(packed));
    }
    for (int i = 0; i < kPacked; i++) context.set_output(i, known->packed[i]);
  }

 private:
  void pack(const std::vector<Tensor>& inputs, const LayerShape& shape, const std::vector<Tensor>& packed) const {
    for (int matrix = 0; matrix < kMatrices; matrix++) {
      const Dims dims = inputs[matrix].dims();
      pack_weights(inputs[matrix].data<float>(), static_cast<int>(dims[0]), static_cast<int>(dims[1]),
                   shape.place_of(matrix, packed), threads_);
    }
  }

  int64_t kept_, place_;
  int threads_;
};

// Output: the number of a model's packed layers, which are kept as long as the memory of that number.
class NewPackedLayers {
 public:
  explicit NewPackedLayers(const Construction&) {}
  static void infer(Shapes& shapes) { shapes.set_scalar(0); }
  void compute(Context& context) const { context.set_output(0, PackedLayers::make()); }
};

[[maybe_unused]] const bool added =
    add_operation<PackLayer>(
        {"BertTfPackLayer",
         {"query: float", "key: float", "value: float", "output: float", "inner: float", "outer: float"},
         {"projections: bfloat16", "projections_transposed: bfloat16", "output_packed: bfloat16",
          "output_transposed: bfloat16", "inner_packed: bfloat16", "inner_transposed: bfloat16",
          "outer_packed: bfloat16", "outer_transposed: bfloat16"},
         {"kept: int = 0", "place: int = 0", "threads: int = 0"}}) &&
    add_operation<NewPackedLayers>({"BertTfNewPackedLayers", {}, {"number: int64"}, {}, true});

}  // namespace
}  // namespace bert_tf
