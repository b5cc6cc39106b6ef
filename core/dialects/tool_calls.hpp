// The tool calls of one answer while they come in, for dialects that tell the arguments once more
// as a whole when they are complete.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "patchbay/abi.h"

namespace patchbay::dialects {

class ToolCalls {
 public:
  struct Call {
    std::uint32_t item = 0;
    std::string id;         // a JSON string, quotes included; made up where the event has none
    std::string name;       // a JSON string, quotes included
    std::string arguments;  // of the pieces so far: the inside of a JSON string
    bool open = true;       // its ITEM_END has not come
  };

  // Null when an answer holds more than anybody can mean; the call must fail then.
  const Call* begin(const pbay_ev_tool& event);

  // The open call of an item; null if there is none.
  Call* find(std::uint32_t item);

  // Takes the next piece of its arguments. False when they became too much to hold.
  [[nodiscard]] bool add(Call& call, const pbay_ev_text& event);

  // Ends a call and gives its arguments as a JSON object in one line, "{}" where none came; "" when
  // what came is no object, which is what a length limit leaves behind.
  static std::string end(Call& call);

  // All calls, open or not, in the order in which they began.
  [[nodiscard]] std::vector<Call>& all() { return calls_; }
  [[nodiscard]] bool empty() const { return calls_.empty(); }

 private:
  std::vector<Call> calls_;
  std::size_t held_bytes_ = 0;
};

}  // namespace patchbay::dialects
