// Takes jobs in and sees that each ends with one event. Those that read files run on one thread, those that compute on
// another, so that a long speech never delays a load and two voices never fight for the cores.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "engine/inbox.h"
#include "engine/reports.h"

namespace gsv::engine {

class Jobs {
 public:
  // `run` serves all but sentences; `rest` is called on the thread that computes when it has nothing to do.
  Jobs(std::shared_ptr<EventSink> sink, RunJob run, std::function<void()> rest);
  ~Jobs();
  Jobs(const Jobs&) = delete;
  Jobs& operator=(const Jobs&) = delete;

  void start(JobId job, Request request);
  void cancel(JobId job);

 private:
  void end(JobId job, const std::stop_source& stop, Payload last);
  void read_files();
  Inbox& inbox_of(const Request& request);

  std::shared_ptr<EventSink> sink_;
  RunJob run_;
  std::function<void()> rest_;
  std::mutex mutex_;
  std::unordered_map<JobId, std::stop_source> stops_;  // of jobs that have not ended; under mutex_
  Reports reports_;
  Inbox files_, compute_;
  std::thread file_thread_, compute_thread_;
};

}  // namespace gsv::engine
