// The norm of all gradients as one vector.
#include <cmath>
#include <vector>

#include "tensorflow.h"
#include "threads.h"
#include "variable_parts.h"

namespace bert_tf {
namespace {

constexpr int kLanes = 16;

double sum_of_squares(const float* values, int64_t size) {
  // So many sums side by side, whatever the compiler makes of them: their order is part of the result.
  double sums[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= size; i += kLanes)
    for (int lane = 0; lane < kLanes; lane++) sums[lane] += double(values[i + lane]) * double(values[i + lane]);
  for (int lane = 0; i + lane < size; lane++) sums[lane] += double(values[i + lane]) * double(values[i + lane]);
  double sum = 0;
  for (double lane : sums) sum += lane;
  return sum;
}

// sqrt of the sum of squares of all gradients.
class GlobalNorm {
 public:
  explicit GlobalNorm(const Construction& construction)
      : gradients_(static_cast<int>(construction.integer("N"))),
        threads_(static_cast<int>(construction.integer("threads"))) {}

  static void infer(Shapes& shapes) { shapes.set_scalar(0); }

  void compute(Context& context) const {
    std::vector<Tensor> gradients;
    std::vector<Part> parts;
    for (int i = 0; i < gradients_; i++) {
      gradients.push_back(context.input(i));
      add_parts(i, gradients.back().size(), kAtOnce, parts);
    }
    std::vector<double> sums(parts.size());
    parallel_for(static_cast<int64_t>(parts.size()), threads_, [&](int64_t number) {
      const Part& part = parts[number];
      sums[number] = sum_of_squares(gradients[part.variable].data<float>() + part.begin, part.end - part.begin);
    });
    double sum = 0;
    for (double part : sums) sum += part;
    *context.output<float>(0, TF_FLOAT, {}).data<float>() = static_cast<float>(std::sqrt(sum));
  }

 private:
  int gradients_, threads_;
};

const bool kAdded = add_operation<GlobalNorm>(
    {"BertTfGlobalNorm", {"gradients: N * float"}, {"norm: float"}, {"N: int >= 1", "threads: int >= 0"}});

}  // namespace
}  // namespace bert_tf
