// Orders jobs: those that read files run on one thread, those that compute on another, each in order of arrival, so
// that a long speech never delays a load and two voices never fight for the cores.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <unordered_map>

#include "engine/api.h"

namespace gsv::engine {

// Answers with the job's last event; `post` sends those before it. Throws gsv::Error and c10 errors.
using RunJob = std::function<Payload(Request& request, std::stop_token stop, const std::function<void(Payload)>& post)>;

class Jobs {
 public:
  Jobs(std::shared_ptr<EventSink> sink, RunJob run);
  ~Jobs();
  Jobs(const Jobs&) = delete;
  Jobs& operator=(const Jobs&) = delete;

  void start(JobId job, Request request);
  void cancel(JobId job);

 private:
  struct Waiting {
    JobId job;
    Request request;
    std::stop_source stop;
  };
  struct Lane {
    std::deque<Waiting> waiting;
    std::condition_variable ready;
    std::thread thread;
  };

  Lane& lane_of(const Request& request);
  void loop(Lane& lane);
  void run_one(Waiting& waiting);
  void post(JobId job, Payload payload) const;

  std::shared_ptr<EventSink> sink_;
  RunJob run_;
  std::mutex mutex_;
  bool closing_ = false;
  std::unordered_map<JobId, std::stop_source> stops_;  // queued and running
  Lane files_, compute_;
};

}  // namespace gsv::engine
