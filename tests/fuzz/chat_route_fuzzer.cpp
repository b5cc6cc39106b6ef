// A front end's body for POST /chat, of whatever generation: what is refused is refused in words,
// and what goes to a provider is a request that the chat endpoint itself would take.

#include <string>

#include "core/dialects/chat_route/body.hpp"
#include "core/dialects/openai_chat/chat_request.hpp"
#include "core/json/scan.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace {

using patchbay::fuzz::require;
namespace json = patchbay::json;
namespace route = patchbay::dialects::chat_route;
namespace openai = patchbay::dialects::openai_chat;

constexpr std::string_view kModel = "up \"1\" \xC3\xA9";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string body(reinterpret_cast<const char*>(data), size);
  body.append(json::Padded::kBytes, '\0');
  const auto read = route::read_body(json::Padded(std::string_view(body).substr(0, size)));
  if (const auto* failure = std::get_if<patchbay::chat::Failure>(&read)) {
    require(!failure->message.empty() && patchbay::chat::status_of(*failure) == 400);
    return 0;
  }
  const auto& asked = std::get<route::ChatBody>(read);
  require(json::validate(asked.messages).has_value());
  const route::ProviderBody written = route::write_provider_body(asked, kModel);
  const std::string_view padded = written.padded;
  const std::string_view sent = padded.substr(0, padded.size() - json::Padded::kBytes);
  require(json::validate(sent).has_value());
  if (asked.image) {
    require(!asked.prompt.empty());
    return 0;
  }
  const auto reread = openai::read_request(json::Padded(sent));
  const auto* request = std::get_if<openai::ChatRequest>(&reread);
  require(request != nullptr && request->model == kModel && request->stream);
  require(request->model_value == written.model_value);
  return 0;
}
