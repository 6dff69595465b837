// Operations for TensorFlow as C++ classes, over its C API.
//
// An operation is a class with a constructor from `Construction` (its attributes), `void compute(Context&) const` and
// `static void infer(Shapes&)`; `add_operation<Class>({...})` in a static initialiser registers it for the CPU. What
// these functions throw as `Error` reaches Python as `tf.errors.InvalidArgumentError`; its text is a sentence.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "tensorflow_c_api.h"

namespace bert_tf {

using Dims = std::vector<int64_t>;

struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// "[2, 3]", for sentences.
inline std::string text_of(const Dims& dims) {
  std::string text = "[";
  for (size_t i = 0; i < dims.size(); i++) text += (i ? ", " : "") + std::to_string(dims[i]);
  return text + "]";
}

class Status {
 public:
  Status() : status_(TF_NewStatus()) {}
  ~Status() { TF_DeleteStatus(status_); }
  Status(const Status&) = delete;
  operator TF_Status*() const { return status_; }
  void check() const {
    if (TF_GetCode(status_) != TSL_OK) throw Error(TF_Message(status_));
  }

 private:
  TF_Status* status_;
};

// Runs a function that may throw; what it threw is left in `status`, true if nothing.
template <class Function>
bool caught(TF_Status* status, Function function) {
  try {
    function();
    return true;
  } catch (const Error& error) {
    TF_SetStatus(status, TSL_INVALID_ARGUMENT, error.what());
  } catch (const std::bad_alloc&) {
    TF_SetStatus(status, TSL_RESOURCE_EXHAUSTED, "There is not enough memory for this operation.");
  } catch (const std::exception& error) {
    TF_SetStatus(status, TSL_INTERNAL, error.what());
  }
  return false;
}

class Tensor {
 public:
  explicit Tensor(TF_Tensor* tensor) : tensor_(tensor, TF_DeleteTensor) {}
  template <class Element>
  Element* data() const {
    return static_cast<Element*>(TF_TensorData(tensor_.get()));
  }
  int64_t size() const { return TF_TensorElementCount(tensor_.get()); }
  Dims dims() const {
    Dims dims(TF_NumDims(tensor_.get()));
    for (size_t i = 0; i < dims.size(); i++) dims[i] = TF_Dim(tensor_.get(), static_cast<int>(i));
    return dims;
  }
  const TF_Tensor* get() const { return tensor_.get(); }

 private:
  std::unique_ptr<TF_Tensor, void (*)(TF_Tensor*)> tensor_;
};

// Reads attributes.
class Construction {
 public:
  explicit Construction(TF_OpKernelConstruction* construction) : construction_(construction) {}
  int64_t integer(const char* name) const { return read<int64_t>(TF_OpKernelConstruction_GetAttrInt64, name); }
  float number(const char* name) const { return read<float>(TF_OpKernelConstruction_GetAttrFloat, name); }
  bool flag(const char* name) const { return read<TF_Bool>(TF_OpKernelConstruction_GetAttrBool, name) != 0; }
  std::vector<TF_Bool> flags(const char* name) const {
    return list<TF_Bool>(TF_OpKernelConstruction_GetAttrBoolList, name);
  }
  std::vector<int64_t> integers(const char* name) const {
    return list<int64_t>(TF_OpKernelConstruction_GetAttrInt64List, name);
  }

 private:
  template <class Value>
  std::vector<Value> list(void (*reader)(TF_OpKernelConstruction*, const char*, Value*, int, TF_Status*),
                          const char* name) const {
    Status status;
    int32_t size = 0, total = 0;
    TF_OpKernelConstruction_GetAttrSize(construction_, name, &size, &total, status);
    status.check();
    std::vector<Value> values(size);
    reader(construction_, name, values.data(), size, status);
    status.check();
    return values;
  }
  template <class Value>
  Value read(void (*reader)(TF_OpKernelConstruction*, const char*, Value*, TF_Status*), const char* name) const {
    Status status;
    Value value{};
    reader(construction_, name, &value, status);
    status.check();
    return value;
  }

  TF_OpKernelConstruction* construction_;
};

// One call of an operation.
class Context {
 public:
  explicit Context(TF_OpKernelContext* context) : context_(context) {}

  Tensor input(int index) const {
    Status status;
    TF_Tensor* tensor = nullptr;
    TF_GetInput(context_, index, &tensor, status);
    status.check();
    return Tensor(tensor);
  }
  float number(int index) const { return *input(index).data<float>(); }

  template <class Element>
  Tensor output(int index, TF_DataType type, const Dims& dims) const {
    size_t bytes = sizeof(Element);
    for (int64_t dim : dims) bytes *= dim;
    Status status;
    Tensor tensor(TF_AllocateOutput(context_, index, type, dims.data(), static_cast<int>(dims.size()), bytes, status));
    status.check();
    return tensor;
  }

  // An output in the memory of an input that nobody else reads, or in new memory. `is_in_place` tells which. Nothing
  // may hold the input's tensor.
  Tensor output_over_input(int output, int input, const Dims& dims, bool* is_in_place) const {
    Status status;
    int forwarded = -1;
    Tensor tensor(TF_ForwardInputOrAllocateOutput(context_, &input, 1, output, dims.data(),
                                                  static_cast<int>(dims.size()), &forwarded, status));
    status.check();
    *is_in_place = forwarded == input;
    return tensor;
  }

  void set_output(int index, const Tensor& tensor) const {
    Status status;
    TF_SetOutput(context_, index, tensor.get(), status);
    status.check();
  }

 private:
  TF_OpKernelContext* context_;
};

// Shapes of outputs, told while a graph is made.
class Shapes {
 public:
  explicit Shapes(TF_ShapeInferenceContext* context) : context_(context) {}
  int inputs() const { return static_cast<int>(TF_ShapeInferenceContextNumInputs(context_)); }
  void set_like_input(int output, int input) const {
    Status status;
    Handle handle(TF_NewShapeHandle(), TF_DeleteShapeHandle);
    TF_ShapeInferenceContextGetInput(context_, input, handle.get(), status);
    status.check();
    set(output, handle);
  }
  void set_scalar(int output) const { set(output, {TF_ShapeInferenceContextScalar(context_), TF_DeleteShapeHandle}); }
  void set_all_unknown() const {
    Status status;
    TF_ShapeInferenceContextSetUnknownShape(context_, status);
    status.check();
  }
  TF_ShapeInferenceContext* get() const { return context_; }

 private:
  using Handle = std::unique_ptr<TF_ShapeHandle, void (*)(TF_ShapeHandle*)>;
  void set(int output, const Handle& handle) const {
    Status status;
    TF_ShapeInferenceContextSetOutput(context_, output, handle.get(), status);
    status.check();
  }

  TF_ShapeInferenceContext* context_;
};

// In TensorFlow's own language for operations, such as "values: N * float" and "N: int >= 1".
struct Definition {
  const char* name;
  std::vector<const char*> inputs, outputs, attributes;
  bool is_stateful = false;
};

template <class Operation>
bool add_operation(const Definition& definition) {
  TF_OpDefinitionBuilder* builder = TF_NewOpDefinitionBuilder(definition.name);
  for (const char* input : definition.inputs) TF_OpDefinitionBuilderAddInput(builder, input);
  for (const char* output : definition.outputs) TF_OpDefinitionBuilderAddOutput(builder, output);
  for (const char* attribute : definition.attributes) TF_OpDefinitionBuilderAddAttr(builder, attribute);
  TF_OpDefinitionBuilderSetIsStateful(builder, definition.is_stateful);
  TF_OpDefinitionBuilderSetShapeInferenceFunction(builder, [](TF_ShapeInferenceContext* context, TF_Status* status) {
    caught(status, [&] {
      Shapes shapes(context);
      Operation::infer(shapes);
    });
  });
  Status status;
  TF_RegisterOpDefinition(builder, status);
  TF_KernelBuilder* kernel = TF_NewKernelBuilder(
      definition.name, "CPU",
      [](TF_OpKernelConstruction* construction) -> void* {
        Status status;
        Operation* operation = nullptr;
        if (!caught(status, [&] { operation = new Operation(Construction(construction)); }))
          TF_OpKernelConstruction_Failure(construction, status);
        return operation;
      },
      [](void* operation, TF_OpKernelContext* call) {
        Status status;
        bool done = caught(status, [&] {
          Context context(call);
          static_cast<const Operation*>(operation)->compute(context);
        });
        if (!done) TF_OpKernelContext_Failure(call, status);
      },
      [](void* operation) { delete static_cast<Operation*>(operation); });
  TF_RegisterKernelBuilder(definition.name, kernel, status);
  // An operation that could not be registered is missed by whoever loads the library.
  return TF_GetCode(status) == TSL_OK;
}

}  // namespace bert_tf
