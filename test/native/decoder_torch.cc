// The decoder on torch against the same tiny network and upstream results as the one on own kernels.
//   decoder-torch-tests FIXTURE_DIR S1_BLUEPRINT
#include "semantic/decoder_torch.h"

#include <ATen/Parallel.h>

#include <unordered_map>

#include "expect.h"
#include "tiny_s1.h"

namespace {

using namespace gsv;
using namespace gsv::test;

torch::jit::Module fill(const std::string& blueprint, const FlatFile& file) {
  const at::NoGradGuard no_grad;
  torch::jit::Module module = torch::jit::load(blueprint);
  std::unordered_map<std::string, at::Tensor> slots;
  for (const auto& slot : module.named_parameters()) slots.emplace(slot.name, slot.value);
  for (const auto& [name, tensor] : file) {
    const auto slot = slots.find(name);
    if (slot != slots.end()) slot->second.set_data(at::tensor(tensor.floats).reshape(tensor.shape));
  }
  const S1Config config = weights_of(file).config;
  module.setattr("n_layers", int64_t{config.layers});
  module.setattr("n_heads", int64_t{config.heads});
  return module;
}

void add_cases(Suite& suite, const FlatFile& file, std::shared_ptr<const Decoder> decoder, const std::string& how) {
  for (const Case& c : kCases) {
    suite.add("predicts and speaks as upstream on torch" + how + ": " + c.name, [&suite, &file, decoder, c] {
      const auto& wanted = file.at(std::string(c.name) + ".logits");
      const int steps = static_cast<int>(wanted.shape[0]);
      suite.close(forced_logits(*decoder, file, c, steps), wanted.floats, 2e-6, "logits");
      suite.equal(generate(*decoder, request_of(file, c), {}).tokens, file.at(std::string(c.name) + ".tokens").ints,
                  "tokens");
    });
  }
  suite.add("keeps the rows of a batch on torch apart" + how, [&suite, &file, decoder] {
    std::vector<Request> requests;
    for (const Case& c : kCases) requests.push_back(request_of(file, c));
    const std::vector<Result> results = generate_all(*decoder, requests, 3, {});
    for (size_t i = 0; i < requests.size(); ++i) {
      suite.equal(results[i].tokens, file.at(std::string(kCases[i].name) + ".tokens").ints, kCases[i].name);
    }
  });
  suite.add("refuses indices outside the tables and sees a stop on torch" + how, [&suite, &file, decoder] {
    Request request = request_of(file, kCases[0]);
    const std::vector<int32_t> phones{37};
    request.prompt.phones = phones;
    suite.throws(code::kOutOfRange, [&] { generate(*decoder, request, {}); }, "phone 37 of 37");
    std::stop_source stop;
    const Result cut = generate(*decoder, request_of(file, kCases[0]), stop.get_token(), [&](int32_t, int index) {
      if (index == 3) stop.request_stop();
    });
    suite.is_true(cut.ended == Ended::kCancelled, "cancelled");
    suite.equal(cut.tokens.size(), size_t{4}, "tokens");
  });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: decoder-torch-tests FIXTURE_DIR S1_BLUEPRINT\n");
    return 2;
  }
  at::set_num_threads(1);
  const FlatFile file = read_flat_file(std::string(argv[1]) + "/s1.flat");
  const auto make = [&](Steps steps) {
    return make_torch_decoder(fill(argv[2], file), weights_of(file).config, at::kCPU, at::kFloat, steps);
  };
  Suite suite;
  for (const auto& [steps, how] : {std::pair{Steps::kOfModule, ""}, {Steps::kFixed, " with fixed shapes"}}) {
    add_cases(suite, file, make(steps), how);
  }
  return suite.run();
}
