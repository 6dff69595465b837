// Memory that variables keep between steps, and that the operation that gave it to them may change in place.
//
// TensorFlow's C API lets no operation see whether others read a variable's memory. An operation hands out memory of
// its own once, and knows it again; any other memory, such as that of a NumPy array that a variable was set to, or
// that of another variable, is left as it is.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tensorflow.h"

namespace bert_tf {

// A float32 tensor; `owner` is whoever may change it.
Tensor new_own_tensor(const Dims& dims, int64_t owner);

bool is_own(const void* data, int64_t owner);

}  // namespace bert_tf
