// Sums of the rows that have the same index: the gradient of an embedding table, of which each token has a row.
#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "tensorflow.h"
#include "threads.h"

namespace bert_tf {
namespace {

constexpr int64_t kRowsAtOnce = 128;

// For each row of a table where in `order` its tokens are listed, in the order in which they come.
struct Places {
  std::vector<int64_t> begin;
  std::vector<int32_t> order;
};

Places places_of(const int32_t* indices, int64_t tokens, int64_t rows) {
  Places places{std::vector<int64_t>(rows + 1), std::vector<int32_t>(tokens)};
  for (int64_t token = 0; token < tokens; token++) {
    if (indices[token] < 0 || indices[token] >= rows)
      throw Error("Index " + std::to_string(indices[token]) + " is of no row: there are " + std::to_string(rows) + ".");
    places.begin[indices[token] + 1]++;
  }
  for (int64_t row = 0; row < rows; row++) places.begin[row + 1] += places.begin[row];
  std::vector<int64_t> next(places.begin.begin(), places.begin.end() - 1);
  for (int64_t token = 0; token < tokens; token++)
    places.order[next[indices[token]]++] = static_cast<int32_t>(token);
  return places;
}

// Inputs: values [T, E], indices [T]. Output: [rows, E], the sum of the values with each row's index.
class RowSums {
 public:
  explicit RowSums(const Construction& construction)
      : rows_(construction.integer("rows")), threads_(static_cast<int>(construction.integer("threads"))) {}

  static void infer(Shapes& shapes) { shapes.set_all_unknown(); }

  void compute(Context& context) const {
    const Tensor values = context.input(0), indices = context.input(1);
    const Dims dims = values.dims();
    if (dims.size() != 2 || indices.dims() != Dims{dims[0]})
      throw Error("Sums of rows need values [T, E] and indices [T], not " + text_of(dims) + " and " +
                  text_of(indices.dims()) + ".");
    const int64_t width = dims[1];
    const Places places = places_of(indices.data<int32_t>(), dims[0], rows_);
    const float* read = values.data<float>();
    const Tensor sums = context.output<float>(0, TF_FLOAT, {rows_, width});
    float* written = sums.data<float>();
    parallel_for((rows_ + kRowsAtOnce - 1) / kRowsAtOnce, threads_, [&](int64_t number) {
      const int64_t end = std::min(rows_, (number + 1) * kRowsAtOnce);
      for (int64_t row = number * kRowsAtOnce; row < end; row++) {
        float* sum = written + row * width;
        int64_t place = places.begin[row];
        if (place == places.begin[row + 1]) {
          std::memset(sum, 0, sizeof(float) * width);
          continue;
        }
        std::memcpy(sum, read + places.order[place] * width, sizeof(float) * width);
        while (++place < places.begin[row + 1]) {
          const float* value = read + places.order[place] * width;
          for (int64_t i = 0; i < width; i++) sum[i] += value[i];
        }
      }
    });
  }

 private:
  int64_t rows_;
  int threads_;
};

const bool kAdded = add_operation<RowSums>({"BertTfRowSums",
                                            {"values: float", "indices: int32"},
                                            {"sums: float"},
                                            {"rows: int >= 1", "threads: int >= 0"}});

}  // namespace
}  // namespace bert_tf
