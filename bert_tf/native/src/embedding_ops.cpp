// Embeddings as operations: for inference, and forward and backward for training.
#include <algorithm>

#include "attention.h"
#include "embedding.h"
#include "layer_inputs.h"

namespace bert_tf {
namespace {

int64_t rows_of_table(const std::vector<Tensor>& inputs, int index, int64_t width) {
  const Dims dims = inputs[index].dims();
  require(dims.size() == 2 && dims[1] == width, "A table of embeddings should have " + std::to_string(width) +
                                                    " columns, but has the shape " + text_of(dims) + ".");
  return dims[0];
}

// Ids that the table has, for sure before they are looked up.
const int32_t* below(const std::vector<Tensor>& inputs, int index, const Dims& dims, int64_t end, const char* what) {
  const int32_t* ids = input<int32_t>(inputs, index, dims, what);
  const bool fit = std::all_of(ids, ids + dims[0] * dims[1], [&](int32_t id) { return id >= 0 && id < end; });
  require(fit, std::string("The ") + what + " of tokens should be from 0 to " + std::to_string(end - 1) + ".");
  return ids;
}

// What all of them read beside words: the tables of positions and segments and gamma stand behind one another, from
// `positions` on. A table of no segments is for tokens that have none, whose ids are not read then.
class EmbeddingSettings {
 public:
  explicit EmbeddingSettings(const Construction& construction)
      : epsilon_(construction.number("epsilon")), threads_(static_cast<int>(construction.integer("threads"))) {}

  Embedding embedding(const std::vector<Tensor>& inputs, int segment_ids, int positions, const Dims& ids) const {
    require(ids.size() == 2 && ids[0] > 0 && ids[1] > 0,
            "Embeddings need examples with tokens, but their ids have the shape " + text_of(ids) + ".");
    const Dims gamma = inputs[positions + 2].dims();
    require(gamma.size() == 1 && gamma[0] > 0,
            "The gamma of embeddings should be a vector, but has the shape " + text_of(gamma) + ".");
    const int64_t segments = rows_of_table(inputs, positions + 1, gamma[0]);
    const int64_t places = rows_of_table(inputs, positions, gamma[0]);
    require(ids[1] <= places, "Rows of " + std::to_string(ids[1]) +
                                  " tokens are longer than the positions that there are, " + std::to_string(places) +
                                  ".");
    Embedding embedding{};
    embedding.batch = static_cast<int>(ids[0]), embedding.length = static_cast<int>(ids[1]);
    embedding.width = static_cast<int>(gamma[0]), embedding.segment_count = static_cast<int>(segments);
    embedding.epsilon = epsilon_, embedding.threads = threads_;
    if (segments) embedding.segment_ids = below(inputs, segment_ids, ids, segments, "segments");
    embedding.positions = inputs[positions].data<float>(), embedding.segments = inputs[positions + 1].data<float>();
    embedding.gamma = inputs[positions + 2].data<float>();
    return embedding;
  }

 private:
  float epsilon_;
  int threads_;
};

bf16* rows_for(const Embedding& embedding, Context& context) {
  const int64_t rows = padded_rows(embedding.batch * embedding.length);
  return context.output<bf16>(0, TF_BFLOAT16, {rows, embedding.width}).data<bf16>();
}

// Inputs: ids, segments' ids, tables of words, positions and segments, gamma and beta. Output: rows of tokens.
class Embed {
 public:
  explicit Embed(const Construction& construction) : settings_(construction) {}

  static void infer(Shapes& shapes) { shapes.set_all_unknown(); }

  void compute(Context& context) const {
    const std::vector<Tensor> inputs = inputs_of(context, 7);
    const Dims ids = inputs[0].dims(), gamma = inputs[5].dims();
    Embedding embedding = settings_.embedding(inputs, 1, 3, ids);
    embedding.ids = below(inputs, 0, ids, rows_of_table(inputs, 2, embedding.width), "ids");
    embedding.words = inputs[2].data<float>();
    embedding.beta = input<float>(inputs, 6, gamma, "beta of embeddings");
    embed(embedding, kNoDropout, {nullptr, nullptr}, rows_for(embedding, context));
  }

 private:
  EmbeddingSettings settings_;
};

// Words of tokens in place of a table: the shape of their ids.
Dims ids_of(const Dims& words, int64_t width) {
  require(words.size() == 3 && words[2] == width, "The words of tokens should be of the shape [batch, length, " +
                                                      std::to_string(width) + "], not " + text_of(words) + ".");
  return {words[0], words[1]};
}

// Inputs: words of tokens, segments' ids, tables of positions and segments, gamma, beta, seed. Outputs: rows of tokens,
// and of each token what its norm has to keep.
class EmbedForward {
 public:
  explicit EmbedForward(const Construction& construction)
      : settings_(construction), drop_below_(construction.integer("drop_below")) {}

  static void infer(Shapes& shapes) { shapes.set_all_unknown(); }

  void compute(Context& context) const {
    const std::vector<Tensor> inputs = inputs_of(context, 7);
    const Dims gamma = inputs[4].dims();
    const Dims ids = ids_of(inputs[0].dims(), inputs[4].size());
    Embedding embedding = settings_.embedding(inputs, 1, 2, ids);
    embedding.words = inputs[0].data<float>();
    embedding.beta = input<float>(inputs, 5, gamma, "beta of embeddings");
    const auto numbers = [&](int index) { return context.output<float>(index, TF_FLOAT, ids).data<float>(); };
    embed(embedding, dropout_of(inputs, 6, drop_below_), {numbers(1), numbers(2)}, rows_for(embedding, context));
  }

 private:
  EmbeddingSettings settings_;
  int64_t drop_below_;
};

// Inputs: words of tokens, segments' ids, tables of positions and segments, gamma, seed, what the norm kept, and what
// comes back for the rows. Outputs: gradients of the words of tokens, the tables, gamma and beta.
class EmbedBackward {
 public:
  explicit EmbedBackward(const Construction& construction)
      : settings_(construction), drop_below_(construction.integer("drop_below")) {}

  static void infer(Shapes& shapes) {
    shapes.set_like_input(0, 0);
    shapes.set_like_input(1, 2);
    shapes.set_like_input(2, 3);
    shapes.set_like_input(3, 4);
    shapes.set_like_input(4, 4);
  }

  void compute(Context& context) const {
    std::vector<Tensor> inputs = inputs_of(context, 9);
    const Dims words = inputs[0].dims(), gamma = inputs[4].dims();
    const Dims ids = ids_of(words, inputs[4].size());
    Embedding embedding = settings_.embedding(inputs, 1, 2, ids);
    const int64_t width = embedding.width, length = embedding.length;
    require(rows_of_table(inputs, 2, width) == length, "Each place of a row has a gradient of its own.");
    const bf16* upstream =
        input<bf16>(inputs, 8, {padded_rows(embedding.batch * embedding.length), width}, "gradients of embeddings");
    // What was kept is only read.
    const auto numbers = [&](int index) {
      return const_cast<float*>(input<float>(inputs, index, ids, "kept numbers of embeddings"));
    };
    const EmbeddingKept kept = {numbers(6), numbers(7)};
    const Dropout dropout = dropout_of(inputs, 5, drop_below_);
    // A token's gradient may lie where its word lay, where nobody else reads that: not while it is held here.
    inputs[0] = Tensor(nullptr);
    bool is_in_place = false;
    EmbeddingGradients gradients{};
    gradients.words = context.output_over_input(0, 0, words, &is_in_place).data<float>();
    embedding.words = gradients.words;
    if (!is_in_place) {
      inputs[0] = context.input(0);
      embedding.words = inputs[0].data<float>();
    }
    const auto output = [&](int index, const Dims& dims) {
      return context.output<float>(index, TF_FLOAT, dims).data<float>();
    };
    gradients.positions = output(1, {length, width}), gradients.segments = output(2, inputs[3].dims());
    gradients.gamma = output(3, gamma), gradients.beta = output(4, gamma);
    embed_backward(embedding, dropout, kept, upstream, gradients);
  }

 private:
  EmbeddingSettings settings_;
  int64_t drop_below_;
};

[[maybe_unused]] const bool added =
    add_operation<Embed>({"BertTfEmbed",
                          {"ids: int32", "segment_ids: int32", "words: float", "positions: float", "segments: float",
                           "gamma: float", "beta: float"},
                          {"rows: bfloat16"},
                          {"epsilon: float", "threads: int = 0"}}) &&
    add_operation<EmbedForward>({"BertTfEmbedForward",
                                 {"words: float", "segment_ids: int32", "positions: float", "segments: float",
                                  "gamma: float", "beta: float", "seed: uint32"},
                                 {"rows: bfloat16", "means: float", "reciprocals: float"},
                                 {"epsilon: float", "drop_below: int = 0", "threads: int = 0"}}) &&
    add_operation<EmbedBackward>({"BertTfEmbedBackward",
                                  {"words: float", "segment_ids: int32", "positions: float", "segments: float",
                                   "gamma: float", "seed: uint32", "means: float", "reciprocals: float",
                                   "upstream: bfloat16"},
                                  {"d_words: float", "d_positions: float", "d_segments: float", "d_gamma: float",
                                   "d_beta: float"},
                                  {"epsilon: float", "drop_below: int = 0", "threads: int = 0"}});

}  // namespace
}  // namespace bert_tf
