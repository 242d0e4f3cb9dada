#include "engine/jobs.h"

#include <utility>

#include "engine/scheduler.h"
#include "engine/torch_scope.h"
#include "error.h"

namespace gsv::engine {

Jobs::Jobs(std::shared_ptr<EventSink> sink, RunJob run, std::function<void()> rest)
    : sink_(std::move(sink)),
      run_(std::move(run)),
      rest_(std::move(rest)),
      reports_{[this](JobId job, Payload payload) { sink_->post(Event{job, std::move(payload)}); },
               [this](JobId job, const std::stop_source& stop, Payload last) { end(job, stop, std::move(last)); }},
      file_thread_([this] { read_files(); }),
      compute_thread_([this] {
        const TorchScope scope;
        Scheduler(compute_, run_, rest_, reports_).run();
      }) {}

Jobs::~Jobs() {
  {
    const std::lock_guard lock(mutex_);
    for (auto& [job, stop] : stops_) stop.request_stop();
  }
  files_.close();
  compute_.close();
  file_thread_.join();
  compute_thread_.join();
}

Inbox& Jobs::inbox_of(const Request& request) {
  const bool reads_files =
      std::holds_alternative<FillRequest>(request) || std::holds_alternative<LoadVoiceRequest>(request);
  return reads_files ? files_ : compute_;
}

void Jobs::start(JobId id, Request request) {
  Inbox& inbox = inbox_of(request);
  Job job{id, std::move(request), {}};
  {
    const std::lock_guard lock(mutex_);
    stops_.emplace(id, job.stop);
  }
  inbox.put(std::move(job));
}

// It ends at its thread's next look at the stop token.
void Jobs::cancel(JobId job) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = stops_.find(job);
    if (found == stops_.end()) return;
    found->second.request_stop();
  }
  compute_.wake();
}

void Jobs::end(JobId job, const std::stop_source& stop, Payload last) {
  if (stop.stop_requested()) last = Failed{std::string(code::kAborted), "the call was cancelled", ""};
  {
    const std::lock_guard lock(mutex_);
    stops_.erase(job);
  }
  sink_->post(Event{job, std::move(last)});
}

void Jobs::read_files() {
  const TorchScope scope;
  while (!files_.is_closed()) {
    files_.wait();
    while (std::optional<Job> job = files_.take()) run_alone(std::move(*job), run_, reports_);
  }
}

}  // namespace gsv::engine
