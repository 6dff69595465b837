// AdamW (Loshchilov & Hutter, 2019) over all variables of a model at once.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "own_memory.h"
#include "packed_layers.h"
#include "tensorflow.h"
#include "threads.h"
#include "variable_parts.h"

namespace bert_tf {
namespace {

// Columns of 32 rows that are packed while they are still in the cache.
constexpr int kPackedAtOnce = 512;

struct Rates {
  float clipping, step_size, decay, first, second, epsilon;
};

// Of one variable. What is read may be what is written.
struct Arrays {
  const float *value, *gradient, *first, *second;
  float *new_value, *new_first, *new_second;
  bool is_decayed;
  int rows, columns;     // of a matrix that is packed, else 0
  PackedWeights packed;  // where it goes
};

void update(const Arrays& arrays, int64_t begin, int64_t end, Rates rates) {
  const float decay = arrays.is_decayed ? rates.decay : 0.0f;
// Each number is read before it is written, and no other is.
#pragma GCC ivdep
  for (int64_t i = begin; i < end; i++) {
    const float gradient = arrays.gradient[i] * rates.clipping, value = arrays.value[i];
    const float first = arrays.first[i] + (gradient - arrays.first[i]) * rates.first;
    const float second = arrays.second[i] + (gradient * gradient - arrays.second[i]) * rates.second;
    arrays.new_first[i] = first;
    arrays.new_second[i] = second;
    arrays.new_value[i] = value - (value * decay + first * rates.step_size / (std::sqrt(second) + rates.epsilon));
  }
}

// Of 32 rows.
void update_and_pack(const Arrays& arrays, int64_t first, Rates rates) {
  for (int begin = 0; begin < arrays.columns; begin += kPackedAtOnce) {
    const int end = std::min(arrays.columns, begin + kPackedAtOnce);
    for (int64_t row = first; row < first + 32; row++)
      update(arrays, row * arrays.columns + begin, row * arrays.columns + end, rates);
    pack_block_of(arrays.new_value, arrays.rows, arrays.columns, arrays.packed, {first / 32, begin, end});
  }
}

// Whole bands of what is packed.
std::vector<Part> parts_of(const std::vector<Arrays>& arrays, const std::vector<int64_t>& sizes) {
  std::vector<Part> parts;
  for (int i = 0; i < static_cast<int>(sizes.size()); i++)
    add_parts(i, sizes[i], arrays[i].rows ? 32 * arrays[i].columns : kAtOnce, parts);
  return parts;
}

// Who may change a moment in place: of which optimizer, and the number of the moment there.
int64_t owner_of(int64_t optimizer, int64_t number) { return (optimizer << 20) + number; }

// A moment as it is before the first step, where steps change it.
class NewMoment {
 public:
  explicit NewMoment(const Construction& construction)
      : dims_(construction.integers("dims")),
        owner_(owner_of(construction.integer("owner"), construction.integer("number"))) {}

  static void infer(Shapes& shapes) { shapes.set_all_unknown(); }

  void compute(Context& context) const {
    const Tensor moment = new_own_tensor(dims_, owner_);
    std::memset(moment.data<float>(), 0, moment.size() * sizeof(float));
    context.set_output(0, moment);
  }

 private:
  Dims dims_;
  int64_t owner_;
};

// Inputs: values, gradients, first and second moments of N variables, and a step's clipping, step size and decay.
// Outputs: values, first and second moments. Values are written over the gradients where nobody else reads them, so
// that a variable's earlier value stays what it was for whoever reads it; moments are changed in place, those of
// variable i being the optimizer's 2 · numbers[i] and the next, as of NewMoment. Layers that
// read their matrices packed, and have all of them among the variables, find those of the new values packed: `packed`
// is the number of these layers, `places` of each variable 6 · layer + matrix, or less than 0.
class AdamW {
 public:
  explicit AdamW(const Construction& construction)
      : decayed_(construction.flags("decayed")),
        numbers_(construction.integers("numbers")),
        places_(construction.integers("places")),
        packed_(construction.integer("packed")),
        owner_(construction.integer("owner")),
        threads_(static_cast<int>(construction.integer("threads"))),
        first_(construction.number("first_rate")),
        second_(construction.number("second_rate")),
        epsilon_(construction.number("epsilon")) {
    if (static_cast<int64_t>(decayed_.size()) != construction.integer("N"))
      throw Error("AdamW needs to know of each variable whether it decays.");
    if (!numbers_.empty() && numbers_.size() != decayed_.size())
      throw Error("AdamW needs to know of each variable which moments are its own.");
    if (!places_.empty() && places_.size() != decayed_.size())
      throw Error("AdamW needs to know of each variable whether it is packed.");
  }

  static void infer(Shapes& shapes) {
    const int variables = (shapes.inputs() - 3) / 4;
    for (int i = 0; i < 3 * variables; i++) shapes.set_like_input(i, i % variables);
  }

  void compute(Context& context) const {
    const int variables = static_cast<int>(decayed_.size());
    const Rates rates = {context.number(4 * variables),
                         context.number(4 * variables + 1),
                         context.number(4 * variables + 2),
                         first_,
                         second_,
                         epsilon_};
    std::vector<Tensor> held;
    std::vector<Arrays> arrays(variables);
    std::vector<int64_t> sizes(variables);
    std::vector<Tensor> values;
    for (int i = 0; i < variables; i++) sizes[i] = prepare(context, i, arrays[i], values, held);
    const std::shared_ptr<PackedLayers> layers = PackedLayers::find(packed_);
    std::vector<NewLayer> packed = layers ? new_layers(*layers, arrays, values) : std::vector<NewLayer>();
    const std::vector<Part> parts = parts_of(arrays, sizes);
    parallel_for(static_cast<int64_t>(parts.size()), threads_, [&](int64_t number) {
      const Part& part = parts[number];
      const Arrays& of = arrays[part.variable];
      if (of.rows)
        update_and_pack(of, part.begin / of.columns, rates);
      else
        update(of, part.begin, part.end, rates);
    });
    for (NewLayer& layer : packed) layers->keep(layer.number, std::move(layer.values), std::move(layer.packed));
  }

 private:
  struct NewLayer {
    int64_t number;
    std::vector<Tensor> values, packed;
  };

  // What is kept of them is given up, and where their matrices are packed next stands in the arrays.
  std::vector<NewLayer> new_layers(PackedLayers& layers, std::vector<Arrays>& arrays,
                                   std::vector<Tensor>& values) const {
    std::map<int64_t, std::array<int, kMatrices>> variables;
    std::map<int64_t, int> found;
    for (size_t i = 0; i < places_.size(); i++)
      if (places_[i] >= 0) {
        variables[places_[i] / kMatrices][places_[i] % kMatrices] = static_cast<int>(i);
        found[places_[i] / kMatrices]++;
      }
    std::vector<NewLayer> made;
    for (const auto& [number, of] : variables) {
      if (found[number] != kMatrices) continue;
      layers.forget(number);
      std::vector<Dims> dims;
      for (int i : of) dims.push_back(values[i].dims());
      const LayerShape shape(dims);
      NewLayer layer = {number, {}, layers.new_packed(shape)};
      for (int matrix = 0; matrix < kMatrices; matrix++) {
        Arrays& array = arrays[of[matrix]];
        array.rows = static_cast<int>(dims[matrix][0]), array.columns = static_cast<int>(dims[matrix][1]);
        array.packed = shape.place_of(matrix, layer.packed);
        layer.values.push_back(std::move(values[of[matrix]]));
      }
      made.push_back(std::move(layer));
    }
    return made;
  }

  int64_t prepare(Context& context, int i, Arrays& arrays, std::vector<Tensor>& values,
                  std::vector<Tensor>& held) const {
    const int variables = static_cast<int>(decayed_.size());
    held.push_back(context.input(i));
    arrays.value = held.back().data<float>();
    const Dims dims = held.back().dims();
    const int64_t size = held.back().size();
    for (int part = 1; part < 4; part++) {
      const Dims other = context.input(part * variables + i).dims();
      if (other != dims)
        throw Error("Variable " + std::to_string(i) + " of AdamW has the shape " + text_of(dims) + ", but its " +
                    (part == 1 ? "gradient " : "moments ") + text_of(other) + ".");
    }
    bool is_in_place = false;
    values.push_back(context.output_over_input(i, variables + i, dims, &is_in_place));
    arrays.new_value = values.back().data<float>();
    arrays.gradient = arrays.new_value;
    if (!is_in_place) {
      held.push_back(context.input(variables + i));
      arrays.gradient = held.back().data<float>();
    }
    const int64_t number = 2 * (numbers_.empty() ? i : numbers_[i]);
    std::tie(arrays.first, arrays.new_first) = moments(context, 2 * variables + i, variables + i, number, held);
    std::tie(arrays.second, arrays.new_second) =
        moments(context, 3 * variables + i, 2 * variables + i, number + 1, held);
    arrays.is_decayed = decayed_[i] != 0;
    arrays.rows = arrays.columns = 0;
    return size;
  }

  // Where moments are read and where they are written; the same memory, but where they were set from elsewhere.
  std::pair<const float*, float*> moments(Context& context, int input, int output, int number,
                                          std::vector<Tensor>& held) const {
    const int64_t owner = owner_of(owner_, number);
    held.push_back(context.input(input));
    float* read = held.back().data<float>();
    if (!is_own(read, owner)) held.push_back(new_own_tensor(held.back().dims(), owner));
    context.set_output(output, held.back());
    return {read, held.back().data<float>()};
  }

  std::vector<TF_Bool> decayed_;
  std::vector<int64_t> numbers_, places_;
  int64_t packed_, owner_;
  int threads_;
  float first_, second_, epsilon_;
};

const bool kAdded =
    add_operation<NewMoment>({"BertTfNewMoment",
                              {},
                              {"zeros: float"},
                              {"dims: list(int)", "owner: int >= 0", "number: int >= 0"},
                              true}) &&
    add_operation<AdamW>({"BertTfAdamW",
                          {"values: N * float", "gradients: N * float", "first: N * float", "second: N * float",
                           "clipping: float", "step_size: float", "decay: float"},
                          {"new_values: N * float", "new_first: N * float", "new_second: N * float"},
                          {"N: int >= 1", "decayed: list(bool)", "owner: int >= 0", "threads: int >= 0",
                           "first_rate: float", "second_rate: float", "epsilon: float", "numbers: list(int) = []",
                           "packed: int = 0", "places: list(int) = []"},
                          true});

}  // namespace
}  // namespace bert_tf
