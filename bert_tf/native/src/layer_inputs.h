// What the operations of a layer have in common: inputs whose shapes are checked, and shapes that are told to graphs.
//
// Tokens of all examples lie in one matrix of a multiple of 32 rows; rows behind the tokens are zeros, and so are their
// gradients.
#pragma once
#include <string>
#include <vector>

#include "counter_dropout.h"
#include "tensorflow.h"

namespace bert_tf {

inline void require(bool holds, const std::string& otherwise) {
  if (!holds) throw Error(otherwise);
}

// An input whose shape has to be known for sure before its memory is read.
template <class Element>
const Element* input(const std::vector<Tensor>& inputs, int index, const Dims& wanted, const char* what) {
  const Dims found = inputs[index].dims();
  require(found == wanted, std::string("A native layer's ") + what + " should be of the shape " + text_of(wanted) +
                               ", not " + text_of(found) + ".");
  return inputs[index].data<Element>();
}

inline std::vector<Tensor> inputs_of(const Context& context, int count) {
  std::vector<Tensor> inputs;
  for (int i = 0; i < count; i++) inputs.push_back(context.input(i));
  return inputs;
}

inline Dropout dropout_of(const std::vector<Tensor>& inputs, int seed, int64_t threshold) {
  return Dropout(*input<uint32_t>(inputs, seed, {}, "seed"), static_cast<uint32_t>(threshold));
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
  static constexpr int64_t kAll = INT64_MAX;  // up to the end
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

}  // namespace bert_tf
