// What OpenJTalk and MeCab would end the process for.
#pragma once

#include <string>

namespace gsv {

[[noreturn]] void refuse_mecab_input(const std::string& reason);

}  // namespace gsv

extern "C" [[noreturn]] void gsv_refuse_openjtalk_input(void);
