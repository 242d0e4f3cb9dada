// Engine events -> fields of a JS event object. Samples cross by copy: Electron refuses external buffers.
#pragma once

#include <memory>

#include "binding/channel.h"
#include "engine/api.h"
#include "error.h"

namespace gsv::binding {

std::shared_ptr<EventSink> make_sink(std::shared_ptr<Channel> channel);

void post_failure(Channel& channel, JobId job, const Failed& failure) noexcept;

// The failure that the exception in flight stands for.
Failed current_failure() noexcept;

}  // namespace gsv::binding
