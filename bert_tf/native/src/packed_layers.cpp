#include "packed_layers.h"

#include <cstdlib>
#include <map>
#include <string>

#include "layer_inputs.h"

namespace bert_tf {

// Of one model's packed weights; new pages in each step would cost as much as packing.
class IdleMemory : public std::enable_shared_from_this<IdleMemory> {
 public:
  ~IdleMemory() {
    for (const auto& [bytes, memory] : memory_) std::free(memory);
  }

  Tensor tensor(const Dims& dims) {
    size_t bytes = sizeof(bf16);
    for (int64_t dim : dims) bytes *= dim;
    void* memory = take(bytes);
    auto* const owner = new std::shared_ptr<IdleMemory>(shared_from_this());
    return Tensor(TF_NewTensor(TF_BFLOAT16, dims.data(), static_cast<int>(dims.size()), memory, bytes, give_back, owner));
  }

 private:
  void* take(size_t bytes) {
    std::lock_guard<std::mutex> lock(mutex_);
    const auto found = memory_.find(bytes);
    if (found == memory_.end()) {
      void* memory = std::aligned_alloc(64, bytes);
      if (memory == nullptr) throw std::bad_alloc();
      return memory;
    }
    void* memory = found->second;
    memory_.erase(found);
    return memory;
  }

  static void give_back(void* data, size_t bytes, void* argument) {
    const std::unique_ptr<std::shared_ptr<IdleMemory>> owner(static_cast<std::shared_ptr<IdleMemory>*>(argument));
    std::lock_guard<std::mutex> lock((*owner)->mutex_);
    (*owner)->memory_.insert({bytes, data});
  }

  std::mutex mutex_;
  std::multimap<size_t, void*> memory_;
};

namespace {

struct Kept {
  std::mutex mutex;
  int64_t latest = 0;
  std::unordered_map<int64_t, std::shared_ptr<PackedLayers>> by_number;
};

// Never destroyed: tensors may outlive whatever runs at a process's end.
Kept& kept() {
  static Kept* const kept = new Kept;
  return *kept;
}

void end(void* data, size_t, void*) {
  std::shared_ptr<PackedLayers> last;  // ends without the lock
  std::lock_guard<std::mutex> lock(kept().mutex);
  const auto found = kept().by_number.find(*static_cast<int64_t*>(data));
  if (found != kept().by_number.end()) {
    last = std::move(found->second);
    kept().by_number.erase(found);
  }
  std::free(data);
}

}  // namespace

LayerShape::LayerShape(const std::vector<Dims>& matrices) {
  const Dims found = matrices[4];
  require(found.size() == 2 && found[0] > 0 && found[1] > 0 && found[0] % 32 == 0 && found[1] % 32 == 0,
          "A native layer's widths should be multiples of 32, but its inner weights have the shape " + text_of(found) +
              ".");
  width = found[0], inner = found[1];
  for (int matrix = 0; matrix < kMatrices; matrix++) {
    const Dims wanted = matrix == 4 ? found : matrix == 5 ? Dims{inner, width} : Dims{width, width};
    require(matrices[matrix] == wanted,
            std::string("A native layer's ") + (matrix < 3 ? "weights of query, key and value" : "weights") +
                " should be of the shape " + text_of(wanted) + ", not " + text_of(matrices[matrix]) + ".");
  }
}

std::array<Dims, kPacked> LayerShape::packed_dims() const {
  const Dims side_by_side = {width, 3 * width}, square = {width, width};
  const Dims wide = {width, inner}, narrow = {inner, width};
  return {side_by_side, side_by_side, square, square, wide, wide, narrow, narrow};
}

PackedWeights LayerShape::place_of(int matrix, const std::vector<Tensor>& packed) const {
  const int steps = static_cast<int>(width / 32);
  if (matrix < 3)
    return {packed[0].data<bf16>() + matrix * width * width, packed[1].data<bf16>(), 3 * steps, matrix * steps};
  return {packed[2 * matrix - 4].data<bf16>(), packed[2 * matrix - 3].data<bf16>(),
          matrix == 4 ? static_cast<int>(inner / 32) : steps, 0};
}

PackedLayers::PackedLayers() : idle_(std::make_shared<IdleMemory>()) {}

std::shared_ptr<PackedLayers> PackedLayers::find(int64_t number) {
  std::lock_guard<std::mutex> lock(kept().mutex);
  const auto found = kept().by_number.find(number);
  return found == kept().by_number.end() ? nullptr : found->second;
}

Tensor PackedLayers::make() {
  auto* const number = static_cast<int64_t*>(std::aligned_alloc(64, 64));
  if (number == nullptr) throw std::bad_alloc();
  {
    std::lock_guard<std::mutex> lock(kept().mutex);
    *number = ++kept().latest;
    kept().by_number[*number] = std::make_shared<PackedLayers>();
  }
  return Tensor(TF_NewTensor(TF_INT64, nullptr, 0, number, sizeof *number, end, nullptr));
}

std::shared_ptr<const PackedLayer> PackedLayers::packed_from(int64_t layer, const std::vector<Tensor>& sources) {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto found = layers_.find(layer);
  if (found == layers_.end()) return nullptr;
  for (int matrix = 0; matrix < kMatrices; matrix++)
    if (found->second->sources[matrix].data<void>() != sources[matrix].data<void>()) return nullptr;
  return found->second;
}

void PackedLayers::forget(int64_t layer) {
  std::lock_guard<std::mutex> lock(mutex_);
  layers_.erase(layer);
}

std::shared_ptr<const PackedLayer> PackedLayers::keep(int64_t layer, std::vector<Tensor> sources,
                                                      std::vector<Tensor> packed) {
  auto one = std::make_shared<PackedLayer>();
  one->sources = std::move(sources), one->packed = std::move(packed);
  std::lock_guard<std::mutex> lock(mutex_);
  layers_[layer] = one;
  return one;
}

std::vector<Tensor> PackedLayers::new_packed(const LayerShape& shape) const {
  std::vector<Tensor> packed;
  for (const Dims& dims : shape.packed_dims()) packed.push_back(idle_->tensor(dims));
  return packed;
}

}  // namespace bert_tf
