// Jobs that wait for one thread, in order of arrival.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

#include "engine/reports.h"

namespace gsv::engine {

class Inbox {
 public:
  void put(Job job) {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
    changed_.notify_one();
  }

  // Ends a wait() that has nothing to give.
  void wake() {
    const std::lock_guard lock(mutex_);
    woken_ = true;
    changed_.notify_one();
  }

  // Nothing is given any more; what waits is dropped.
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    jobs_.clear();
    changed_.notify_one();
  }

  bool is_closed() {
    const std::lock_guard lock(mutex_);
    return closed_;
  }

  // Until there is a job, it is woken or closed.
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return has_news(); });
    woken_ = false;
  }

  // The same, but not longer than `patience`: then it answers false.
  bool wait_for(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    const bool news = changed_.wait_for(lock, patience, [this] { return has_news(); });
    woken_ = false;
    return news;
  }

  std::optional<Job> take() {
    const std::lock_guard lock(mutex_);
    if (jobs_.empty()) return std::nullopt;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    return job;
  }

 private:
  bool has_news() const { return closed_ || woken_ || !jobs_.empty(); }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  bool closed_ = false;
  bool woken_ = false;
};

}  // namespace gsv::engine
