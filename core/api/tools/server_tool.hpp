// A tool that this server runs itself when a model calls it.
//
// Which tools models are offered, a snapshot says (Snapshot::tools): those of the server's own
// (built_in_tools.hpp) and those of plugins (provider_tool.hpp).

#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/clock.hpp"
#include "core/chat/failure.hpp"
#include "core/conversations/tool_call.hpp"

namespace patchbay::api {

struct Context;

// A call of a tool that is being worked on. Destroying it ends the work at once, and nothing is
// told any more.
class ToolRun {
 public:
  virtual ~ToolRun() = default;
};

// For whom a tool is run, and within which bounds. The tool keeps to them where it costs little;
// whoever runs it holds it to them in any case.
struct ToolOccasion {
  const Context& context;       // of the request whose answer calls the tool
  std::string conversation_id;  // in which the answer stands
  Time deadline = Time::max();  // for the result
  std::size_t result_bytes_max = 0;
};

// Immutable, so that workers share it.
class ServerTool {
 public:
  // What the tool said: JSON, or any other text. A failure's message is what the model reads.
  using Result = std::variant<std::string, chat::Failure>;
  using Then = std::function<void(Result)>;

  virtual ~ServerTool() = default;

  // 1 to 64 letters, digits, `_` and `-`.
  [[nodiscard]] virtual const std::string& name() const = 0;

  // Whose plugin runs it, by its name in the configuration; empty: the server itself.
  [[nodiscard]] virtual std::string_view provider() const { return {}; }

  // An element of a request's `tools`, as JSON.
  [[nodiscard]] virtual const std::string& definition() const = 0;

  // Begins one call, whose arguments are a JSON object. `then` is called once, on the same worker:
  // in the middle of this function, or later; then it may destroy what this function returned.
  // Null is returned where all is said already. The occasion is copied by who keeps it.
  virtual std::unique_ptr<ToolRun> run(const conversations::ToolCall& call,
                                       const ToolOccasion& occasion,
                                       Then then) const = 0;
};

// In the order in which they are offered; no two have one name.
using ToolSet = std::vector<std::shared_ptr<const ServerTool>>;

// Null when there is none of that name.
const ServerTool* find_tool(const ToolSet& tools, std::string_view name);

// Their definitions, commas between them.
std::string tool_definitions(const ToolSet& tools);

// One element of a request's `tools`. `parameters` is a JSON Schema.
std::string tool_definition(std::string_view name,
                            std::string_view description,
                            std::string_view parameters);

}  // namespace patchbay::api
