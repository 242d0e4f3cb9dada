#include <algorithm>
#include <filesystem>

#include "checkpoint/byte_source.h"
#include "checkpoint/zip.h"
#include "mutants.h"

namespace gsv::test {
namespace {

constexpr std::string_view kSeedFiles[] = {"s1_v2.ckpt", "s2_v1.pth",          "s2_v2Pro.pth",   "s2_v3.pth",
                                           "G_96.pth",   "layouts.pth",        "lora_v3.pth",    "optimizer.pth",
                                           "bert.bin",   "layouts_legacy.pth", "s1_legacy.ckpt", "hubert.safetensors"};
constexpr std::string_view kForbidden[] = {"os\nsystem\n",
                                           "posix\nsystem\n",
                                           "builtins\neval\n",
                                           "builtins\nexec\n",
                                           "subprocess\ncheck_output\n",
                                           "subprocess\nPopen\n",
                                           "shutil\nrmtree\n",
                                           "webbrowser\nopen\n",
                                           "importlib\nimport_module\n",
                                           "torch\nload\n",
                                           "torch.hub\nload\n",
                                           "operator\nattrgetter\n"};

bool is_zip(std::string_view bytes) { return bytes.substr(2, 2) == "\3\4"; }
bool is_safetensors(std::string_view bytes) { return bytes.size() > 8 && bytes[8] == '{'; }

}  // namespace

MutantMaker::MutantMaker(const std::string& fixtures, std::uint64_t seed) : random_(seed) {
  for (std::string_view name : kSeedFiles) {
    names_.emplace_back(name);
    paths_.push_back(fixtures + "/" + names_.back());
    contents_.push_back(read_file(paths_.back()));
  }
}

Mutant MutantMaker::make() {
  const std::size_t seed = below(contents_.size());
  Mutant mutant{contents_[seed], " of " + names_[seed]};
  std::string& bytes = mutant.bytes;
  const auto done = [&](const char* how) {
    mutant.how = how + mutant.how;
    return mutant;
  };
  const std::size_t family = below(is_zip(bytes) ? 8 : is_safetensors(bytes) ? 4 : 3);
  switch (family) {
    case 0:
      bytes.resize(below(bytes.size()));
      return done("cut");
    case 1:
      flip_bits(bytes);
      return done("flip");
    case 2:
      splice(bytes);
      return done("splice");
    case 3:
      is_zip(bytes) ? forge_zip_field(bytes) : forge_safetensors(bytes);
      return done("forged field");
    case 4:
      bytes = with_pickle(bytes, [&](std::string& pickle) { flip_bits(pickle); });
      return done("pickle flip");
    case 5:
      bytes = with_pickle(bytes, [&](std::string& pickle) { splice(pickle); });
      return done("pickle splice");
    case 6:
      bytes = with_pickle(bytes, [&](std::string& pickle) { forge_pickle(pickle); });
      return done("pickle length");
    default:
      mutant.forbidden = true;  // the call stands before STOP or after PROTO, where it is surely reached
      bytes = with_pickle(
          bytes, [&](std::string& pickle) { pickle.insert(below(2) == 0 ? 2 : pickle.size() - 1, forbidden_call()); });
      return done("forbidden global");
  }
}

std::uint64_t MutantMaker::extreme() {
  constexpr std::uint64_t kValues[] = {0,
                                       1,
                                       0x7F,
                                       0x80,
                                       0xFF,
                                       0x7FFF,
                                       0xFFFF,
                                       0x7FFFFFFF,
                                       0x80000000,
                                       0xFFFFFFFF,
                                       std::uint64_t{1} << 40,
                                       std::uint64_t{1} << 62,
                                       ~std::uint64_t{0}};
  return below(3) == 0 ? random_() : kValues[below(std::size(kValues))];
}

void MutantMaker::overwrite(std::string& bytes, std::size_t at, std::size_t width) {
  const std::uint64_t value = extreme();
  for (std::size_t i = 0; i < width && at + i < bytes.size(); ++i) bytes[at + i] = static_cast<char>(value >> (8 * i));
}

void MutantMaker::flip_bits(std::string& bytes) {
  for (std::size_t flips = 1 + below(6); flips > 0 && !bytes.empty(); --flips) {
    char& byte = bytes[below(bytes.size())];
    byte = static_cast<char>(byte ^ (1 << below(8)));
  }
}

// Copies, removes or repeats a stretch.
void MutantMaker::splice(std::string& bytes) {
  const std::size_t from = below(bytes.size()), length = below(std::min<std::size_t>(bytes.size() - from, 200)) + 1;
  const std::string part = bytes.substr(from, length);
  switch (below(4)) {
    case 0:
      bytes.erase(from, length);
      break;
    case 1:
      bytes.insert(below(bytes.size()), part);
      break;
    case 2:
      bytes.insert(from, repeat(part, 1 + below(300)));
      break;
    default:
      bytes.replace(below(bytes.size()), length, part);
  }
}

// A field of a local header, the directory, or one of the records at the end.
void MutantMaker::forge_zip_field(std::string& bytes) {
  constexpr std::string_view kRecords[] = {"PK\1\2", "PK\5\6", "PK\6\6", "PK\6\7", "PK\3\4"};
  const std::string_view record = kRecords[below(std::size(kRecords))];
  std::vector<std::size_t> places;
  for (std::size_t at = bytes.find(record); at != std::string::npos; at = bytes.find(record, at + 1))
    places.push_back(at);
  if (places.empty()) places.push_back(0);
  constexpr std::size_t kRecordBytes = 56, kWidths[] = {2, 4, 8};
  overwrite(bytes, places[below(places.size())] + 4 + below(kRecordBytes - 4), kWidths[below(3)]);
}

// The number after an opcode that counts, numbers or names something. Data that look like one are as good a target.
void MutantMaker::forge_pickle(std::string& pickle) {
  struct Operand {
    char opcode;
    std::size_t width;
  };
  constexpr Operand kOperands[] = {{'X', 4}, {'J', 4}, {'K', 1}, {'M', 2},    {'q', 1},    {'h', 1},
                                   {'r', 4}, {'j', 4}, {'G', 8}, {'\x8a', 1}, {'\x80', 1}, {'X', 4}};
  for (std::size_t forgeries = 1 + below(3); forgeries > 0; --forgeries) {
    const Operand operand = kOperands[below(std::size(kOperands))];
    const std::size_t at = pickle.find(operand.opcode, below(pickle.size()));
    if (at != std::string::npos) overwrite(pickle, at + 1, operand.width);
  }
}

// The archive anew, with right sizes and checksums, so that the damage reaches the pickle machine.
std::string MutantMaker::with_pickle(const std::string& bytes, const std::function<void(std::string&)>& change) {
  const std::string path = std::filesystem::temp_directory_path() / ("gsv-seed-" + std::to_string(random_()));
  write_file(path, bytes);
  ForgedZip zip;
  {
    const checkpoint::ByteSource source(path);
    const checkpoint::ZipDirectory directory(source);
    for (const checkpoint::ZipEntry& entry : directory.entries()) {
      ForgedEntry forged{std::string(entry.name), source.read_string(entry.offset, entry.size)};
      if (entry.name.ends_with("data.pkl")) change(forged.data);
      zip.add(forged);
    }
  }
  std::filesystem::remove(path);
  return bytes.substr(0, 2) + zip.finish().substr(2);
}

void MutantMaker::forge_safetensors(std::string& bytes) {
  if (below(3) == 0) return overwrite(bytes, 0, 8);
  constexpr std::string_view kValues[] = {"-1",  "9223372036854775807", "18446744073709551616", "{", "[", "\"", "1e9",
                                          "null"};
  const std::size_t header = 9 + below(bytes.find("}}") - 9);
  const std::size_t digit = std::min(bytes.find_first_of("0123456789", header), bytes.size() - 1);
  bytes.replace(digit, 1, kValues[below(std::size(kValues))]);
  const std::uint64_t size = static_cast<std::uint64_t>(bytes.rfind("}}") + 2 - 8);
  if (below(2) == 0) bytes.replace(0, 8, bytes_of(size));
}

std::string MutantMaker::forbidden_call() {
  const std::string name(kForbidden[below(std::size(kForbidden))]);
  const std::string argument = "(" + text("touch canary") + "tR0";
  if (below(2) == 0) return "c" + name + argument;
  const std::size_t line = name.find('\n');
  return text(name.substr(0, line)) + text(name.substr(line + 1, name.size() - line - 2)) + "\x93" + argument;
}

}  // namespace gsv::test
