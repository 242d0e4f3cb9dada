#include "openjtalk_faults.h"

#include "error.h"

namespace gsv {

void refuse_mecab_input(const std::string& reason) {
  throw Error(code::kUnsupportedFormat, "MeCab does not take this dictionary: " + reason);
}

}  // namespace gsv

extern "C" void gsv_refuse_openjtalk_input(void) {
  throw gsv::Error(gsv::code::kInternal, "OpenJTalk met a state that it cannot go on from");
}
