#include "core/upstream/dial_queue.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

namespace patchbay::upstream {

std::list<DialQueue::Line>::iterator DialQueue::find(const Endpoint& endpoint) {
  return std::find_if(
      lines_.begin(), lines_.end(), [&](const Line& line) { return line.endpoint == &endpoint; });
}

Dial& DialQueue::add(std::unique_ptr<Dial> dial) {
  auto line = find(*dial->endpoint);
  if (line == lines_.end()) line = lines_.insert(line, Line{dial->endpoint.get(), {}});
  line->dials.push_back(std::move(dial));
  Dial& added = *line->dials.back();
  added.place = std::prev(line->dials.end());
  return added;
}

void DialQueue::move(Dial& dial, Dials& to) {
  const auto line = find(*dial.endpoint);
  assert(line != lines_.end());
  to.splice(to.end(), line->dials, dial.place);
  if (line->dials.empty()) lines_.erase(line);
}

void DialQueue::remove(Dial& dial) {
  Dials removed;
  move(dial, removed);
}

Dial* DialQueue::first_for_warm(const Endpoint& endpoint) const {
  for (const Line& line : lines_) {
    if (line.endpoint != &endpoint) continue;
    for (const auto& dial : line.dials) {
      if (dial->takes_warm) return dial.get();
    }
  }
  return nullptr;
}

Dial* DialQueue::late(Time now) const {
  for (const Line& line : lines_) {
    if (line.dials.front()->deadline <= now) return line.dials.front().get();
  }
  return nullptr;
}

Time DialQueue::earliest() const {
  assert(!empty());
  Time earliest = Time::max();
  for (const Line& line : lines_)
    earliest = std::min(earliest, line.dials.front()->deadline);
  return earliest;
}

}  // namespace patchbay::upstream
