// Embeddings as an operation, for inference.
#include "embedding.h"

#include <algorithm>

#include "attention.h"
#include "layer_inputs.h"

namespace bert_tf {
namespace {

// Inputs: ids, segments' ids, tables of words, positions and segments, gamma and beta. A table of no segments is for
// tokens that have none. Output: rows of tokens.
class Embed {
 public:
  explicit Embed(const Construction& construction)
      : epsilon_(construction.number("epsilon")), threads_(static_cast<int>(construction.integer("threads"))) {}

  static void infer(Shapes& shapes) { shapes.set_all_unknown(); }

  void compute(Context& context) const {
    const std::vector<Tensor> inputs = inputs_of(context, 7);
    const Dims ids = inputs[0].dims(), gamma = inputs[5].dims();
    require(ids.size() == 2 && ids[0] > 0 && ids[1] > 0,
            "Embeddings need examples with tokens, but their ids have the shape " + text_of(ids) + ".");
    require(gamma.size() == 1 && gamma[0] > 0,
            "The gamma of embeddings should be a vector, but has the shape " + text_of(gamma) + ".");
    const int64_t width = gamma[0], tokens = ids[0] * ids[1], segments = rows_of_table(inputs, 4, width);
    require(ids[1] <= rows_of_table(inputs, 3, width),
            "Rows of " + std::to_string(ids[1]) + " tokens are longer than the positions that there are, " +
                std::to_string(rows_of_table(inputs, 3, width)) + ".");
    Embedding embedding;
    embedding.batch = static_cast<int>(ids[0]), embedding.length = static_cast<int>(ids[1]);
    embedding.width = static_cast<int>(width), embedding.epsilon = epsilon_, embedding.threads = threads_;
    embedding.ids = below(inputs, 0, ids, rows_of_table(inputs, 2, width), "ids");
    embedding.segment_ids = segments ? below(inputs, 1, ids, segments, "segments") : nullptr;
    embedding.words = inputs[2].data<float>(), embedding.positions = inputs[3].data<float>();
    embedding.segments = segments ? inputs[4].data<float>() : nullptr;
    embedding.gamma = inputs[5].data<float>(), embedding.beta = input<float>(inputs, 6, gamma, "beta of embeddings");
    const int64_t rows = padded_rows(static_cast<int>(tokens));
    embed(embedding, context.output<bf16>(0, TF_BFLOAT16, {rows, width}).data<bf16>());
  }

 private:
  static int64_t rows_of_table(const std::vector<Tensor>& inputs, int index, int64_t width) {
    const Dims dims = inputs[index].dims();
    require(dims.size() == 2 && dims[1] == width, "A table of embeddings should have " + std::to_string(width) +
                                                      " columns, but has the shape " + text_of(dims) + ".");
    return dims[0];
  }
  // Ids that the table has, for sure before they are looked up.
  static const int32_t* below(const std::vector<Tensor>& inputs, int index, const Dims& dims, int64_t end,
                              const char* what) {
    const int32_t* ids = input<int32_t>(inputs, index, dims, what);
    const bool fit = std::all_of(ids, ids + dims[0] * dims[1], [&](int32_t id) { return id >= 0 && id < end; });
    require(fit, std::string("The ") + what + " of tokens should be from 0 to " + std::to_string(end - 1) + ".");
    return ids;
  }

  float epsilon_;
  int threads_;
};

[[maybe_unused]] const bool added = add_operation<Embed>(
    {"BertTfEmbed",
     {"ids: int32", "segment_ids: int32", "words: float", "positions: float", "segments: float", "gamma: float",
      "beta: float"},
     {"rows: bfloat16"},
     {"epsilon: float", "threads: int = 0"}});

}  // namespace
}  // namespace bert_tf
