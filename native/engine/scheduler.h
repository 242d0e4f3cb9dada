// What the compute thread does next. Sentences of all callers decode together: each takes a row of its voice's
// generator as soon as one is free, and what a row ended with is turned into sound between two steps. A sentence's
// tokens and samples do not depend on which others are there.
#pragma once

#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>

#include "engine/inbox.h"
#include "engine/reports.h"
#include "engine/utterance.h"
#include "semantic/generate.h"

namespace gsv::engine {

class Scheduler {
 public:
  // `run` serves all but sentences; `rest` is called when there is nothing left to do. The inbox outlives the
  // scheduler.
  Scheduler(Inbox& inbox, RunJob run, std::function<void()> rest, Reports reports);
  ~Scheduler();

  // Until the inbox is closed; what is not done then is dropped without an end.
  void run();

 private:
  struct Sentence;
  using SentencePtr = std::unique_ptr<Sentence>;
  struct Room;  // the rows of one voice

  bool is_idle() const;
  void receive();
  void open(Job job);
  void turn();

  bool run_errand();
  bool speak_chunk();
  bool admit();
  bool has_room(const Utterance& utterance) const;
  void enter(Room& room, SentencePtr sentence);
  void step();
  void step_room(Room& room);
  void settle(Room& room, semantic::Result result);
  void speak_whole();
  bool speech_is_due() const;

  Room& room_of(const Utterance& utterance);
  int rows_in_use() const;
  void end(SentencePtr sentence, Payload last);

  Inbox& inbox_;
  RunJob run_;
  std::function<void()> rest_;
  Reports reports_;
  std::deque<Job> errands_;          // all but sentences
  std::deque<SentencePtr> waiting_;  // for a row
  std::list<Room> rooms_;            // each with a row in use
  std::deque<SentencePtr> whole_;    // have their tokens, wait for their sound
  double lead_ = 0;                  // seconds that sound was made longer than tokens since both had work
};

}  // namespace gsv::engine
