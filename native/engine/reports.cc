#include "engine/reports.h"

#include <utility>

#include "engine/failure.h"

namespace gsv::engine {

void run_alone(Job job, const RunJob& run, const Reports& reports) {
  Payload last;
  try {
    last = run(job.request, job.stop.get_token());
  } catch (...) {
    last = current_failure();
  }
  // What the job held is freed before its end is told, so that a caller who measures memory then sees it gone.
  job.request = Request{};
  reports.end(job.id, job.stop, std::move(last));
}

}  // namespace gsv::engine
