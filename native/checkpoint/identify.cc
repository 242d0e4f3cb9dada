// Which file is this? Kind by the names of its tensors, version by what each family is known by.
#include <algorithm>
#include <array>

#include "checkpoint/checkpoint.h"
#include "checkpoint/corrupt.h"
#include "checkpoint/json_writer.h"

namespace gsv::checkpoint {
namespace {

bool has_prefix(const File& file, std::string_view prefix) {
  const auto tensors = file.tensors();
  return std::any_of(tensors.begin(), tensors.end(), [&](const Tensor& t) { return t.name.starts_with(prefix); });
}

std::int64_t rows(const File& file, std::string_view name) {
  const Tensor* tensor = file.find(name);
  return tensor && !tensor->shape.empty() ? tensor->shape[0] : 0;
}

// A network is known by tensors that no other has.
struct Network {
  std::string_view kind;
  std::string_view prefix;        // some tensor starts so
  std::string_view other_prefix;  // and some tensor so
  std::string_view what;
};
// The first that fits counts.
constexpr auto kNetworks = std::to_array<Network>({
    {"s2-discriminator", "discriminators.", "",
     "the discriminator of SoVITS training (s2D, D_*.pth), which cannot speak"},
    {"rvc", "enc_p.emb_phone.", "", "an RVC voice, which converts recordings and reads no text"},
    {"s2-lora", "cfm.base_model.model.", "", "a SoVITS LoRA voice (second stage)"},
    {"s2", "enc_p.text_embedding.", "cfm.", "a SoVITS model (second stage)"},
    {"s2", "enc_p.text_embedding.", "quantizer.", "a SoVITS model (second stage)"},
    {"s1", "model.ar_text_embedding.", "model.h.layers.", "a GPT model (first stage)"},
    {"hubert", "encoder.pos_conv_embed.", "feature_extractor.conv_layers.", "a HuBERT model"},
    {"hubert", "hubert.encoder.pos_conv_embed.", "hubert.feature_extractor.", "a HuBERT model"},
    {"bert", "bert.embeddings.word_embeddings.", "bert.encoder.layer.", "a BERT model"},
    {"bert", "embeddings.word_embeddings.", "encoder.layer.", "a BERT model"},
    {"speaker", "layer3_ds.", "seg_1.", "a speaker model (ERes2NetV2)"},
    {"bigvgan", "conv_pre.", "resblocks.0.activations.", "a BigVGAN vocoder"},
    {"hifigan", "conv_pre.", "resblocks.0.convs1.", "a HiFi-GAN vocoder"},
    {"ap_bwe", "convnext_mag.", "convnext_pha.", "a super-sampling model (AP-BWE)"},
});

// The public base models by the MD5 of their first 8192 bytes: v3 and v4 have the same tensors.
struct KnownFile {
  std::string_view md5, version, name;
};
constexpr auto kKnownFiles = std::to_array<KnownFile>({
    {"dc3c97e17592963677a4a1681f30c653", "v1", "s2G488k.pth"},
    {"6642b37f3dbb1f76882b69937c95a5f3", "v2", "s2G2333k.pth"},
    {"c7e9fce2223f3db685cdfa1e6368728a", "v2Pro", "s2Gv2Pro.pth"},
    {"66b313e39455b57ab1b0bc0b239c9d0a", "v2ProPlus", "s2Gv2ProPlus.pth"},
    {"43797be674a37c1c83ee81081941ed0f", "v3", "s2Gv3.pth"},
    {"4f26b9476d0c5033e04162c486074374", "v4", "s2Gv4.pth"},
});

// By the digit of the head, 00 to 06.
constexpr std::array<std::string_view, 7> kHeadVersions = {"v1", "v2", "v3", "v3", "v4", "v2Pro", "v2ProPlus"};

std::string_view head_version(const File& file) {
  const auto head = file.head();
  return head ? kHeadVersions.at(static_cast<std::size_t>((*head)[1] - '0')) : std::string_view{};
}

// Empty fields when the file is none of them.
KnownFile known_file(const File& file) {
  const std::string md5 = file.prefix_md5();
  const auto found =
      std::find_if(kKnownFiles.begin(), kKnownFiles.end(), [&](const KnownFile& f) { return f.md5 == md5; });
  return found == kKnownFiles.end() ? KnownFile{} : *found;
}

// What head, md5 or config say, where it is one of the two candidates. Training notes in the config where it started
// from (.../s2Gv4.pth) and where it wrote to (SoVITS_weights_v4).
std::string stated_version(const File& file, const Value& config, std::string_view one, std::string_view other) {
  const std::string_view stated[] = {head_version(file), known_file(file).version,
                                     config.find_path("model.version").to_string().value_or(""),
                                     config.find("version").to_string().value_or("")};
  for (std::string_view version : stated) {
    if (version == one || version == other) return std::string(version);
  }
  const auto ends_in = [&](const char* field, const std::string& before, const char* after, std::string_view version) {
    return config.find_path(field).to_string().value_or("").ends_with(before + std::string(version) + after);
  };
  for (std::string_view version : {one, other}) {
    if (ends_in("train.pretrained_s2G", "s2G", ".pth", version)) return std::string(version);
    if (ends_in("save_weight_dir", "SoVITS_weights_", "", version)) return std::string(version);
  }
  return {};
}

// Rows of the phone embedding.
constexpr std::int64_t kPhonesV1 = 322;
constexpr std::int64_t kPhonesV1FirstStage = 512;  // of which 322 are used
constexpr std::int64_t kPhonesV2 = 732;
constexpr std::int64_t kDecoderWidthProPlus = 768;  // v2Pro: 512

// A base with enc_p, or a LoRA without.
std::string s2_version(const File& file, Identity& identity) {
  const std::int64_t phones = rows(file, "enc_p.text_embedding.weight");
  if (has_prefix(file, "cfm.")) {
    if (phones != 0 && phones != kPhonesV2) return {};
    std::string version = stated_version(file, identity.config, "v3", "v4");
    if (!version.empty()) return version;
    identity.version_is_stated = false;
    identity.warnings.emplace_back(
        "the file does not say whether it is v3 or v4, which have the same tensors; taken for v3");
    return "v3";
  }
  if (phones == kPhonesV1) return "v1";
  if (phones != kPhonesV2) return {};
  if (!file.find("sv_emb.weight")) return "v2";
  const std::string version = stated_version(file, identity.config, "v2Pro", "v2ProPlus");
  if (!version.empty()) return version;
  return rows(file, "dec.conv_pre.weight") >= kDecoderWidthProPlus ? "v2ProPlus" : "v2Pro";
}

std::string s1_version(const File& file) {
  const std::int64_t phones = rows(file, "model.ar_text_embedding.word_embeddings.weight");
  if (phones == kPhonesV1FirstStage) return "v1";
  return phones == kPhonesV2 ? "v2" : "";
}

std::string find_version(const File& file, Identity& identity) {
  if (identity.kind == "s2" || identity.kind == "s2-lora") return s2_version(file, identity);
  return identity.kind == "s1" ? s1_version(file) : "";
}

// A training state keeps the optimizer beside the network.
bool is_training_state(const Value& root) {
  const bool has_network = root.find("model").is_dict() || root.find("state_dict").is_dict();
  return has_network && (root.find("optimizer") || root.find("optimizer_states") || root.find("iteration"));
}

void name_kind(const File& file, Identity& identity) {
  const auto fits = [&](const Network& n) { return has_prefix(file, n.prefix) && has_prefix(file, n.other_prefix); };
  const auto network = std::find_if(kNetworks.begin(), kNetworks.end(), fits);
  const Value root = file.root();
  if (network != kNetworks.end() && (network->kind == "s2-discriminator" || !is_training_state(root))) {
    identity.kind = network->kind;
    identity.what = network->what;
  } else if (is_training_state(root)) {
    identity.kind = "training-state";
    identity.what =
        "a training state with its optimizer (G_*.pth or a Lightning checkpoint), not a voice; the voice is in "
        "the SoVITS_weights or GPT_weights folder";
  } else if (root.find("param_groups") && root.find("state")) {
    identity.kind = "optimizer-state";
    identity.what = "the state of an optimizer, which holds no network";
  } else if (file.container() == Container::kSafetensors) {
    identity.kind = "safetensors-unknown";
    identity.what = "a safetensors file of an unknown network";
  } else {
    identity.kind = "unknown";
    identity.what = "a checkpoint of an unknown network";
  }
}

// What was saved under the head of another version is still read by its tensors, which cannot be wrong.
void name_mismatch(const File& file, Identity& identity) {
  const bool versioned = identity.kind == "s2" || identity.kind == "s2-lora";
  const std::string_view head = head_version(file);
  if (!versioned || head.empty() || identity.version.empty() || head == identity.version) return;
  identity.warnings.push_back("the head of the file says " + std::string(head) + ", its tensors are those of " +
                              identity.version);
}

std::string_view wanted_name(std::string_view kind) {
  const auto found = std::find_if(kNetworks.begin(), kNetworks.end(), [&](const Network& n) { return n.kind == kind; });
  return found == kNetworks.end() ? kind : found->what;
}

}  // namespace

Identity identify(const File& file) {
  Identity identity;
  const Value root = file.root();
  identity.config = root.find("config");
  identity.info = root.find("info").to_string().value_or("");
  name_kind(file, identity);
  identity.version = find_version(file, identity);
  identity.published = known_file(file).name;
  if (!identity.version.empty()) identity.what += " of " + identity.version;
  if (!identity.published.empty()) identity.what += ", the published " + identity.published;
  name_mismatch(file, identity);
  if (identity.kind == "s2-lora") identity.lora_rank = root.find("lora_rank").to_int();
  if (identity.kind == "s2-lora") identity.base_needed = "s2G" + identity.version + ".pth";
  return identity;
}

Identity require_kind(const File& file, std::string_view wanted) {
  Identity identity = identify(file);
  if (identity.kind == wanted) return identity;
  if (identity.kind == "s2-lora" && wanted == "s2") {
    throw Error(code::kMissingBase, file.path() + " is " + identity.what + " and needs the base it was trained on, " +
                                        identity.base_needed);
  }
  throw Error(code::kWrongModel,
              file.path() + " is " + identity.what + "; " + std::string(wanted_name(wanted)) + " is needed here");
}

}  // namespace gsv::checkpoint
