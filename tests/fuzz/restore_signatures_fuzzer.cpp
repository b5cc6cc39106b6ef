// A chat request gets the reasoning back that its client dropped, and stays the request that it
// was.

#include <memory>
#include <string>

#include "core/dialects/openai_chat/chat_request.hpp"
#include "core/dialects/openai_chat/restore_signatures.hpp"
#include "tests/fuzz/fuzz_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using patchbay::fuzz::require;
  namespace chat = patchbay::chat;
  namespace dialect = patchbay::dialects::openai_chat;
  namespace json = patchbay::json;
  std::string body(reinterpret_cast<const char*>(data), size);
  body.append(json::Padded::kBytes, '\0');
  const auto view = [&body] {
    return json::Padded({body.data(), body.size() - json::Padded::kBytes});
  };
  const auto before = dialect::read_request(view());
  if (!std::holds_alternative<dialect::ChatRequest>(before)) return 0;
  json::Span model = std::get<dialect::ChatRequest>(before).model_value;
  const std::string original = body;
  // Every call is known, under any name that a fuzzer may come up with.
  const bool changed = dialect::restore_signatures(body, model, [](std::string_view id) {
    auto kept = std::make_shared<chat::KeptReasoning>();
    kept->details = R"([{"text":"t"}])";
    for (const char* name : {"", "f", "get_weather"})
      kept->calls.push_back({std::string(id), name, R"({"google":{}})"});
    return kept;
  });
  require(changed == (body != original));
  const auto after = dialect::read_request(view());
  require(std::holds_alternative<dialect::ChatRequest>(after));
  const auto& request = std::get<dialect::ChatRequest>(after);
  require(request.model_value == model);
  require(request.model == std::get<dialect::ChatRequest>(before).model);
  return 0;
}
