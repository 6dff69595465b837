// The packed weights of a model's layers, kept from one step to the next.
//
// What is packed belongs to the very memory of the six matrices that it was packed from, and that memory is held:
// TensorFlow changes no memory that two hold, and nobody else gets its place meanwhile. Weights that were set from
// elsewhere lie in other memory, so that what is kept is never taken for theirs. Packed memory isn't written again
// either while an operation holds it.
#pragma once
#include <array>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "pack_weights.h"
#include "tensorflow.h"

namespace bert_tf {

constexpr int kMatrices = 6;  // of a layer: query, key, value, attention output, inner, outer
constexpr int kPacked = 8;    // query, key and value side by side, and the others; each also as its transpose

// Of a layer's six matrices, whose shapes are checked.
struct LayerShape {
  explicit LayerShape(const std::vector<Dims>& matrices);
  std::array<Dims, kPacked> packed_dims() const;
  // Where one of the matrices goes.
  PackedWeights place_of(int matrix, const std::vector<Tensor>& packed) const;
  int64_t width, inner;
};

struct PackedLayer {
  std::vector<Tensor> sources, packed;
};

class IdleMemory;

class PackedLayers {
 public:
  PackedLayers();
  // Those with a number; null if nobody holds the tensor with that number any more, and for 0.
  static std::shared_ptr<PackedLayers> find(int64_t number);
  // A scalar, int64, whose memory ends what is kept under the number in it.
  static Tensor make();

  // What is kept of a layer if it was packed from these tensors; null otherwise.
  std::shared_ptr<const PackedLayer> packed_from(int64_t layer, const std::vector<Tensor>& sources);
  void forget(int64_t layer);
  std::shared_ptr<const PackedLayer> keep(int64_t layer, std::vector<Tensor> sources, std::vector<Tensor> packed);
  // Of a layer, not filled; in memory that was forgotten and that no operation holds, if there is some.
  std::vector<Tensor> new_packed(const LayerShape& shape) const;

 private:
  std::mutex mutex_;
  std::unordered_map<int64_t, std::shared_ptr<const PackedLayer>> layers_;
  std::shared_ptr<IdleMemory> idle_;
};

}  // namespace bert_tf
