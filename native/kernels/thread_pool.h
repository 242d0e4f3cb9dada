// Threads for loops of some microseconds. The caller works too, and chunks are claimed one by one, so a worker that the
// machine does not schedule delays nobody unless it was stopped inside a chunk. When that happens often, because other
// programs want the cores, the caller works alone for a while: two threads in lockstep would be slower than one.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <vector>

namespace gsv::kernels {

class ThreadPool {
 public:
  // threads counts the caller; 1 starts none.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const { return static_cast<int>(workers_.size()) + 1; }

  // Calls body(chunk, worker) for every chunk in [0, chunks), worker in [0, threads()); returns when all are done.
  // body must not throw. When another thread is inside run(), the caller does all chunks itself as worker 0.
  template <class Body>
  void run(int chunks, Body&& body) {
    using Plain = std::remove_reference_t<Body>;
    auto call = [](void* context, int chunk, int worker) { (*static_cast<Plain*>(context))(chunk, worker); };
    run_erased(chunks, call, const_cast<void*>(static_cast<const void*>(&body)));
  }

  // The same for chunks of milliseconds: the workers always share them, since one that is delayed claims fewer.
  template <class Body>
  void run_long(int chunks, Body&& body) {
    using Plain = std::remove_reference_t<Body>;
    auto call = [](void* context, int chunk, int worker) { (*static_cast<Plain*>(context))(chunk, worker); };
    run_long_erased(chunks, call, const_cast<void*>(static_cast<const void*>(&body)));
  }

 private:
  using Call = void (*)(void* context, int chunk, int worker);
  using Clock = std::chrono::steady_clock;

  // What the latest loops cost the caller and what the workers took from it.
  struct Account {
    Clock::duration busy{};
    Clock::duration waiting{};  // for the workers, awake or asleep
    Clock::duration asleep{};
    Clock::time_point begun, ended;
    std::chrono::nanoseconds cpu_begun{};
    int64_t own_chunks = 0;
    int64_t chunks = 0;
    int loops = 0;
  };

  void run_erased(int chunks, Call call, void* context);
  void run_long_erased(int chunks, Call call, void* context);
  void work(int worker);
  bool claim_and_run(uint32_t epoch, int worker);
  void share(int chunks, Call call, void* context);
  void wait_for_workers();
  void judge();

  // High half: the loop's number; low half: chunks not yet claimed. One word, so that a claim cannot take a chunk of
  // another loop than the one it looked at.
  alignas(64) std::atomic<uint64_t> ticket_{0};
  alignas(64) std::atomic<uint32_t> epoch_{0};  // what sleeping workers wait on
  alignas(64) std::atomic<uint32_t> unfinished_{0};
  alignas(64) std::atomic<uint32_t> sleepers_{0};
  // Written before the ticket is published, read only after a successful claim.
  Call call_ = nullptr;
  void* context_ = nullptr;
  int chunks_ = 0;
  std::atomic<bool> quit_{false};
  std::mutex running_;
  // Under running_.
  Account account_;
  Clock::time_point alone_until_{};  // the caller shares nothing before; never: it shares
  Clock::duration next_pause_;
  std::vector<std::thread> workers_;
};

}  // namespace gsv::kernels
