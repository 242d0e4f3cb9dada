#include "mecab_model.h"

#include <filesystem>

#include "error.h"

namespace gsv {
namespace {

void require_dictionary_file(const std::filesystem::path& file) {
  std::error_code failure;
  if (std::filesystem::is_regular_file(file, failure)) return;
  throw Error(code::kFile,
              file.string() + " is not there; a dictionary folder holds sys.dic, unk.dic, matrix.bin and char.bin");
}

// MeCab reads a list of user dictionaries, separated by commas.
std::string quoted(const std::string& path) {
  std::string result(1, '"');
  for (const char each : path) {
    if (each == '"') result.push_back('"');
    result.push_back(each);
  }
  result.push_back('"');
  return result;
}

}  // namespace

MecabModel::MecabModel(const std::string& dictionary, const std::string& user_dictionary) {
  for (const char* name : {"sys.dic", "unk.dic", "matrix.bin", "char.bin"}) {
    require_dictionary_file(std::filesystem::path(dictionary) / name);
  }
  std::vector<std::string> arguments = {"mecab", "-d", dictionary};
  if (!user_dictionary.empty()) {
    require_dictionary_file(user_dictionary);
    arguments.insert(arguments.end(), {"-u", quoted(user_dictionary)});
  }
  std::vector<char*> pointers;
  for (std::string& each : arguments) pointers.push_back(each.data());
  model_.reset(MeCab::createModel(static_cast<int>(pointers.size()), pointers.data()));
  if (model_) tagger_.reset(model_->createTagger());
  if (tagger_) return;
  const std::string named = user_dictionary.empty() ? dictionary : dictionary + " with " + user_dictionary;
  throw Error(code::kUnsupportedFormat,
              "cannot open the dictionary " + named + ": a file is damaged or of another format",
              MeCab::getLastError());
}

MecabModel::Lease::Lease(const MecabModel& model) : model_(model) {
  const std::lock_guard lock(model.mutex_);
  if (model.idle_.empty()) {
    lattice_.reset(model.model_->createLattice());
  } else {
    lattice_ = std::move(model.idle_.back());
    model.idle_.pop_back();
  }
}

MecabModel::Lease::~Lease() {
  lattice_->clear();
  const std::lock_guard lock(model_.mutex_);
  model_.idle_.push_back(std::move(lattice_));
}

void MecabModel::Lease::parse(const std::string& text) {
  lattice_->set_sentence(text.data(), text.size());
  if (!model_.tagger_->parse(lattice_.get())) {
    throw Error(code::kInternal, "MeCab refused a text of " + std::to_string(text.size()) + " bytes", lattice_->what());
  }
}

}  // namespace gsv
