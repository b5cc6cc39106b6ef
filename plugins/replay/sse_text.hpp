// A recorded event stream, taken apart event by event.

#pragma once

#include <string>
#include <string_view>

namespace patchbay::plugins::replay {

struct RecordedEvent {
  std::string data;  // its data lines, joined by line feeds
  std::string name;
};

// Takes the next event with data off `rest`, which begins where the last one ended. False when
// there is none left. An event that the end of the text cuts off counts: recorders lose final blank
// lines.
bool take_event(std::string_view& rest, RecordedEvent& out);

}  // namespace patchbay::plugins::replay
