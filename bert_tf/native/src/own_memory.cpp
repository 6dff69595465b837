#include "own_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <unordered_map>

namespace bert_tf {
namespace {

constexpr size_t kLine = 64, kHugePage = size_t{2} << 20;

struct Owners {
  std::mutex mutex;
  std::unordered_map<const void*, int64_t> of;
};

// Never destroyed: variables may outlive whatever runs at a process's end.
Owners& owners() {
  static Owners* owners = new Owners;
  return *owners;
}

void give_back(void* data, size_t, void*) {
  {
    std::lock_guard<std::mutex> lock(owners().mutex);
    owners().of.erase(data);
  }
  std::free(data);
}

}  // namespace

Tensor new_own_tensor(const Dims& dims, int64_t owner) {
  size_t bytes = sizeof(float);
  for (int64_t dim : dims) bytes *= dim;
  const size_t alignment = bytes < kHugePage ? kLine : kHugePage;
  void* data = nullptr;
  if (posix_memalign(&data, alignment, std::max(bytes, kLine))) throw std::bad_alloc();
  // No huge page that is used in part: of a BERT's moments a fifth would be nothing but that.
  if (alignment == kHugePage) madvise(data, bytes / kHugePage * kHugePage, MADV_HUGEPAGE);
  {
    std::lock_guard<std::mutex> lock(owners().mutex);
    owners().of[data] = owner;
  }
  return Tensor(TF_NewTensor(TF_FLOAT, dims.data(), static_cast<int>(dims.size()), data, bytes, give_back, nullptr));
}

bool is_own(const void* data, int64_t owner) {
  std::lock_guard<std::mutex> lock(owners().mutex);
  const auto found = owners().of.find(data);
  return found != owners().of.end() && found->second == owner;
}

}  // namespace bert_tf
