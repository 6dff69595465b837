// Variables in parts that are tasks, whatever the number of threads.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace bert_tf {

// Numbers that a task works on: 64 KiB, of which four or five arrays fit into a core's cache.
constexpr int64_t kAtOnce = 16384;

// A part of one of the variables.
struct Part {
  int variable;
  int64_t begin, end;
};

inline void add_parts(int variable, int64_t size, int64_t each, std::vector<Part>& parts) {
  for (int64_t begin = 0; begin < size; begin += each) parts.push_back({variable, begin, std::min(size, begin + each)});
}

}  // namespace bert_tf
