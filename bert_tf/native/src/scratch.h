// Memory that operations work in, kept from one call to the next: pages that are new cost a tenth of a layer's time.
#pragma once
#include <cstddef>

namespace bert_tf {

// What a thread takes while this lives, in whole lines of 64 bytes, not zeroed. One may live inside another.
class Scratch {
 public:
  struct Place {
    size_t piece, used;
  };

  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  template <class T>
  T* take(size_t count) {
    return static_cast<T*>(bytes(count * sizeof(T)));
  }

 private:
  void* bytes(size_t count);
  Place place_;
};

// A matrix that all threads of one call share. Not zeroed.
class Shared {
 public:
  explicit Shared(size_t bytes);
  ~Shared();
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;

  template <class T>
  T* as() const {
    return static_cast<T*>(memory_);
  }

 private:
  void* memory_;
  size_t bytes_;
};

}  // namespace bert_tf
