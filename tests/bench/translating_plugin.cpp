// A provider for the bench: reads an OpenAI-shaped answer and says it in events, although the
// client speaks the same dialect. What that costs is what every translated answer costs.

#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "patchbay/plugin.hpp"
#include "plugins/shared/json_text.hpp"
#include "plugins/shared/openai_answer.hpp"
#include "plugins/shared/openai_request.hpp"

namespace {

namespace sdk = patchbay::sdk;
using patchbay::plugins::OpenAiAnswer;

class TranslatingProvider {
 public:
  static constexpr std::string_view kType = "bench-translating";
  static constexpr std::string_view kSchema =
#include "translating_plugin.schema.json.inc"
      ;
  static constexpr std::array kOps{sdk::op(PBAY_MODE_CHAT, "openai.chat/1")};

  class Call : public sdk::Call {
   public:
    Call(const TranslatingProvider& provider, const pbay_request& request)
        : sdk::Call(provider.host, request), provider_(provider), answer_(provider.host) {}

    pbay_status build_request(sdk::HttpRequest& out) {
      out.post(provider_.url, PBAY_FRAME_AUTO);
      const std::span<pbay_kv> headers = allocate<pbay_kv>(2);
      headers[0] = {sdk::str("authorization"), sdk::str(provider_.authorization)};
      headers[1] = {sdk::str("content-type"), sdk::str("application/json")};
      out.headers(headers);
      out.body(patchbay::plugins::openai_body(*this, {}));
      return PBAY_OK;
    }

    pbay_status on_head(const pbay_http_head& head, sdk::Sink&) {
      framing_ = head.framing;
      return head.status == 200 ? PBAY_OK : fail({.message = "the bench's upstream refused"});
    }

    pbay_status on_frames(std::span<const pbay_frame> frames, sdk::Sink& sink) {
      for (const pbay_frame& frame : frames) {
        const OpenAiAnswer::Outcome outcome =
            framing_ == PBAY_FRAME_WHOLE
                ? answer_.whole(sdk::view(frame.data), sink)
                : answer_.chunk(sdk::view(frame.data), sdk::view(frame.event), sink);
        if (sink.status() < 0) return sink.status();
        if (outcome == OpenAiAnswer::Outcome::kFailed) return not_understood();
      }
      return PBAY_OK;
    }

    pbay_status on_end(const pbay_http_end& end, sdk::Sink& sink) {
      if (end.status < 0) return fail_transport(end);
      const OpenAiAnswer::Outcome outcome = answer_.end(sink);
      return outcome == OpenAiAnswer::Outcome::kFailed ? not_understood() : sink.status();
    }

   private:
    pbay_status not_understood() const { return fail({.message = answer_.error().message}); }

    const TranslatingProvider& provider_;
    OpenAiAnswer answer_;
    pbay_framing framing_ = PBAY_FRAME_AUTO;
  };

  static std::unique_ptr<TranslatingProvider> create(const sdk::Setup& setup) {
    patchbay::plugins::JsonText json;
    if (!json.parse(setup.json())) return setup.refuse("", "the configuration is not JSON");
    auto made = std::make_unique<TranslatingProvider>(setup.host());
    made->url = json.root()["base_url"].string() + "/chat/completions";
    made->authorization = "Bearer " + json.root()["api_key"].string();
    return made;
  }

  explicit TranslatingProvider(const sdk::Host& given) : host(given) {}

  const sdk::Host host;
  std::string url;
  std::string authorization;
};

constexpr sdk::PluginInfo kInfo{.id = "patchbay.bench-translating",
                                .version = PATCHBAY_VERSION,
                                .vendor = "Patchbay",
                                .license = "Apache-2.0"};

}  // namespace

const pbay_plugin* patchbay_plugin_entry_v1(const pbay_hello* hello) noexcept {
  return sdk::plugin<kInfo, TranslatingProvider>(*hello);
}
