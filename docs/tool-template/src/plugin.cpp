// A provider of tools: models are offered `shout`, and each call of it asks the service.
//
// The service takes the arguments as JSON and answers with the result, in JSON or in plain text.
// Replace the list of tools and the four functions of a call by what yours speaks; the host does the
// rest.

#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <patchbay/config.hpp>
#include <patchbay/tools.hpp>

namespace shout {

namespace sdk = patchbay::sdk;

class ShoutProvider {
 public:
  static constexpr std::string_view kType = "shout";
  static constexpr std::string_view kSchema =
#include "shout.schema.json.inc"
      ;
  static constexpr std::array kOps{sdk::kToolOp};

  class Call;

  static std::unique_ptr<ShoutProvider> create(const sdk::Setup& setup) {
    const sdk::Config config(setup.json());
    std::string base_url = config.text("base_url").value_or("");
    if (!base_url.starts_with("http://") && !base_url.starts_with("https://")) {
      return setup.refuse("/base_url", "it must be an http:// or https:// URL");
    }
    while (base_url.ends_with('/')) base_url.pop_back();
    return std::make_unique<ShoutProvider>(
        setup.host(), base_url, "Bearer " + config.text("api_key").value_or(""));
  }

  ShoutProvider(const sdk::Host& given, std::string base_url, std::string authorization)
      : host(given), base_url_(std::move(base_url)), authorization_(std::move(authorization)) {
    headers_ = {{{sdk::str("content-type"), sdk::str("application/json")},
                 {sdk::str("authorization"), sdk::str(authorization_)}}};
    // The description is all that a model knows: say what the tool does, and when to use it.
    tools_.add("shout",
               "Says a text loudly. Use it when somebody should be heard.",
               R"({"type": "object",
                   "properties": {"text": {"type": "string", "description": "What to say."}},
                   "required": ["text"]})");
  }

  [[nodiscard]] const sdk::ToolList& tools() const { return tools_; }
  [[nodiscard]] std::string_view base_url() const { return base_url_; }
  [[nodiscard]] std::span<const pbay_kv> headers() const { return headers_; }

  const sdk::Host host;

 private:
  const std::string base_url_;
  const std::string authorization_;
  std::array<pbay_kv, 2> headers_{};  // views into the strings above
  sdk::ToolList tools_;
};

// One call of a tool.
class ShoutProvider::Call : public sdk::ToolCall {
 public:
  Call(const ShoutProvider& provider, const pbay_request& request)
      : sdk::ToolCall(provider.host, request), provider_(provider) {}

  // What a model wrote need not be what the schema asks for. A failure is no harm: the model reads
  // its message, and may try again.
  pbay_status build_request(sdk::HttpRequest& out) {
    if (!sdk::Config(arguments()).text("text")) {
      return fail({.category = PBAY_ERR_BAD_REQUEST, .message = "text: a string is wanted"});
    }
    out.post(join({provider_.base_url(), "/", tool()}), PBAY_FRAME_WHOLE);
    out.headers(provider_.headers());
    out.body(allocate(sdk::piece(arguments())));
    return PBAY_OK;
  }

  pbay_status on_head(const pbay_http_head& head, sdk::Sink&) {
    status_ = head.status;
    return PBAY_OK;
  }

  pbay_status on_frames(std::span<const pbay_frame> frames, sdk::Sink& sink) {
    if (status_ >= 300) return refused();
    for (const pbay_frame& frame : frames) sink.text({}, sdk::view(frame.data));
    return sink.status();
  }

  pbay_status on_end(const pbay_http_end& end, sdk::Sink&) {
    if (status_ >= 300) return refused();
    return end.status < 0 ? fail_transport(end) : PBAY_OK;
  }

 private:
  pbay_status refused() const {
    const bool busy = status_ == 429 || status_ >= 500;
    const std::string words = "the service refused with " + std::to_string(status_);
    return fail({.category = busy ? PBAY_ERR_OVERLOADED : PBAY_ERR_UPSTREAM, .message = words});
  }

  const ShoutProvider& provider_;
  int status_ = 0;
};

}  // namespace shout

static constexpr patchbay::sdk::PluginInfo kInfo{.id = "org.example.shout",
                                                 .version = SHOUT_VERSION,
                                                 .vendor = "Example",
                                                 .license = "MIT"};

const pbay_plugin* patchbay_plugin_entry_v1(const pbay_hello* hello) noexcept {
  return patchbay::sdk::plugin<kInfo, patchbay::sdk::WithTools<shout::ShoutProvider>>(*hello);
}
