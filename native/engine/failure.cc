#include "engine/failure.h"

#include <c10/util/Exception.h>

#include <new>
#include <string>

#include "error.h"

namespace gsv::engine {
namespace {

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

Failed current_failure() noexcept {
  try {
    throw;
  } catch (const Error& error) {
    return {error.code(), error.what(), error.detail()};
  } catch (const c10::OutOfMemoryError& error) {
    return {std::string(code::kInsufficientMemory), first_line(error.what_without_backtrace()), ""};
  } catch (const c10::Error& error) {
    const std::string whole = error.what_without_backtrace();
    const bool memory = whole.find("DefaultCPUAllocator: can't allocate memory") != std::string::npos;
    return {std::string(memory ? code::kInsufficientMemory : code::kInternal), first_line(whole), whole};
  } catch (const std::bad_alloc&) {
    return {std::string(code::kInsufficientMemory), "the system has no memory left for this", ""};
  } catch (const std::exception& error) {
    return {std::string(code::kInternal), first_line(error.what()), error.what()};
  } catch (...) {
    return {std::string(code::kInternal), "an unknown exception", ""};
  }
}

}  // namespace gsv::engine
