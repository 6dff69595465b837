#include <algorithm>
#include <climits>
#include <cstring>

#include "attention.h"
#include "functions.h"
#include "head.h"
#include "panels.h"
#include "scratch.h"
#include "threads.h"

namespace bert_tf {

int examples_of_task(const Examples& examples) {
  const int rows = 256;  // of a task: its projections stay in the L2 cache
  return std::max(1, std::min(rows / examples.length, examples.batch / 4));
}

int mask_addends(const Examples& examples, int example, float* addends) {
  // e^-10000 is 0 in every format, and where all are masked it takes the same off all: the reference graph's addend.
  // What is behind the last key is less still.
  const float masked = -10000.0f * kLog2E, nothing = -1e30f;
  const int32_t* mask = examples.mask + static_cast<long>(example) * examples.length;
  int keys = 0;
  for (int key = 0; key < examples.length; key++) {
    addends[key] = mask[key] ? 0.0f : masked;
    if (mask[key]) keys = key + 1;
  }
  if (keys == 0) keys = examples.length;
  std::fill(addends + keys, addends + padded_rows(examples.length), nothing);
  return keys;
}

namespace {

// Examples of one task and what they are computed in.
struct Task {
  int begin, end, rows;
  long first;       // row of the first example
  bf16* projected;  // as Attended::projected, of these examples, and 32 rows behind them
};

// Query, key and value of a task's examples to its own memory, and to what is kept.
void project(const Examples& examples, const bf16* tokens, const bf16* weights, const float* bias, const Task& task,
             Attended result) {
  const int steps = examples.width / 32, width = 3 * examples.width;
  const auto store = [&](long row, int panel, const float* sums) BERT_INLINE_LAMBDA {
    const __m512i values = rounded(load32(sums) + load32(bias + panel * 32));
    _mm512_store_si512(task.projected + row * width + panel * 32, values);
    if (result.projected != nullptr)
      stream32(result.projected + (task.first + row) * width + panel * 32, values);
  };
  const int last = static_cast<int>(examples.rows - 32 - task.first);
  const Panels panels = {weights, steps, examples.first_only ? steps : 0, 3 * steps};
  multiply_panels(in_rows(tokens + task.first * examples.width, examples.width), task.rows, last, panels,
                  [&](int row, int panel, int i, const float* sums) BERT_INLINE_LAMBDA {
                    if (row + i >= 0 && row + i < task.rows) store(row + i, panel, sums);
                  });
  if (!examples.first_only) return;
  Scratch scratch;
  const int count = task.end - task.begin;
  bf16* asking = scratch.take<bf16>(static_cast<size_t>(padded_rows(count)) * examples.width);
  for (int example = 0; example < count; example++)
    std::memcpy(asking + static_cast<long>(example) * examples.width,
                tokens + (task.first + static_cast<long>(example) * examples.length) * examples.width,
                examples.width * sizeof(bf16));
  multiply_panels(in_rows(asking, examples.width), count, INT_MAX, {weights, steps, 0, steps},
                  [&](int row, int panel, int i, const float* sums) BERT_INLINE_LAMBDA {
                    if (row + i < count) store(static_cast<long>(row + i) * examples.length, panel, sums);
                  });
}

void attend_examples(const Examples& examples, const Task& task, const Dropout& dropout, Attended result) {
  Scratch scratch;
  float* addends = scratch.take<float>(padded_rows(examples.length));
  const int width = examples.head_width(), queries = examples.queries();
  const long stride = 3L * examples.width;
  for (int example = task.begin; example < task.end; example++) {
    const int keys = mask_addends(examples, example, addends);
    const bf16* projected = task.projected + static_cast<long>(example - task.begin) * examples.length * stride;
    for (int head = 0; head < examples.heads; head++) {
      const bf16* query = projected + head * width;
      const long row = (static_cast<long>(example) * examples.heads + head) * queries;
      attend({query, query + examples.width, query + 2 * examples.width, stride, width, queries, keys, addends,
              static_cast<uint32_t>(row)},
             dropout, result.context + static_cast<long>(example) * queries * examples.width + head * width,
             examples.width, result.log_sums == nullptr ? nullptr : result.log_sums + row);
    }
  }
}

// Nothing of what is read behind the tokens may be left as the memory was before.
void zero_behind(const Examples& examples, Attended result) {
  const long tokens = static_cast<long>(examples.batch) * examples.length, width = examples.width;
  const long answers = static_cast<long>(examples.batch) * examples.queries();
  if (result.projected != nullptr)
    std::memset(result.projected + tokens * 3 * width, 0,
                (examples.projected_rows() - tokens) * 3 * width * sizeof(bf16));
  std::memset(result.context + answers * width, 0,
              (padded_rows(static_cast<int>(answers)) - answers) * width * sizeof(bf16));
}

}  // namespace

void attention_forward(const Examples& examples, const bf16* tokens, const bf16* weights, const float* bias,
                       const Dropout& dropout, Attended result) {
  const int together = examples_of_task(examples);
  parallel_for((examples.batch + together - 1) / together, examples.threads, [&](int64_t index) {
    Tiles tiles;
    Scratch scratch;
    Task task;
    task.begin = static_cast<int>(index) * together, task.end = std::min(examples.batch, task.begin + together);
    task.rows = (task.end - task.begin) * examples.length, task.first = static_cast<long>(task.begin) * examples.length;
    task.projected = scratch.take<bf16>((task.rows + 32L) * 3 * examples.width);
    project(examples, tokens, weights, bias, task, result);
    attend_examples(examples, task, dropout, result);
  });
  zero_behind(examples, result);
}

}  // namespace bert_tf
