// A provider of tools for tests: each call asks `base_url`/<tool> and gives what comes as the
// result. With a `fault` in its configuration the list is one that a host must refuse.

#include <array>
#include <memory>
#include <string>

#include <patchbay/config.hpp>
#include <patchbay/tools.hpp>

#ifndef TEST_NAME
#define TEST_NAME "toolbox"
#define TEST_VERSION "1.0.0"
#endif

namespace {

namespace sdk = patchbay::sdk;

class Toolbox {
 public:
  static constexpr std::string_view kType = TEST_NAME;
  static constexpr std::string_view kSchema =
      R"({"type":"object","additionalProperties":false,"required":["base_url"],"properties":{)"
      R"("base_url":{"type":"string"},"api_key":{"type":"string","writeOnly":true},)"
      R"("fault":{"type":"string"}},"examples":[{"base_url":"http://127.0.0.1:9"}]})";
  static constexpr std::string_view kClientHeaders = "userid x-conversation-id";
  static constexpr std::array kOps{sdk::kToolOp};

  class Call : public sdk::ToolCall {
   public:
    Call(const Toolbox& toolbox, const pbay_request& request)
        : sdk::ToolCall(toolbox.host, request), toolbox_(toolbox) {}

    pbay_status build_request(sdk::HttpRequest& out) {
      if (tool() != "weather" && tool() != "shift") {
        return fail({.category = PBAY_ERR_NOT_FOUND, .message = "there is no such tool"});
      }
      out.post(join({toolbox_.base_url_, "/", tool()}), PBAY_FRAME_WHOLE);
      const auto headers = allocate<pbay_kv>(5);
      headers[0] = {sdk::str("content-type"), sdk::str("application/json")};
      headers[1] = {sdk::str("authorization"), sdk::str(toolbox_.authorization_)};
      headers[2] = {sdk::str("x-version"), sdk::str(TEST_VERSION)};
      headers[3] = {sdk::str("x-user"), sdk::str(keep(client_header("userid")))};
      headers[4] = {sdk::str("x-chat"), sdk::str(keep(client_header("x-conversation-id")))};
      out.headers(headers);
      out.body(allocate(sdk::piece(arguments())));
      return PBAY_OK;
    }
    pbay_status on_head(const pbay_http_head& head, sdk::Sink&) {
      status_ = head.status;
      return PBAY_OK;
    }
    pbay_status on_frames(std::span<const pbay_frame> frames, sdk::Sink& sink) {
      if (status_ >= 300) return refused();
      return sink.text({}, sdk::view(frames.front().data));
    }
    pbay_status on_end(const pbay_http_end& end, sdk::Sink&) {
      if (status_ >= 300) return refused();
      return end.status < 0 ? fail_transport(end) : PBAY_OK;
    }

   private:
    pbay_status refused() {
      const std::string words = "the service said " + std::to_string(status_);
      return fail({.category = PBAY_ERR_UPSTREAM, .message = words});
    }

    const Toolbox& toolbox_;
    int status_ = 0;
  };

  static std::unique_ptr<Toolbox> create(const sdk::Setup& setup) {
    const sdk::Config config(setup.json());
    auto made = std::make_unique<Toolbox>(setup.host());
    made->base_url_ = config.text("base_url").value_or("");
    if (made->base_url_.empty()) return setup.refuse("/base_url", "is missing");
    made->authorization_ = "Bearer " + config.text("api_key").value_or("none");
    made->list(config.text("fault").value_or(""));
    return made;
  }
  explicit Toolbox(const sdk::Host& given) : host(given) {}

  [[nodiscard]] const sdk::ToolList& tools() const { return tools_; }

  const sdk::Host host;

 private:
  void list(const std::string& fault) {
    if (fault == "none") return;
#ifndef TEST_WITHOUT_WEATHER
    const bool named_badly = fault == "name";
    tools_.add(
        named_badly ? "the weather" : "weather",
        "Tells the weather in a city.",
        fault == "parameters"
            ? "[]"
            : R"({"type":"object","properties":{"city":{"type":"string"}},"required":["city"]})");
#endif
    tools_.add(fault == "twice" ? "weather" : "shift", "Tells who works now.");
  }

  std::string base_url_;
  std::string authorization_;
  sdk::ToolList tools_;
};

constexpr sdk::PluginInfo kInfo{.id = "test." TEST_NAME, .version = TEST_VERSION};

}  // namespace

const pbay_plugin* patchbay_plugin_entry_v1(const pbay_hello* hello) noexcept {
  return sdk::plugin<kInfo, sdk::WithTools<Toolbox>>(*hello);
}
