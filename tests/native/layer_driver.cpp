// A layer forward and backward in shapes with incomplete blocks, without TensorFlow. Every matrix ends where a page
// ends and the next page may not be touched, which finds what tiles read or write behind it; sanitizers find the rest.
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <new>

#include "after_attention.h"
#include "attention.h"
#include "embedding.h"
#include "pack_weights.h"
#include "threads.h"

using namespace bert_tf;

namespace {

template <class T>
struct Guarded {
  explicit Guarded(size_t count) : count(count) {
    const size_t page = 4096, bytes = count * sizeof(T), whole = (bytes + page - 1) / page * page;
    char* memory =
        static_cast<char*>(mmap(nullptr, whole + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    mprotect(memory + whole, page, PROT_NONE);
    data = reinterpret_cast<T*>(memory + whole - bytes);
  }
  size_t count;
  T* data;
};

float number(float scale) { return scale * (static_cast<float>(std::rand()) / RAND_MAX - 0.5f); }
bf16 short_of(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, 4);
  return static_cast<bf16>(bits >> 16);
}
float long_of(bf16 value) {
  const uint32_t bits = static_cast<uint32_t>(value) << 16;
  float result;
  std::memcpy(&result, &bits, 4);
  return result;
}

Guarded<float> numbers(size_t count, float scale) {
  Guarded<float> made(count);
  for (size_t i = 0; i < count; i++) made.data[i] = number(scale);
  return made;
}
// Rows of random numbers, and rows of zeros behind them.
Guarded<bf16> tokens(int there, int rows, int width) {
  Guarded<bf16> made(static_cast<size_t>(rows) * width);
  for (long i = 0; i < static_cast<long>(there) * width; i++) made.data[i] = short_of(number(2.0f));
  return made;
}

struct Packed {
  Guarded<bf16> forward, backward;
};
Packed packed(int rows, int columns, int matrices = 1) {
  const size_t size = static_cast<size_t>(rows) * columns;
  Packed made = {Guarded<bf16>(size * matrices), Guarded<bf16>(size * matrices)};
  for (int i = 0; i < matrices; i++)
    pack_weights(numbers(size, 0.5f).data, rows, columns,
                 {made.forward.data + i * size, made.backward.data, matrices * columns / 32, i * columns / 32}, 2);
  return made;
}

template <class T>
void check(const Guarded<T>& found, const char* what) {
  for (size_t i = 0; i < found.count; i++) {
    const float value = sizeof(T) == 2 ? long_of(static_cast<bf16>(found.data[i])) : static_cast<float>(found.data[i]);
    if (!std::isfinite(value)) std::printf("%s[%zu] is no number\n", what, i), std::exit(1);
  }
}

void run(int batch, int length, int heads, int head_width, int inner, bool first_only, uint32_t threshold) {
  const int width = heads * head_width, rows = padded_rows(batch * length), answers = batch * (first_only ? 1 : length);
  Guarded<int32_t> mask(batch * length);
  for (int i = 0; i < batch * length; i++) mask.data[i] = std::rand() % 4 != 0;
  const Examples examples = {batch, length, rows, width, heads, first_only, mask.data, 2};
  const Guarded<bf16> states = tokens(batch * length, rows, width);
  const Packed projections = packed(width, width, 3);
  const Guarded<float> bias = numbers(3 * width, 1.0f);
  const Dropout dropout(7, threshold);
  Guarded<bf16> projected(static_cast<size_t>(examples.projected_rows()) * 3 * width);
  Guarded<bf16> context(static_cast<size_t>(padded_rows(answers)) * width);
  Guarded<float> log_sums(static_cast<size_t>(batch) * heads * examples.queries());
  const Attended attended = {projected.data, log_sums.data, context.data};
  attention_forward(examples, states.data, projections.forward.data, bias.data, dropout, attended);
  check(context, "context");

  const int rest_rows = padded_rows(answers);
  const Packed output = packed(width, width), wide = packed(width, inner), outer = packed(inner, width);
  const Guarded<float> vectors = numbers(6 * width, 1.0f), inner_bias = numbers(inner, 1.0f);
  const auto vector = [&](int index) { return vectors.data + index * width; };
  const Rest rest = {rest_rows,
                     width,
                     inner,
                     {vector(0), vector(1), vector(2), 1e-12f},
                     {vector(3), vector(4), vector(5), 1e-12f},
                     inner_bias.data,
                     dropout,
                     dropout,
                     2};
  const size_t size = static_cast<size_t>(rest_rows) * width;
  Guarded<bf16> first(size), second(size), result(size), between(static_cast<size_t>(rest_rows) * inner);
  Guarded<float> first_deviation(rest_rows), second_deviation(rest_rows);
  const RestKept kept = {
      {first.data, first_deviation.data}, {second.data, second_deviation.data}, between.data, result.data};
  const Guarded<bf16> residual = tokens(answers, rest_rows, width);
  rest_forward(rest, {output.forward.data, wide.forward.data, outer.forward.data}, context.data, residual.data, kept);
  check(result, "output");

  Guarded<bf16> context_alone(context.count), result_alone(size);
  attention_forward(examples, states.data, projections.forward.data, bias.data, dropout,
                    {nullptr, nullptr, context_alone.data});
  rest_forward(rest, {output.forward.data, wide.forward.data, outer.forward.data}, context_alone.data, residual.data,
               {{nullptr, nullptr}, {nullptr, nullptr}, nullptr, result_alone.data});
  if (std::memcmp(result.data, result_alone.data, size * sizeof(bf16)) != 0)
    std::exit((std::puts("what is kept changes the output"), 1));

  const Guarded<bf16> upstream = tokens(answers, rest_rows, width);
  Guarded<bf16> d_context(size), d_residual(size), d_states(static_cast<size_t>(rows) * width);
  Guarded<float> d_output(width * width), d_inner(width * inner), d_outer(width * inner), d_vectors(6 * width);
  Guarded<float> d_inner_bias(inner), d_projections(3 * width * width), d_bias(3 * width);
  const auto d_vector = [&](int index) { return d_vectors.data + index * width; };
  rest_backward(rest, {output.backward.data, wide.backward.data, outer.backward.data}, context.data, kept,
                upstream.data,
                {d_context.data,
                 d_residual.data,
                 d_output.data,
                 d_inner.data,
                 d_outer.data,
                 d_vector(0),
                 d_inner_bias.data,
                 d_vector(1),
                 {d_vector(2), d_vector(3)},
                 {d_vector(4), d_vector(5)}});
  attention_backward(examples, states.data, attended, projections.backward.data, dropout,
                     {d_context.data, d_residual.data}, {d_states.data, d_projections.data, d_bias.data});
  check(d_states, "gradient of tokens");
  check(d_projections, "gradient of projections");
  check(d_vectors, "gradient of vectors");
  check(d_outer, "gradient of outer weights");
}

void run_embedding(int batch, int length, int width, bool has_segments, uint32_t threshold) {
  const size_t tokens_there = static_cast<size_t>(batch) * length;
  const int rows_there = padded_rows(batch * length);
  Guarded<int32_t> ids(tokens_there), segment_ids(tokens_there);
  for (size_t i = 0; i < tokens_there; i++) ids.data[i] = std::rand() % 5, segment_ids.data[i] = std::rand() % 2;
  const Guarded<float> words = numbers(5L * width, 1.0f), positions = numbers(static_cast<size_t>(length) * width, 1.0f);
  const Guarded<float> segments = numbers(2L * width, 1.0f), gamma = numbers(width, 1.0f), beta = numbers(width, 1.0f);
  Embedding embedding = {batch,         length,         width,         has_segments ? 2 : 0, ids.data, segment_ids.data,
                         words.data,    positions.data, segments.data, gamma.data,           beta.data, 1e-12f,
                         2};
  const size_t size = static_cast<size_t>(rows_there) * width;
  Guarded<bf16> rows(size), with_kept(size);
  embed(embedding, kNoDropout, {nullptr, nullptr}, rows.data);
  check(rows, "embeddings");

  Guarded<float> of_tokens(tokens_there * width), means(tokens_there), reciprocals(tokens_there);
  for (size_t i = 0; i < tokens_there; i++)
    std::memcpy(of_tokens.data + i * width, words.data + static_cast<long>(ids.data[i]) * width, width * sizeof(float));
  embedding.ids = nullptr, embedding.words = of_tokens.data;
  const EmbeddingKept kept = {means.data, reciprocals.data};
  embed(embedding, kNoDropout, kept, with_kept.data);
  if (std::memcmp(rows.data, with_kept.data, size * sizeof(bf16)) != 0)
    std::exit((std::puts("words of a table embed otherwise"), 1));
  const Dropout dropout(7, threshold);
  embed(embedding, dropout, kept, with_kept.data);
  Guarded<float> d_words(tokens_there * width), d_positions(static_cast<size_t>(length) * width), d_segments(2L * width);
  Guarded<float> d_gamma(width), d_beta(width);
  const Guarded<bf16> upstream = tokens(batch * length, rows_there, width);
  const auto backward = [&](float* to) {
    embed_backward(embedding, dropout, kept, upstream.data,
                   {to, d_positions.data, d_segments.data, d_gamma.data, d_beta.data});
  };
  backward(d_words.data);
  // Where the words lay.
  backward(of_tokens.data);
  if (std::memcmp(d_words.data, of_tokens.data, tokens_there * width * sizeof(float)) != 0)
    std::exit((std::puts("gradients in place are others"), 1));
  check(d_words, "gradient of words");
  check(d_positions, "gradient of positions");
  check(d_segments, "gradient of segments");
  check(d_gamma, "gradient of gamma");
}

// Without memory in one of the threads, the others end their work, and the caller is told.
void run_short_of_memory() {
  for (int64_t missing = 0; missing < 64; missing++) {
    std::atomic<int> done{0};
    bool is_told = false;
    try {
      parallel_for(64, 4, [&](int64_t number) {
        if (number == missing) throw std::bad_alloc();
        done++;
      });
    } catch (const std::bad_alloc&) {
      is_told = true;
    }
    if (!is_told || done != 63) std::exit((std::puts("an exception of a task was lost"), 1));
  }
}

}  // namespace

int main() {
  run_short_of_memory();
  if (syscall(SYS_arch_prctl, 0x1023, 18)) return std::puts("no tiles are permitted"), 2;
  for (const bool first_only : {false, true})
    for (const uint32_t threshold : {0u, 1u << 29}) {
      run(1, 1, 1, 32, 32, first_only, threshold);
      run(3, 33, 2, 32, 96, first_only, threshold);
      run(9, 31, 1, 64, 64, first_only, threshold);
      run(2, 65, 3, 64, 160, first_only, threshold);
      run(1, 300, 2, 64, 32, first_only, threshold);
    }
  for (const bool has_segments : {false, true})
    for (const uint32_t threshold : {0u, 1u << 29}) {
      run_embedding(1, 1, 1, has_segments, threshold);
      run_embedding(9, 31, 40, has_segments, threshold);
      run_embedding(2, 7, 64, has_segments, threshold);
      run_embedding(300, 3, 32, has_segments, threshold);
    }
  std::puts("all is well");
}
