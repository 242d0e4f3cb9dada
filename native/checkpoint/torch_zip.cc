// The format of torch.save since 1.6: a zip of ROOT/data.pkl and ROOT/data/KEY, ROOT being any name.
#include "checkpoint/contents.h"
#include "checkpoint/corrupt.h"
#include "checkpoint/pickle.h"
#include "checkpoint/zip.h"

namespace gsv::checkpoint {
namespace {

constexpr std::string_view kPickleName = "data.pkl";

// "archive/" of "archive/data.pkl".
std::string find_root(const ZipDirectory& zip) {
  std::optional<std::string> root;
  for (const ZipEntry& entry : zip.entries()) {
    if (!entry.name.ends_with(kPickleName)) continue;
    const std::string_view folder = entry.name.substr(0, entry.name.size() - kPickleName.size());
    if (!folder.empty() && folder.find('/') != folder.size() - 1) continue;
    if (root) corrupt("has two data.pkl");
    root = folder;
  }
  if (!root) unsupported("is a zip archive without data.pkl: no torch checkpoint");
  return *root;
}

void check_archive(const ByteSource& source, const ZipDirectory& zip, const std::string& root) {
  if (zip.find(root + "constants.pkl")) {
    unsupported("is a TorchScript module, not a checkpoint; give the .ckpt or .pth it was made from");
  }
  const ZipEntry* order = zip.find(root + "byteorder");
  constexpr std::size_t kLongest = 6;  // "little"
  if (order && (order->size > kLongest || read_entry(source, *order) != "little")) {
    unsupported("was saved on a big-endian machine");
  }
}

std::optional<std::string> read_head(const ByteSource& source) {
  const std::string head = source.read_string(0, 2);
  if (head == "PK") return {};
  return head;
}

Storage find_storage(const ZipDirectory& zip, const std::string& root, const StorageClaim& claim) {
  const std::string name = root + "data/" + claim.key;
  const ZipEntry* entry = zip.find(name);
  if (!entry) corrupt("lacks the zip entry '" + printable(name) + "'");
  if (entry->size / item_size(claim.dtype) < claim.elements) {
    corrupt("has a storage, '" + printable(name) + "', that is shorter than its tensors: " +
            std::to_string(entry->size) + " bytes for " + std::to_string(claim.elements) + " elements");
  }
  return {.offset = entry->offset, .bytes = entry->size, .crc = entry->crc, .name = "data/" + claim.key};
}

}  // namespace

Contents read_torch_zip(const ByteSource& source) {
  const ZipDirectory zip(source);
  const std::string root = find_root(zip);
  check_archive(source, zip, root);
  const ZipEntry& pickle = *zip.find(root + std::string(kPickleName));
  if (pickle.size > kMaxPickleBytes) corrupt("has a pickle of " + std::to_string(pickle.size) + " bytes");

  auto document = std::make_shared<Document>();
  document->text = read_entry(source, pickle);
  std::vector<StorageClaim> claims;
  PickleMachine machine(*document, claims, source.size());
  Contents contents;
  contents.root = machine.run(0);
  for (const StorageClaim& claim : claims) contents.storages.push_back(find_storage(zip, root, claim));
  contents.head = read_head(source);
  contents.document = std::move(document);
  return contents;
}

}  // namespace gsv::checkpoint
