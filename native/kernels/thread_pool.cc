#include "kernels/thread_pool.h"

#include <algorithm>

#if defined(__x86_64__) || defined(_M_X64)
#include <immintrin.h>
#endif

namespace gsv::kernels {
namespace {

// How long a thread burns its core before it sleeps: longer than the pauses inside a step (some microseconds of
// normalisation and sampling), far shorter than a time slice.
constexpr auto kSpin = std::chrono::microseconds(50);
constexpr int kSpinsBetweenClockReads = 64;

// Loops between two judgements (about half a step of s1), and the caller's pauses from sharing in loops: the first
// lasts some steps, the longest some seconds.
constexpr int kLoopsPerJudgement = 64;
constexpr int kShortestPause = 1024;
constexpr int kLongestPause = 32768;
constexpr double kWorthwhileGain = 1.35;

void relax() {
#if defined(__x86_64__) || defined(_M_X64)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// True as soon as done() is, false when the spin time is over.
template <class Done>
bool spin(Done done) {
  const auto end = std::chrono::steady_clock::now() + kSpin;
  do {
    for (int i = 0; i < kSpinsBetweenClockReads; ++i) {
      if (done()) return true;
      relax();
    }
  } while (std::chrono::steady_clock::now() < end);
  return false;
}

constexpr uint32_t epoch_of(uint64_t ticket) { return static_cast<uint32_t>(ticket >> 32); }
constexpr uint32_t unclaimed_of(uint64_t ticket) { return static_cast<uint32_t>(ticket); }

}  // namespace

ThreadPool::ThreadPool(int threads) : next_pause_(kShortestPause) {
  for (int worker = 1; worker < threads; ++worker) workers_.emplace_back([this, worker] { work(worker); });
}

ThreadPool::~ThreadPool() {
  quit_.store(true);
  epoch_.fetch_add(1);
  epoch_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void ThreadPool::run_erased(int chunks, Call call, void* context) {
  const std::unique_lock<std::mutex> alone(running_, std::try_to_lock);
  const bool paused = alone.owns_lock() && loops_alone_ > 0 && loops_alone_-- > 0;
  if (workers_.empty() || chunks < 2 || !alone.owns_lock() || paused) {
    for (int chunk = 0; chunk < chunks; ++chunk) call(context, chunk, 0);
    return;
  }
  share(chunks, call, context);
  if (account_.loops == kLoopsPerJudgement) judge();
}

void ThreadPool::run_long_erased(int chunks, Call call, void* context) {
  const std::unique_lock<std::mutex> alone(running_, std::try_to_lock);
  if (workers_.empty() || chunks < 2 || !alone.owns_lock()) {
    for (int chunk = 0; chunk < chunks; ++chunk) call(context, chunk, 0);
    return;
  }
  const Account before = account_;
  share(chunks, call, context);
  account_ = before;
}

void ThreadPool::share(int chunks, Call call, void* context) {
  call_ = call;
  context_ = context;
  chunks_ = chunks;
  unfinished_.store(static_cast<uint32_t>(chunks), std::memory_order_relaxed);
  const uint32_t epoch = epoch_.load(std::memory_order_relaxed) + 1;
  ticket_.store(uint64_t{epoch} << 32 | static_cast<uint32_t>(chunks));
  epoch_.store(epoch);
  if (sleepers_.load() != 0) epoch_.notify_all();

  const auto start = Clock::now();
  while (claim_and_run(epoch, 0)) ++account_.own_chunks;
  const auto done = Clock::now();
  wait_for_workers();
  account_.busy += done - start;
  account_.waiting += Clock::now() - done;
  account_.chunks += chunks;
  ++account_.loops;
}

void ThreadPool::wait_for_workers() {
  if (spin([this] { return unfinished_.load(std::memory_order_acquire) == 0; })) return;
  for (uint32_t left = unfinished_.load(); left != 0; left = unfinished_.load()) unfinished_.wait(left);
}

// Had the caller done every chunk itself, it would have been busy in proportion and never waited.
void ThreadPool::judge() {
  const double together = std::chrono::duration<double>(account_.busy + account_.waiting).count();
  const double busy = std::chrono::duration<double>(account_.busy).count();
  const double alone = busy * static_cast<double>(account_.chunks) / static_cast<double>(account_.own_chunks + 1);
  if (alone < together * kWorthwhileGain) {
    loops_alone_ = next_pause_;
    next_pause_ = std::min(2 * next_pause_, kLongestPause);
  } else {
    next_pause_ = kShortestPause;
  }
  account_ = {};
}

bool ThreadPool::claim_and_run(uint32_t epoch, int worker) {
  uint64_t ticket = ticket_.load(std::memory_order_acquire);
  do {
    if (epoch_of(ticket) != epoch || unclaimed_of(ticket) == 0) return false;
  } while (!ticket_.compare_exchange_weak(ticket, ticket - 1, std::memory_order_acq_rel));
  // The claim keeps run() from returning, so these members are this loop's until the decrement below.
  call_(context_, chunks_ - static_cast<int>(unclaimed_of(ticket)), worker);
  if (unfinished_.fetch_sub(1, std::memory_order_acq_rel) == 1) unfinished_.notify_one();
  return true;
}

void ThreadPool::work(int worker) {
  uint32_t seen = 0;
  for (;;) {
    if (!spin([&] { return epoch_.load(std::memory_order_acquire) != seen; })) {
      sleepers_.fetch_add(1);
      epoch_.wait(seen);
      sleepers_.fetch_sub(1);
    }
    if (quit_.load()) return;
    seen = epoch_.load(std::memory_order_acquire);
    while (claim_and_run(seen, worker)) {
    }
  }
}

}  // namespace gsv::kernels
