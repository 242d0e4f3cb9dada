// How a thread of the engine tells what comes of a job.
#pragma once

#include <functional>
#include <stop_token>

#include "engine/api.h"

namespace gsv::engine {

struct Job {
  JobId id = 0;
  Request request;
  std::stop_source stop;
};

struct Reports {
  std::function<void(JobId job, Payload payload)> post;                       // before the end
  std::function<void(JobId job, const std::stop_source& stop, Payload)> end;  // once
};

// Throws gsv::Error and c10 errors.
using RunJob = std::function<Payload(Request& request, std::stop_token stop)>;

// Runs a job from beginning to end and tells its end, an error among them.
void run_alone(Job job, const RunJob& run, const Reports& reports);

}  // namespace gsv::engine
