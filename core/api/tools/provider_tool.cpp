#include "core/api/tools/provider_tool.hpp"

#include <utility>

#include "core/api/tools/inner_call.hpp"
#include "core/plugin_host/provider_tools.hpp"

namespace patchbay::api {
namespace {

using conversations::ToolCall;

// What metrics call the route to every tool: there are as many as providers have.
constexpr const char* kRule = "tool";

// No headers of the client's go to a tool, but who is asking and where, for plugins that want to
// see that.
http::HeaderList headers_of(const ToolOccasion& occasion) {
  http::HeaderList headers;
  if (const std::string& userid = occasion.context.principal.userid; !userid.empty()) {
    headers.set("userid", userid);
  }
  if (!occasion.conversation_id.empty()) {
    headers.set("x-conversation-id", occasion.conversation_id);
  }
  return headers;
}

relay::CallRequest request_of(const ToolCall& call, const ToolOccasion& occasion) {
  relay::CallRequest request;
  request.mode = PBAY_MODE_TOOL;
  request.dialect = plugin_host::kToolDialect;
  request.padded_body = call.arguments;
  request.padded_body.append(json::Padded::kBytes, '\0');
  request.method = "POST";
  request.headers = headers_of(occasion);
  request.request_id = occasion.context.request_id;
  request.deadline = occasion.deadline;
  return request;
}

class Run final : public ToolRun {
 public:
  Run(const ToolOccasion& occasion,
      relay::CallRequest request,
      routing::Route route,
      ServerTool::Then then)
      : call_(occasion.context,
              std::move(request),
              std::move(route),
              occasion.result_bytes_max,
              [then = std::move(then)](InnerCall::Result result) {
                if (auto* failure = std::get_if<chat::Failure>(&result)) {
                  return then(std::move(*failure));
                }
                then(std::move(std::get<InnerAnswer>(result).text));
              }) {
    call_.start();
  }

 private:
  InnerCall call_;
};

class ProviderTool final : public ServerTool {
 public:
  ProviderTool(std::string provider, const plugin_host::Tool& tool)
      : provider_(std::move(provider)),
        name_(tool.name),
        definition_(tool_definition(tool.name, tool.description, tool.parameters)) {}

  [[nodiscard]] const std::string& name() const override { return name_; }
  [[nodiscard]] std::string_view provider() const override { return provider_; }
  [[nodiscard]] const std::string& definition() const override { return definition_; }

  std::unique_ptr<ToolRun> run(const ToolCall& call,
                               const ToolOccasion& occasion,
                               Then then) const override {
    routing::Route route{.targets = {{.provider = provider_, .upstream_model = name_}},
                         .rule = kRule};
    return std::make_unique<Run>(
        occasion, request_of(call, occasion), std::move(route), std::move(then));
  }

 private:
  const std::string provider_;
  const std::string name_;
  const std::string definition_;
};

}  // namespace

std::shared_ptr<const ServerTool> make_provider_tool(std::string provider,
                                                     const plugin_host::Tool& tool) {
  return std::make_shared<const ProviderTool>(std::move(provider), tool);
}

}  // namespace patchbay::api
