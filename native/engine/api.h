// The whole contract between the addon and the engine library. Both are built together; neither torch nor napi shows
// here, and no exception crosses it: a request that fails ends in a Failed event.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace gsv {

inline constexpr int kEngineAbi = 4;

using JobId = std::uint64_t;

// A tensor by value, row-major.
struct TensorData {
  enum class Type { kFloat32, kFloat64, kInt64 };
  Type type = Type::kFloat32;
  std::vector<std::int64_t> shape;
  std::vector<std::byte> bytes;
};
using TensorMap = std::map<std::string, TensorData>;

// A loaded voice: networks and what they were built with. Immutable, shared by every job that uses it.
class Voice {
 public:
  virtual ~Voice() = default;
};

// A prepared reference: semantic tokens and what the version takes of the sound. Belongs to the networks of one voice.
class Reference {
 public:
  virtual ~Reference() = default;
};

// A setting of a blueprint, from the checkpoint's config.
using Attribute = std::variant<bool, std::int64_t, double, std::string, std::vector<std::int64_t>,
                               std::vector<std::vector<std::int64_t>>>;

// One tensor of a blueprint and where it is in the checkpoint.
struct FillTensor {
  std::string name;                 // in the module
  std::string source;               // in the checkpoint; with weight norm the direction
  std::string magnitude;            // with weight norm, in the checkpoint; else empty
  std::vector<std::int64_t> shape;  // needed
  int weight_norm_dim = 0;          // the dimension that keeps its own norm
  bool in_base = false;             // source and magnitude are in the base, not in the checkpoint
  std::string down, up;             // of a LoRA, in the checkpoint: up @ down is added; else empty
};

// Resolved by lib/store from models/blueprints/*.json and the checkpoint's config.
struct FillRequest {
  std::string network;     // for messages: "s1"
  std::string blueprint;   // path of the weightless TorchScript file
  std::string checkpoint;  // path of the user's file
  std::string base;        // of a LoRA: path of what it was trained on; else empty
  std::string output;      // path of the module to write
  std::vector<FillTensor> tensors;
  std::vector<std::pair<std::string, Attribute>> attributes;
};

struct LoadVoiceRequest {
  std::string s1, s2, hubert;          // paths of filled modules
  std::string bert, speaker, vocoder;  // the same; empty: not given
  std::string super_sampler;           // likewise
  std::string version;                 // a name in engine/version.h
  int sample_rate = 32000;             // Hz
  int fft_size = 2048;                 // window of the reference spectrogram, samples
  int hop = 640;                       // its step, samples
  int threads = 0;                     // 0: as many as there are physical cores
  std::string device = "cpu";
  std::string precision = "fp32";  // of the s1 decoder: fp32, fp16, int8
  std::uint64_t max_memory = 0;    // bytes that voices and the sentences they speak may hold; 0: no limit
  bool keep_loaded = true;         // false: what only references and Chinese need is given back when nothing is spoken
};

struct Recording {
  std::vector<float> samples;  // mono
  int sample_rate = 0;         // Hz
  double weight = 1;           // share in the style of several recordings; above 0
};

struct PrepareReferenceRequest {
  std::shared_ptr<const Voice> voice;
  std::vector<Recording> recordings;  // the first gives the semantic tokens, all give style
  // What was made of them before, ReferencePrepared::kept by the same networks; then `recordings` is not read.
  TensorMap kept;
};

// BERT input of one stretch of Chinese within a piece.
struct BertSpan {
  std::vector<std::int64_t> ids;            // [CLS] ... [SEP]
  std::vector<std::int32_t> phones_per_id;  // one entry per id between the two
  std::size_t first_phone = 0;
};

struct PhoneSequence {
  std::vector<std::int32_t> phones;
  std::vector<BertSpan> bert;
};

// How a sentence is spoken in chunks while its tokens still come.
struct Chunking {
  enum class Cut { kFixed, kQuiet };
  Cut cut = Cut::kFixed;
  int first_tokens = 16;   // length of the first chunk; the next ones grow by half
  int most_tokens = 16;    // up to this
  int overlap_tokens = 2;  // decoded twice, to join
  // Of an exact one: how far back a chunk sees its sentence, 0: to its beginning; and how many tokens behind it, at
  // least one, must be there before it is decoded, which it then sees.
  int context_tokens = 0, lookahead_tokens = 1;
  // False does as upstream: tokens behind a quiet cut are spoken twice, each chunk is levelled alone, and the last one
  // is not cross-faded.
  bool exact = true;
};

struct SpeakRequest {
  std::shared_ptr<const Voice> voice;
  std::shared_ptr<const Reference> reference;
  PhoneSequence prompt;  // no phones: the reference-free path
  PhoneSequence text;
  int top_k = 15;
  float top_p = 1;
  float temperature = 1;
  float repetition_penalty = 1.35F;
  double speed = 1;  // double: frames are counted by dividing by it
  float noise_scale = 0.5F;
  int sample_steps = 0;            // of flow matching, v3 and v4; 0: the version's default
  bool overlapped_chunks = false;  // v3 and v4: chunks are painted apart and joined, not each on from the last
  bool super_sampling = false;     // for a version and a voice that have a super-sampler
  int max_tokens = 1500;
  std::uint64_t seed = 0;
  std::uint32_t sentence = 0;        // index in the request: each sentence draws from its own stream
  std::optional<Chunking> chunking;  // ignored by versions that need a sentence's tokens whole
};

// Runs one stage alone on given tensors, for parity tests against recorded references.
struct ProbeRequest {
  std::shared_ptr<const Voice> voice;
  std::string stage;
  TensorMap tensors;
};

using Request = std::variant<FillRequest, LoadVoiceRequest, PrepareReferenceRequest, SpeakRequest, ProbeRequest>;

struct Progress {
  std::uint32_t tokens = 0;  // semantic tokens so far, 25 a second
};
// Part of a sentence, in order; the last part is in Spoken.
struct SpokenChunk {
  std::vector<float> samples;
  std::vector<std::int32_t> tokens;
};
struct Spoken {
  // With chunks: what came after the last SpokenChunk.
  std::vector<float> samples;
  int sample_rate = 0;
  std::vector<std::int32_t> tokens;
  bool truncated = false;  // the length limit ended it, not the voice
  int attempts = 1;
  double semantic_seconds = 0, acoustic_seconds = 0;  // compute time
};
struct Filled {
  std::uint64_t parameters = 0;
  std::vector<std::string> warnings;
};
struct VoiceLoaded {
  std::shared_ptr<const Voice> voice;
  int sample_rate = 0;  // Hz, of what it speaks
  std::uint64_t bytes = 0;
};
struct ReferencePrepared {
  std::shared_ptr<const Reference> reference;
  double seconds = 0;  // 0 when it was made from what was kept
  std::vector<std::int64_t> tokens;
  TensorMap kept;  // what it can be made from again
};
struct Failed {
  std::string code, message, detail;
};
using Payload = std::variant<Progress, SpokenChunk, Spoken, Filled, VoiceLoaded, ReferencePrepared, TensorMap, Failed>;

struct Event {
  JobId job = 0;
  Payload payload;
};

class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void post(Event event) noexcept = 0;  // from any thread
};

class Engine {
 public:
  // Cancels what runs, joins the threads; no event is posted afterwards.
  virtual ~Engine() = default;
  virtual void start(JobId job, Request request) noexcept = 0;
  virtual void cancel(JobId job) noexcept = 0;
};

// Symbol `gsv_open_engine` of the engine library. Null when `abi` is not its own.
using OpenEngine = Engine* (*)(int abi, std::shared_ptr<EventSink> sink) noexcept;

}  // namespace gsv
