// OpenRouter's own: what is mended in an error, a history or a chunk leaves JSON that is JSON, and
// pictures drawn in a chat are numbered.

#include <string>

#include "core/json/scan.hpp"
#include "plugins/openrouter/drawn_by_chat.hpp"
#include "plugins/openrouter/openrouter_error.hpp"
#include "plugins/openrouter/openrouter_history.hpp"
#include "plugins/shared/openai_request.hpp"
#include "tests/fuzz/arena_host.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace {

using patchbay::fuzz::require;
namespace json = patchbay::json;
namespace plugins = patchbay::plugins;
namespace openrouter = patchbay::plugins::openrouter;
namespace sdk = patchbay::sdk;

struct Call : sdk::Call {
  using sdk::Call::Call;
};

std::string joined(std::span<const pbay_piece> pieces) {
  std::string text;
  for (const pbay_piece& piece : pieces)
    text += sdk::view(piece.bytes);
  return text;
}

void require_sound_requests(std::string_view text, const sdk::Host& host) {
  pbay_request request{};
  request.size = sizeof request;
  request.body = sdk::bytes(text);
  const Call call(host, request);
  if (text.empty()) return;
  const plugins::OpenAiBodyOptions options{.default_name = "provider", .default_json = "{}"};
  const std::string body = joined(openrouter::with_reasoning(call, openai_body(call, options)));
  plugins::JsonText before;
  // Deeper than a plugin looks is left alone.
  require(!before.parse(text) || json::validate(body).has_value());
  require(json::validate(joined(openrouter::drawing_chat(call, "{}"))).has_value() ||
          !before.parse(text));
}

void require_sound_errors(std::string_view text) {
  plugins::JsonText parsed;
  if (!parsed.parse(text)) return;
  if (const auto error = openrouter::error_in(parsed.root())) require(!error->message.empty());
  const auto error =
      openrouter::with_metadata(plugins::upstream_fault("m"), parsed.root()["error"]);
  const std::string mended = openrouter::as_openai_error(text, error);
  require(json::validate(mended).has_value());
  plugins::JsonText again;
  require(again.parse(mended));
  if (!parsed.root()["error"].is_object()) {
    require(mended == text);
    return;
  }
  const plugins::JsonValue object = again.root()["error"];
  require(object["code"].kind() != plugins::JsonKind::kNumber);
  for (const char* name : {"type", "param", "code"})
    require(object[name].kind() != plugins::JsonKind::kMissing);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const patchbay::fuzz::ArenaHost host;
  require_sound_requests(text, sdk::Host(host.raw()));
  require_sound_errors(text);

  std::uint32_t images = 0;
  pbay_sink raw{sizeof raw, 0, &images, [](pbay_sink* sink, const pbay_event* event) noexcept {
                  auto& count = *static_cast<std::uint32_t*>(sink->impl);
                  if (event->type == PBAY_EV_IMAGE) require(event->item == count++);
                  require(event->type != PBAY_EV_TEXT && event->type != PBAY_EV_TOOL_BEGIN);
                  return pbay_status{PBAY_OK};
                }};
  sdk::Sink sink(&raw);
  openrouter::DrawnByChat drawn{sdk::Host(host.raw())};
  const bool failed = drawn.whole(text, sink) == plugins::ReadOutcome::kFailed;
  require(failed ? !drawn.error().message.empty() : images > 0);
  return 0;
}
