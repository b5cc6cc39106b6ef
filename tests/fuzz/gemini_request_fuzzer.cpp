// A client's request for a chat, embeddings or images becomes JSON for the Gemini API, or a refusal
// that says why.

#include <array>
#include <string>

#include "core/json/scan.hpp"
#include "patchbay/host.hpp"
#include "plugins/gemini/chat_request.hpp"
#include "plugins/gemini/embeddings.hpp"
#include "plugins/gemini/images.hpp"
#include "tests/fuzz/arena_host.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace {

using patchbay::fuzz::require;
namespace gemini = patchbay::plugins::gemini;
namespace sdk = patchbay::sdk;

constexpr std::array<std::string_view, 4> kModels{
    "gemini-3-pro-preview", "gemini-2.5-flash", "imagen-4.0", "gemini-2.5-flash-image"};

void expect_sound(bool made, const gemini::Translation& translation, const gemini::BodyText& body) {
  require(made == translation.refusal.message.empty());
  if (made) require(patchbay::json::validate(body.str()).has_value());
}

void write_chat(std::string_view text, gemini::Translation& translation) {
  patchbay::plugins::JsonText json;
  if (!json.parse(text)) return;
  gemini::BodyText body;
  const bool made = gemini::write_chat_request(json.root(), translation, body);
  expect_sound(made, translation, body);
  if (!made) return;
  std::string pieces;
  for (const pbay_piece& piece : body.pieces())
    pieces += sdk::view(piece.bytes);
  require(pieces == body.str());
}

void write_image(std::string_view text, std::string_view model, gemini::Translation& translation) {
  const patchbay::fuzz::ArenaHost arena;
  pbay_request request{};
  request.size = sizeof request;
  request.mode = PBAY_MODE_IMAGE;
  request.model = sdk::str(model);
  request.body = sdk::bytes(text);
  gemini::Images job{sdk::Host(arena.raw())};
  gemini::UpstreamRequest out;
  expect_sound(job.build(request, translation, out), translation, out.body);
}

}  // namespace

// The first byte says which model is asked, and for what.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string_view model = kModels[data[0] % kModels.size()];
  gemini::Translation translation;
  translation.model = gemini::traits_of(model);
  translation.api_url = "https://api.example/v1beta";
  switch (data[0] / 4 % 8) {
    case 6:
      write_image(text, model, translation);
      break;
    case 7: {
      gemini::Embeddings job(model);
      gemini::UpstreamRequest out;
      expect_sound(job.build(text, translation, out), translation, out.body);
      break;
    }
    default:
      write_chat(text, translation);
  }
  return 0;
}
