// A call of a tool, as a model asked for it.

#pragma once

#include <string>

namespace patchbay::conversations {

struct ToolCall {
  std::string id;
  std::string name;
  std::string arguments;  // JSON, as the model wrote it
};

}  // namespace patchbay::conversations
