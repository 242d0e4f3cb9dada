#include "engine/scheduler.h"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <utility>

#include "engine/failure.h"

namespace gsv::engine {
namespace {

// Rows at once, of all voices together. The weights are read once a step whatever their number, but each row holds some
// 20 MB of keys and values in a full-size voice (90 MB when it speaks a minute).
constexpr int kRows = 8;
// Idle for so long, nobody is about to give the next sentence.
constexpr auto kPatience = std::chrono::seconds(1);

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

}  // namespace

struct Scheduler::Sentence {
  Sentence(Job job, const Reports& reports)
      : id(job.id),
        stop(job.stop),
        utterance(std::get<SpeakRequest>(std::move(job.request)), job.stop.get_token(),
                  [&reports, id = job.id](Payload payload) { reports.post(id, std::move(payload)); }) {}

  JobId id;
  std::stop_source stop;
  Utterance utterance;
};

struct Scheduler::Room {
  explicit Room(const std::shared_ptr<const Voice>& of) : voice(of), generator(*loaded(of).decoder, kRows) {}

  std::shared_ptr<const Voice> voice;
  semantic::Generator generator;
  std::map<int, SentencePtr> rows;  // by the generator's name for them
};

Scheduler::Scheduler(Inbox& inbox, RunJob run, std::function<void()> rest, Reports reports)
    : inbox_(inbox), run_(std::move(run)), rest_(std::move(rest)), reports_(std::move(reports)) {}

Scheduler::~Scheduler() = default;

void Scheduler::run() {
  while (!inbox_.is_closed()) {
    receive();
    if (is_idle()) {
      if (!inbox_.wait_for(kPatience)) {
        rest_();
        inbox_.wait();
      }
      receive();
    }
    turn();
  }
}

bool Scheduler::is_idle() const { return errands_.empty() && waiting_.empty() && rooms_.empty() && whole_.empty(); }

void Scheduler::receive() {
  while (std::optional<Job> job = inbox_.take()) {
    if (std::holds_alternative<SpeakRequest>(job->request)) {
      open(std::move(*job));
    } else {
      errands_.push_back(std::move(*job));
    }
  }
}

void Scheduler::open(Job job) {
  const JobId id = job.id;
  const std::stop_source stop = job.stop;
  try {
    waiting_.push_back(std::make_unique<Sentence>(std::move(job), reports_));
  } catch (...) {
    reports_.end(id, stop, current_failure());
  }
}

// One piece of work, the most urgent: a listener waits for a chunk; a row that is filled makes the next steps cheaper.
void Scheduler::turn() {
  if (speak_chunk() || run_errand() || admit()) return;
  if (speech_is_due()) {
    speak_whole();
  } else {
    step();
  }
}

// Tokens and sound take turns, each for as long as the other did: neither a crowd of new sentences nor one of spoken
// sentences holds the other up.
bool Scheduler::speech_is_due() const { return !whole_.empty() && (rooms_.empty() || lead_ <= 0); }

bool Scheduler::run_errand() {
  if (errands_.empty()) return false;
  Job job = std::move(errands_.front());
  errands_.pop_front();
  run_alone(std::move(job), run_, reports_);
  return true;
}

bool Scheduler::speak_chunk() {
  for (Room& room : rooms_) {
    const auto found = std::find_if(room.rows.begin(), room.rows.end(), [](const auto& row) {
      return row.second->utterance.has_chunk() && !row.second->utterance.is_cancelled();
    });
    if (found == room.rows.end()) continue;
    use_threads(loaded(room.voice));
    try {
      found->second->utterance.speak_chunk();
    } catch (...) {
      room.generator.drop(found->first);
      end(std::move(room.rows.extract(found).mapped()), current_failure());
    }
    return true;
  }
  return false;
}

// In order of arrival: a sentence that needs much memory is not passed by small ones for ever.
bool Scheduler::admit() {
  if (waiting_.empty() || rows_in_use() >= kRows) return false;
  try {
    if (!has_room(waiting_.front()->utterance)) return false;
  } catch (...) {
    SentencePtr refused = std::move(waiting_.front());
    waiting_.pop_front();
    end(std::move(refused), current_failure());
    return true;
  }
  SentencePtr sentence = std::move(waiting_.front());
  waiting_.pop_front();
  Room& room = room_of(sentence->utterance);
  use_threads(loaded(room.voice));
  enter(room, std::move(sentence));
  return true;
}

// Rows count with what they may grow to: one that has begun is never refused. Throws ERR_GSV_INSUFFICIENT_MEMORY when
// there would be no room if nothing else was spoken either.
bool Scheduler::has_room(const Utterance& utterance) const {
  const LoadedVoice& voice = loaded(utterance.voice());
  if (voice.max_memory == 0 || utterance.is_cancelled()) return true;  // a cancelled one ends as soon as it enters
  std::uint64_t rows = 0;
  for (const Room& room : rooms_) {
    for (const auto& [name, sentence] : room.rows) rows += sentence->utterance.most_bytes();
  }
  if (rows > 0 && voice.memory->held() + rows + utterance.most_bytes() > voice.max_memory) return false;
  voice.memory->check("a sentence of so many tokens at most (maxTokens)", rows + utterance.most_bytes(),
                      voice.max_memory);
  return true;
}

void Scheduler::enter(Room& room, SentencePtr sentence) {
  try {
    const int name = sentence->utterance.enter(room.generator);
    room.rows.emplace(name, std::move(sentence));
  } catch (...) {
    end(std::move(sentence), current_failure());
  }
}

void Scheduler::step() {
  for (Room& room : rooms_) step_room(room);
  std::erase_if(rooms_, [](const Room& room) { return room.rows.empty(); });
  if (rooms_.empty() || whole_.empty()) lead_ = 0;
}

void Scheduler::step_room(Room& room) {
  use_threads(loaded(room.voice));
  const auto begun = Clock::now();
  std::vector<semantic::Result> ended;
  try {
    ended = room.generator.step();
  } catch (...) {
    const Failed failure = current_failure();
    for (auto& [name, sentence] : std::exchange(room.rows, {})) end(std::move(sentence), failure);
    return;
  }
  const double seconds = seconds_since(begun);
  lead_ -= seconds;
  for (auto& [name, sentence] : room.rows) {
    sentence->utterance.add_semantic_seconds(seconds / static_cast<double>(room.rows.size()));
  }
  for (semantic::Result& result : ended) settle(room, std::move(result));
}

void Scheduler::settle(Room& room, semantic::Result result) {
  SentencePtr sentence = std::move(room.rows.extract(result.id).mapped());
  Utterance& utterance = sentence->utterance;
  try {
    if (utterance.is_cancelled()) return end(std::move(sentence), {});
    const bool spoke = utterance.accept(std::move(result));
    (spoke ? whole_ : waiting_).push_back(std::move(sentence));
  } catch (...) {
    end(std::move(sentence), current_failure());
  }
}

void Scheduler::speak_whole() {
  SentencePtr sentence = std::move(whole_.front());
  whole_.pop_front();
  use_threads(loaded(sentence->utterance.voice()));
  const auto begun = Clock::now();
  Payload last;
  try {
    last = sentence->utterance.speak();
  } catch (...) {
    last = current_failure();
  }
  end(std::move(sentence), std::move(last));
  lead_ += seconds_since(begun);
}

Scheduler::Room& Scheduler::room_of(const Utterance& utterance) {
  const auto found =
      std::find_if(rooms_.begin(), rooms_.end(), [&](const Room& room) { return room.voice == utterance.voice(); });
  return found == rooms_.end() ? rooms_.emplace_back(utterance.voice()) : *found;
}

int Scheduler::rows_in_use() const {
  return std::accumulate(rooms_.begin(), rooms_.end(), 0,
                         [](int sum, const Room& room) { return sum + static_cast<int>(room.rows.size()); });
}

// What the sentence held is freed before its end is told.
void Scheduler::end(SentencePtr sentence, Payload last) {
  const JobId id = sentence->id;
  const std::stop_source stop = sentence->stop;
  sentence.reset();
  reports_.end(id, stop, std::move(last));
}

}  // namespace gsv::engine
