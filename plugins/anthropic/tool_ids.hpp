// The ids of tool calls, as this API takes them: letters, digits, _ and -, and none twice in one
// conversation. Other vendors' ids have dots and colons in them, and some begin to count anew with
// every answer.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace patchbay::plugins::anthropic {

class ToolIds {
 public:
  // The id for a call that a message of the history makes; another one each time. An id that fits
  // and is new stays as it is.
  std::string call(std::string_view id);

  // The id of the call that a result with this id answers: the latest one's. Empty if there is
  // none.
  [[nodiscard]] std::string_view result(std::string_view id) const;

 private:
  struct Use {
    std::string latest;
    std::size_t times = 0;
  };
  std::unordered_map<std::string, Use> uses_;  // by the client's id
  std::unordered_set<std::string> given_;
};

}  // namespace patchbay::plugins::anthropic
