// The one error type of the native code. It carries a stable code which lib/errors.ts turns into a class.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace gsv {

// Every code that native code throws; lib/errors.ts holds the same list and a test compares the two.
namespace code {
inline constexpr std::string_view kUnsafeCheckpoint = "ERR_GSV_UNSAFE_CHECKPOINT";
inline constexpr std::string_view kCorruptCheckpoint = "ERR_GSV_CORRUPT_CHECKPOINT";
inline constexpr std::string_view kCorruptModel = "ERR_GSV_CORRUPT_MODEL";
inline constexpr std::string_view kUnsupportedFormat = "ERR_GSV_UNSUPPORTED_FORMAT";
inline constexpr std::string_view kWrongModel = "ERR_GSV_WRONG_MODEL";
inline constexpr std::string_view kModelMismatch = "ERR_GSV_MODEL_MISMATCH";
inline constexpr std::string_view kUnsupportedConfig = "ERR_GSV_UNSUPPORTED_CONFIG";
inline constexpr std::string_view kMissingBase = "ERR_GSV_MISSING_BASE";
inline constexpr std::string_view kMissingModel = "ERR_GSV_MISSING_MODEL";
inline constexpr std::string_view kFile = "ERR_GSV_FILE";
inline constexpr std::string_view kInsufficientMemory = "ERR_GSV_INSUFFICIENT_MEMORY";
inline constexpr std::string_view kNativeLibrary = "ERR_GSV_NATIVE_LIBRARY";
inline constexpr std::string_view kReferenceAudio = "ERR_GSV_REFERENCE_AUDIO";
inline constexpr std::string_view kNoSpeech = "ERR_GSV_NO_SPEECH";
inline constexpr std::string_view kNonFiniteAudio = "ERR_GSV_NON_FINITE_AUDIO";
inline constexpr std::string_view kOutOfRange = "ERR_GSV_OUT_OF_RANGE";
inline constexpr std::string_view kWrongType = "ERR_GSV_WRONG_TYPE";
inline constexpr std::string_view kAborted = "ERR_GSV_ABORTED";
inline constexpr std::string_view kDisposed = "ERR_GSV_DISPOSED";
inline constexpr std::string_view kInternal = "ERR_GSV_INTERNAL";
}  // namespace code

// message: a sentence for people which names the thing, the value and the way out.
// detail: for the log; or the networks whose files cause the error, apart by spaces, which lib/ turns into files.
class Error : public std::runtime_error {
 public:
  Error(std::string_view code, const std::string& message, std::string detail = {})
      : std::runtime_error(message), code_(code), detail_(std::move(detail)) {}

  const std::string& code() const noexcept { return code_; }
  const std::string& detail() const noexcept { return detail_; }

 private:
  std::string code_;
  std::string detail_;
};

}  // namespace gsv
