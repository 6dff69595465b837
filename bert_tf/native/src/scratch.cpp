#include "scratch.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <mutex>
#include <new>
#include <vector>

namespace bert_tf {
namespace {

constexpr size_t kHugePage = size_t{2} << 20;

size_t in_pages(size_t bytes) { return (bytes + kHugePage - 1) / kHugePage * kHugePage; }

void* new_pages(size_t bytes) {
  void* memory = std::aligned_alloc(kHugePage, bytes);
  if (memory == nullptr) throw std::bad_alloc();
  madvise(memory, bytes, MADV_HUGEPAGE);
  return memory;
}

// Pieces of memory that a thread takes from, one behind the other.
class Pieces {
 public:
  ~Pieces() { release(); }

  Scratch::Place begin() {
    users_++;
    return place_;
  }

  void* take(size_t bytes) {
    bytes = (bytes + 63) / 64 * 64;
    while (place_.piece < pieces_.size() && place_.used + bytes > pieces_[place_.piece].bytes)
      place_ = {place_.piece + 1, 0};
    if (place_.piece == pieces_.size()) {
      const size_t wanted = in_pages(bytes);
      pieces_.push_back({new_pages(wanted), wanted});
    }
    void* memory = static_cast<char*>(pieces_[place_.piece].memory) + place_.used;
    place_.used += bytes;
    return memory;
  }

  void end(Scratch::Place place) {
    place_ = place;
    if (--users_ > 0 || pieces_.size() < 2) return;
    // The next call finds one piece that is as large as all of these.
    size_t total = 0;
    for (const Piece& piece : pieces_) total += piece.bytes;
    release();
    pieces_.push_back({new_pages(total), total});
  }

 private:
  struct Piece {
    void* memory;
    size_t bytes;
  };
  void release() {
    for (const Piece& piece : pieces_) std::free(piece.memory);
    pieces_.clear();
  }
  std::vector<Piece> pieces_;
  Scratch::Place place_ = {0, 0};
  int users_ = 0;
};

Pieces& pieces_of_thread() {
  static thread_local Pieces pieces;
  return pieces;
}

// What no call is using, by size.
struct Idle {
  std::mutex mutex;
  std::multimap<size_t, void*> memory;
};

Idle& idle() {
  static Idle* const one = new Idle;  // never destroyed: threads may still run when the process ends
  return *one;
}

}  // namespace

Scratch::Scratch() : place_(pieces_of_thread().begin()) {}
Scratch::~Scratch() { pieces_of_thread().end(place_); }
void* Scratch::bytes(size_t count) { return pieces_of_thread().take(count); }

Shared::Shared(size_t bytes) : bytes_(in_pages(bytes)) {
  std::lock_guard<std::mutex> lock(idle().mutex);
  auto& memory = idle().memory;
  const auto found = memory.lower_bound(bytes_);
  if (found != memory.end()) {
    bytes_ = found->first, memory_ = found->second;
    memory.erase(found);
    return;
  }
  // One that is too small makes room for one that is larger, so that no more is kept than was once needed at a time.
  if (!memory.empty()) {
    const auto largest = std::prev(memory.end());
    std::free(largest->second);
    memory.erase(largest);
  }
  memory_ = new_pages(bytes_);
}

Shared::~Shared() {
  std::lock_guard<std::mutex> lock(idle().mutex);
  idle().memory.insert({bytes_, memory_});
}

}  // namespace bert_tf
