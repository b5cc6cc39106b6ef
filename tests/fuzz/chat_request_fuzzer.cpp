// A client's chat request: what is refused is refused in JSON, and what goes up is still JSON with
// the upstream's model in it.

#include <string>

#include "core/dialects/openai_chat/chat_request.hpp"
#include "core/dialects/openai_chat/error_body.hpp"
#include "core/json/scan.hpp"
#include "patchbay/call.hpp"
#include "plugins/shared/json_text.hpp"
#include "plugins/shared/openai_request.hpp"
#include "tests/fuzz/arena_host.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace {

using patchbay::fuzz::require;
namespace dialect = patchbay::dialects::openai_chat;
namespace json = patchbay::json;
namespace plugins = patchbay::plugins;
namespace sdk = patchbay::sdk;

constexpr std::string_view kModel = "up \"1\" \xC3\xA9";

std::variant<dialect::ChatRequest, patchbay::chat::Failure> read(const std::string& body) {
  const std::string padded = body + std::string(json::Padded::kBytes, '\0');
  return dialect::read_request(json::Padded(std::string_view(padded).substr(0, body.size())));
}

class Call final : public sdk::Call {
 public:
  using sdk::Call::Call;
};

std::string sent(const std::string& body, const dialect::ChatRequest& request, bool count) {
  const patchbay::fuzz::ArenaHost host;
  pbay_request raw{};
  raw.size = sizeof raw;
  raw.id = 1;
  raw.model = sdk::str(kModel);
  raw.body = sdk::bytes(body);
  raw.model_value = {request.model_value.begin, request.model_value.size()};
  const Call call(sdk::Host(host.raw()), raw);
  std::string out;
  for (const pbay_piece& piece : plugins::openai_body(call, {.ask_for_usage = count})) {
    out += sdk::view(piece.bytes);
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string body(reinterpret_cast<const char*>(data), size);
  const auto result = read(body);
  if (const auto* failure = std::get_if<patchbay::chat::Failure>(&result)) {
    require(!failure->message.empty());
    require(json::validate(dialect::error_body(*failure)).has_value());
    return 0;
  }
  const auto& request = std::get<dialect::ChatRequest>(result);
  for (const bool count : {false, true}) {
    const std::string up = sent(body, request, count);
    const auto again = read(up);
    const auto* reread = std::get_if<dialect::ChatRequest>(&again);
    require(reread != nullptr && reread->model == kModel && reread->stream == request.stream);
    // The plugin's reader goes less deep than the host's, and then asks for nothing.
    plugins::JsonText text;
    require(reread->include_usage == (request.include_usage || (count && text.parse(body))));
    require(sent(up, *reread, count) == up);
  }
  return 0;
}
