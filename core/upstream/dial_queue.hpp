// The dials that wait for their turn. Those to one endpoint stand in line, and the endpoints take
// turns, so that a long line at one of them is no longer a wait at another.
//
// Threads: the worker's.

#pragma once

#include <list>
#include <memory>

#include "core/upstream/dial.hpp"

namespace patchbay::upstream {

class DialQueue {
 public:
  Dial& add(std::unique_ptr<Dial> dial);

  // Takes the dial out, to the end of `to`.
  void move(Dial& dial, Dials& to);

  // Takes the dial out and frees it.
  void remove(Dial& dial);

  // The first in line of the endpoint whose turn it is, of those for which
  // `may_begin(const Endpoint&)` says yes; null: of none. The dial stays in the queue, and the
  // other endpoints come before this one the next time.
  template <typename MayBegin>
  Dial* next(const MayBegin& may_begin) {
    for (auto line = lines_.begin(); line != lines_.end(); ++line) {
      if (!may_begin(*line->endpoint)) continue;
      lines_.splice(lines_.end(), lines_, line);
      return line->dials.front().get();
    }
    return nullptr;
  }

  // The first in line at `endpoint` that would take a warm connection; null: nobody.
  [[nodiscard]] Dial* first_for_warm(const Endpoint& endpoint) const;

  // One whose deadline is not after `now`; null: nobody is late.
  [[nodiscard]] Dial* late(Time now) const;

  // The earliest deadline. REQUIRES: !empty().
  [[nodiscard]] Time earliest() const;

  [[nodiscard]] bool empty() const { return lines_.empty(); }

 private:
  // Its endpoint's dials all have the same patience, so the first in line is late first.
  struct Line {
    const Endpoint* endpoint;  // the dials keep it
    Dials dials;               // never empty
  };

  std::list<Line>::iterator find(const Endpoint& endpoint);

  // As many as there are endpoints to which somebody waits: few, so they are searched one by one.
  std::list<Line> lines_;
};

}  // namespace patchbay::upstream
