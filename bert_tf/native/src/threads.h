// Threads of the operations, since TensorFlow's C API gives none of its own.
#pragma once

#include <cstdint>
#include <functional>

namespace bert_tf {

// Calls `task` with every number below `tasks`, in any order, on at most so many threads; 0 is as many as this process
// may use processors. The caller works too, so that calls from several threads at once, or from a task, can't wait for
// each other forever. Subnormal numbers count as zero in all threads alike, as in TensorFlow's.
//
// Throws what one of the tasks threw, once all of them are done.
//
// Results don't depend on the number of threads where no task reads what another writes.
void parallel_for(int64_t tasks, int threads, const std::function<void(int64_t)>& task);

}  // namespace bert_tf
