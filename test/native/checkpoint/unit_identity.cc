#include "unit.h"

namespace gsv::test {
namespace {

checkpoint::Identity require(const Suite& suite, const char* name, std::string_view kind) {
  return checkpoint::require_kind(checkpoint::File::open(suite.fixture(name)), kind);
}

}  // namespace

void identity_tests(Suite& suite) {
  suite.test("the wrong kind of file is named for what it is", [&] {
    check_equal(require(suite, "s1_v2.ckpt", "s1").version, "v2", "version");
    struct Wrong {
      const char *file, *wanted, *part;
    };
    const Wrong wrongs[] = {{"s1_v2.ckpt", "s2", "is a GPT model (first stage) of v2; a SoVITS model"},
                            {"s2_v2.pth", "s1", "is a SoVITS model (second stage) of v2; a GPT model"},
                            {"bert.bin", "s1", "is a BERT model"},
                            {"D_96.pth", "s2", "the discriminator"},
                            {"G_96.pth", "s2", "a training state"},
                            {"lightning.ckpt", "s1", "a training state"},
                            {"optimizer.pth", "s2", "the state of an optimizer"},
                            {"rvc.pth", "s2", "an RVC voice"},
                            {"layouts.pth", "s2", "unknown network"}};
    for (const Wrong& wrong : wrongs) {
      check_throws(code::kWrongModel, wrong.part, [&] { (void)require(suite, wrong.file, wrong.wanted); });
    }
  });

  suite.test("a LoRA names the base of its own version", [&] {
    check_equal(require(suite, "lora_v4.pth", "s2-lora").base_needed, "s2Gv4.pth", "base");
    check_throws(code::kMissingBase, "s2Gv3.pth", [&] { (void)require(suite, "lora_v3.pth", "s2"); });
  });

  suite.test("a base that is v3 or v4 is taken for v3 with a warning", [&] {
    const auto identity = require(suite, "s2_v3_or_v4.pth", "s2");
    check(identity.version == "v3" && identity.warnings.size() == 1, "one warning");
    check(require(suite, "s2_v4.pth", "s2").warnings.empty(), "none when the config says it");
  });

  suite.test("a config of nonsense types is no crash", [&] {
    const std::string nonsense[] = {"K\1",
                                    "]",
                                    "N",
                                    text("text"),
                                    "(K\1K\2t",
                                    "}K\1K\2s",
                                    "}" + text("model") + "K\1s",
                                    "}" + text("model") + "}" + text("version") + "]ss"};
    for (const std::string& config : nonsense) {
      const std::string pickle = "\x80\x02}" + text("config") + config + "s" + text("info") + config + "s.";
      const auto file = open_bytes(suite, torch_zip_of(pickle));
      const auto identity = checkpoint::identify(file);
      check_equal(identity.kind, "unknown", "kind");
      check(describe_json(file, identity).find("\"config\":") != std::string::npos, "described");
    }
    check(describe_json(open_bytes(suite, torch_zip_of("\x80\x02K\1.")), {}).starts_with("{"),
          "a root that is no dict");
  });
}

}  // namespace gsv::test
