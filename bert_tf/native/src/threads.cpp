#include "threads.h"

#include <immintrin.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>

namespace bert_tf {
namespace {

constexpr unsigned kSubnormalsAreZero = 0x8040;
// Turns of waiting before a thread sleeps: about as long as waking it takes.
constexpr int kTurns = 2000;

struct Job {
  const std::function<void(int64_t)>* task;
  int64_t tasks;
  std::atomic<int64_t> next{0}, done{0};
  std::mutex mutex;
  std::condition_variable all_done;
  std::exception_ptr thrown;  // by one of the tasks
};

void work(Job& job) {
  const unsigned before = _mm_getcsr();
  _mm_setcsr(before | kSubnormalsAreZero);
  int64_t did = 0;
  for (int64_t number; (number = job.next.fetch_add(1)) < job.tasks; did++) {
    // What leaves a thread ends the process, and what leaves the caller takes the task away from the other threads.
    try {
      (*job.task)(number);
    } catch (...) {
      std::lock_guard<std::mutex> lock(job.mutex);
      job.thrown = std::current_exception();
    }
  }
  _mm_setcsr(before);
  if (did && job.done.fetch_add(did) + did == job.tasks) {
    std::lock_guard<std::mutex> lock(job.mutex);
    job.all_done.notify_all();
  }
}

int processors() {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof set, &set) == 0 ? std::max(1, CPU_COUNT(&set)) : 1;
}

class Pool {
 public:
  void help(const std::shared_ptr<Job>& job, int64_t helpers) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      for (; started_ < helpers; started_++) std::thread([this] { loop(); }).detach();
      for (int64_t i = 0; i < helpers; i++) jobs_.push_back(job);
    }
    waiting_.notify_all();
  }

 private:
  void loop() {
    for (;;) {
      std::shared_ptr<Job> job;
      {
        std::unique_lock<std::mutex> lock(mutex_);
        waiting_.wait(lock, [this] { return !jobs_.empty(); });
        job = jobs_.front();
        jobs_.pop_front();
      }
      work(*job);
    }
  }

  std::mutex mutex_;
  std::condition_variable waiting_;
  std::deque<std::shared_ptr<Job>> jobs_;
  int64_t started_ = 0;
};

// Never destroyed: its threads may outlive whatever runs at a process's end.
Pool& pool() {
  static Pool* pool = new Pool;
  return *pool;
}

}  // namespace

void parallel_for(int64_t tasks, int threads, const std::function<void(int64_t)>& task) {
  auto job = std::make_shared<Job>();
  job->task = &task;
  job->tasks = tasks;
  const int64_t helpers = std::min<int64_t>(tasks, threads > 0 ? threads : processors()) - 1;
  if (helpers > 0) pool().help(job, helpers);
  work(*job);
  for (int turn = 0; turn < kTurns && job->done.load() < tasks; turn++) _mm_pause();
  if (job->done.load() < tasks) {
    std::unique_lock<std::mutex> lock(job->mutex);
    job->all_done.wait(lock, [&] { return job->done.load() == tasks; });
  }
  if (job->thrown) std::rethrow_exception(job->thrown);
}

}  // namespace bert_tf
