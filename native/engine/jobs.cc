#include "engine/jobs.h"

#include <algorithm>
#include <new>
#include <utility>

#include "engine/failure.h"
#include "error.h"

namespace gsv::engine {
namespace {

Failed aborted() { return {std::string(code::kAborted), "the call was cancelled", ""}; }

}  // namespace

Jobs::Jobs(std::shared_ptr<EventSink> sink, RunJob run) : sink_(std::move(sink)), run_(std::move(run)) {
  files_.thread = std::thread([this] { loop(files_); });
  compute_.thread = std::thread([this] { loop(compute_); });
}

Jobs::~Jobs() {
  {
    std::lock_guard lock(mutex_);
    closing_ = true;
    for (auto& [job, stop] : stops_) stop.request_stop();
    files_.waiting.clear();
    compute_.waiting.clear();
  }
  files_.ready.notify_one();
  compute_.ready.notify_one();
  files_.thread.join();
  compute_.thread.join();
}

Jobs::Lane& Jobs::lane_of(const Request& request) {
  const bool reads_files =
      std::holds_alternative<FillRequest>(request) || std::holds_alternative<LoadVoiceRequest>(request);
  return reads_files ? files_ : compute_;
}

void Jobs::start(JobId job, Request request) {
  std::lock_guard lock(mutex_);
  Lane& lane = lane_of(request);
  Waiting waiting{job, std::move(request), {}};
  stops_[job] = waiting.stop;
  lane.waiting.push_back(std::move(waiting));
  lane.ready.notify_one();
}

// A job that has not begun ends here; one that runs ends at its next look at the stop token.
void Jobs::cancel(JobId job) {
  bool was_waiting = false;
  {
    std::lock_guard lock(mutex_);
    const auto found = stops_.find(job);
    if (found == stops_.end()) return;
    found->second.request_stop();
    for (Lane* lane : {&files_, &compute_}) {
      was_waiting |= std::erase_if(lane->waiting, [job](const Waiting& w) { return w.job == job; }) > 0;
    }
    if (was_waiting) stops_.erase(found);
  }
  if (was_waiting) post(job, aborted());
}

void Jobs::loop(Lane& lane) {
  for (;;) {
    Waiting waiting;
    {
      std::unique_lock lock(mutex_);
      lane.ready.wait(lock, [&] { return closing_ || !lane.waiting.empty(); });
      if (closing_) return;
      waiting = std::move(lane.waiting.front());
      lane.waiting.pop_front();
    }
    run_one(waiting);
  }
}

// The task edge: the one place where errors are caught.
void Jobs::run_one(Waiting& waiting) {
  const JobId job = waiting.job;
  Payload last;
  try {
    last = run_(waiting.request, waiting.stop.get_token(),
                [this, job](Payload payload) { post(job, std::move(payload)); });
  } catch (...) {
    last = current_failure();
  }
  if (waiting.stop.stop_requested()) last = aborted();
  // What the job held is freed before its end is told, so that a caller who measures memory then sees it gone.
  waiting.request = Request{};
  {
    std::lock_guard lock(mutex_);
    stops_.erase(job);
  }
  post(job, std::move(last));
}

void Jobs::post(JobId job, Payload payload) const { sink_->post(Event{job, std::move(payload)}); }

}  // namespace gsv::engine
