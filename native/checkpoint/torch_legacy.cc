// The format of torch.save before 1.6: five pickles (magic number, protocol, machine, value, storage keys), then for
// each key its number of elements (int64) and its bytes.
#include <algorithm>
#include <cstring>

#include "checkpoint/contents.h"
#include "checkpoint/corrupt.h"
#include "checkpoint/pickle.h"

namespace gsv::checkpoint {
namespace {

// PROTO 2, LONG1 of 10 bytes 0x1950a86a20f9469cfc6c, STOP
constexpr std::string_view kMagic("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19\x2e", 15);
constexpr std::int64_t kProtocol = 1001;

void check_machine(const Value& machine) {
  if (machine.find("little_endian").to_bool() == false) unsupported("was saved on a big-endian machine");
}

// In the order of `claims`.
std::vector<Storage> locate_storages(const ByteSource& source, std::uint64_t at, const Value& keys,
                                     const std::vector<StorageClaim>& claims) {
  if (keys.kind() != Value::Kind::kList || keys.size() != claims.size()) {
    corrupt("lists " + std::to_string(keys.size()) + " storages and uses " + std::to_string(claims.size()));
  }
  std::unordered_map<std::string_view, std::size_t> index;
  for (std::size_t i = 0; i < claims.size(); ++i) index.emplace(claims[i].key, i);
  std::vector<Storage> storages(claims.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto found = index.find(keys.at(i).to_string().value_or(""));
    if (found == index.end()) corrupt("lists a storage that no tensor uses, or lists it twice");
    const StorageClaim& claim = claims[found->second];
    std::uint64_t elements = 0;
    source.read(at, std::as_writable_bytes(std::span(&elements, 1)));
    at += sizeof elements;
    const std::uint64_t bytes = claim.elements * item_size(claim.dtype);
    if (elements != claim.elements || bytes > source.size() - at) {
      corrupt("is cut short: storage " + printable(claim.key) + " is not whole");
    }
    storages[found->second] = {.offset = at, .bytes = bytes, .crc = {}, .name = "storage " + claim.key};
    at += bytes;
    index.erase(found);
  }
  return storages;
}

}  // namespace

bool is_torch_legacy(std::string_view start) { return start.starts_with(kMagic); }

Contents read_torch_legacy(const ByteSource& source) {
  auto document = std::make_shared<Document>();
  document->text = source.read_string(0, std::min<std::uint64_t>(source.size(), kMaxPickleBytes));
  std::vector<StorageClaim> claims;
  PickleMachine machine(*document, claims, source.size());
  const std::uint32_t protocol = machine.run(kMagic.size());
  const std::uint32_t system = machine.run(machine.position());
  Contents contents;
  contents.container = Container::kTorchLegacy;
  contents.root = machine.run(machine.position());
  const std::uint32_t keys = machine.run(machine.position());
  document->text.resize(machine.position());
  document->text.shrink_to_fit();
  if (Value(document, protocol).to_int() != kProtocol) corrupt("is of an unknown version of torch's old format");
  check_machine(Value(document, system));
  contents.storages = locate_storages(source, machine.position(), Value(document, keys), claims);
  contents.document = std::move(document);
  return contents;
}

}  // namespace gsv::checkpoint
