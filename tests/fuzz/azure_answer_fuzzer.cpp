// What Azure sends: a stream's chunks stay sound and are mended once and for all, an error's body
// stays what it was but for members that it lacked, a token's answer gives a token or a reason.

#include <algorithm>
#include <string>
#include <vector>

#include "core/http/sse_parser.hpp"
#include "core/json/scan.hpp"
#include "plugins/azure-openai/azure_error.hpp"
#include "plugins/azure-openai/chunk_mender.hpp"
#include "plugins/azure-openai/entra_token.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace {

using patchbay::fuzz::require;
using patchbay::http::SseEvent;
using patchbay::http::SseParser;
using patchbay::plugins::ReadOutcome;
namespace azure = patchbay::plugins::azure_openai;
namespace json = patchbay::json;
namespace sdk = patchbay::sdk;

struct Client {
  std::vector<std::string> chunks;
  pbay_sink raw{sizeof raw, 0, this, [](pbay_sink* sink, const pbay_event* event) noexcept {
                  const auto* said = reinterpret_cast<const pbay_ev_raw*>(event);
                  require(event->type == PBAY_EV_RAW && event->size == sizeof *said);
                  static_cast<Client*>(sink->impl)->chunks.emplace_back(sdk::view(said->data));
                  return pbay_status{PBAY_OK};
                }};
};

void mend_stream(std::string_view text) {
  Client client;
  sdk::Sink sink(&client.raw);
  azure::ChunkMender mender("\"chat.completion.chunk\"");
  auto outcome = ReadOutcome::kMore;
  SseParser parser({.max_event_bytes = 1 << 20});
  std::vector<std::string> sent;
  const auto take = [&](const SseEvent& event) {
    sent.emplace_back(patchbay::plugins::trimmed(event.data));
    outcome = mender.chunk(event.data, sink);
    return outcome == ReadOutcome::kMore;
  };
  require(parser.feed(text, take).has_value());
  if (outcome == ReadOutcome::kMore) require(parser.finish(take).has_value());
  if (outcome == ReadOutcome::kMore) outcome = mender.end(sink);
  require(mender.ended() && (outcome == ReadOutcome::kDone || !mender.error().message.empty()));

  Client again;
  sdk::Sink second(&again.raw);
  azure::ChunkMender other("\"chat.completion.chunk\"");
  for (const std::string& chunk : client.chunks) {
    const bool is_sent = std::find(sent.begin(), sent.end(), chunk) != sent.end();
    require(is_sent || json::validate(chunk).has_value());
    require(chunk.front() == '{' && chunk.back() == '}');
    require(chunk.find_first_of("\r\n") == std::string::npos);
    require(other.chunk(chunk, second) == ReadOutcome::kMore);
  }
  // Nothing but filter results: what says so has no choices, as what it was made from.
  if (again.chunks.empty()) {
    require(client.chunks.size() <= 1);
  } else {
    require(again.chunks == client.chunks);
  }
}

void mend_error(std::string_view text) {
  patchbay::plugins::UpstreamError error;
  error.message = "m\"\n";
  azure::understand_azure(text, error);
  const std::string mended = azure::with_error_members(text, error);
  require(json::validate(text).has_value() == json::validate(mended).has_value());
  require(azure::with_error_members(mended, error) == mended);
  require(mended.size() >= text.size());
}

void take_token(int status, std::string_view text) {
  azure::EntraToken token(
      {.token_url = "u", .client_id = "c", .client_secret = "long secret", .scope = "s"});
  pbay_http_head head{};
  head.size = sizeof head;
  head.status = status;
  std::uint64_t valid_for_ns = 0;
  const auto error = token.take(head, text, 0, valid_for_ns);
  if (error) {
    require(error->message.find("long secret") == std::string::npos);
    require(token.authorization() == nullptr);
    return;
  }
  require(status == 200 && valid_for_ns > 0);
  for (const char c : azure::token_in(*token.authorization()))
    require(c > ' ' && c < 0x7F);
}

}  // namespace

// The first byte says what the rest is.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] & 3U) {
    case 0:
    case 1:
      mend_stream(text);
      break;
    case 2:
      mend_error(text);
      break;
    default:
      take_token((data[0] & 4U) != 0 ? 400 : 200, text);
  }
  return 0;
}
