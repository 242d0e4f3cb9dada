#include "kernels/thread_pool.h"

#include <algorithm>
#include <ctime>

#if defined(__x86_64__) || defined(_M_X64)
#include <immintrin.h>
#endif

namespace gsv::kernels {
namespace {

// How long a thread burns its core before it sleeps: longer than the pauses inside a step (some microseconds of
// normalisation and sampling), far shorter than a time slice.
constexpr auto kSpin = std::chrono::microseconds(50);
constexpr int kSpinsBetweenClockReads = 64;

// Loops that are judged together: some steps of s1, over which the odd interruption does not count. After a pause about
// half a step, some milliseconds, tells whether those who were in the way are still there; it is so short beside the
// longest pause that asking costs next to nothing.
constexpr int kLoopsPerJudgement = 512;
constexpr int kLoopsOfProbe = 64;
constexpr auto kShortestPause = std::chrono::milliseconds(30);
constexpr auto kLongestPause = std::chrono::milliseconds(500);
constexpr double kWorthwhileGain = 1.1;
constexpr auto kLongestGap = std::chrono::milliseconds(1);  // between loops that are judged together
constexpr double kLeastRunning = 0.1;  // share of the time in loops; less is an error of the clocks

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

// CPU time of the calling thread; where it cannot be told, as much as the clock says, which finds nobody in its way.
std::chrono::nanoseconds thread_time() {
#if defined(__linux__) || defined(__APPLE__)
  timespec time{};
  if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
  }
#endif
  return std::chrono::steady_clock::now().time_since_epoch();
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
  const bool paused = alone.owns_lock() && alone_until_ != Clock::time_point{} && Clock::now() < alone_until_;
  if (workers_.empty() || chunks < 2 || !alone.owns_lock() || paused) {
    for (int chunk = 0; chunk < chunks; ++chunk) call(context, chunk, 0);
    return;
  }
  share(chunks, call, context);
  if (account_.loops >= (next_pause_ == kShortestPause ? kLoopsPerJudgement : kLoopsOfProbe)) judge();
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
  if (account_.loops == 0 || start - account_.ended > kLongestGap) {
    account_ = {};
    account_.begun = start;
    account_.cpu_begun = thread_time();
  }
  while (claim_and_run(epoch, 0)) ++account_.own_chunks;
  const auto done = Clock::now();
  wait_for_workers();
  account_.ended = Clock::now();
  account_.busy += done - start;
  account_.waiting += account_.ended - done;
  account_.chunks += chunks;
  ++account_.loops;
}

void ThreadPool::wait_for_workers() {
  if (spin([this] { return unfinished_.load(std::memory_order_acquire) == 0; })) return;
  const auto asleep = Clock::now();
  for (uint32_t left = unfinished_.load(); left != 0; left = unfinished_.load()) unfinished_.wait(left);
  account_.asleep += Clock::now() - asleep;
}

// Had the caller done every chunk itself, it would have been busy in proportion, would never have waited, and would not
// have been put off its core: that happens because the workers want cores too.
void ThreadPool::judge() {
  const auto seconds = [](Clock::duration time) { return std::chrono::duration<double>(time).count(); };
  const auto awake = account_.ended - account_.begun - account_.asleep;
  const double put_off = std::max(0.0, seconds(awake - (thread_time() - account_.cpu_begun)));
  const double busy = seconds(account_.busy);
  const double running = std::max(busy - put_off, busy * kLeastRunning);
  const double alone = running * static_cast<double>(account_.chunks) / static_cast<double>(account_.own_chunks + 1);
  if (alone < seconds(account_.busy + account_.waiting) * kWorthwhileGain) {
    alone_until_ = Clock::now() + next_pause_;
    next_pause_ = std::min<Clock::duration>(2 * next_pause_, kLongestPause);
  } else {
    // Looked at in small parts again and again until it went well some times: one good moment proves little.
    alone_until_ = {};
    next_pause_ = std::max<Clock::duration>(next_pause_ / 2, kShortestPause);
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
