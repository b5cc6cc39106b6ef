// An answer of the Gemini API, streamed or whole, becomes sound events, and those of a chat become
// sound answers in both of the client's forms. Errors of any shape are classified.

#include <string>

#include "core/dialects/openai_chat/stream_encoder.hpp"
#include "core/dialects/openai_chat/whole_encoder.hpp"
#include "core/http/sse_parser.hpp"
#include "plugins/gemini/answer.hpp"
#include "plugins/gemini/embeddings.hpp"
#include "plugins/gemini/images.hpp"
#include "plugins/gemini/model_list.hpp"
#include "plugins/gemini/vendor_error.hpp"
#include "tests/fuzz/arena_host.hpp"
#include "tests/fuzz/event_rules.hpp"

namespace {

using patchbay::fuzz::require;
using patchbay::http::SseEvent;
using patchbay::http::SseParser;
using patchbay::plugins::gemini::GeminiAnswer;
using patchbay::plugins::gemini::Outcome;
namespace chat = patchbay::chat;
namespace dialect = patchbay::dialects::openai_chat;
namespace gemini = patchbay::plugins::gemini;
namespace json = patchbay::json;
namespace sdk = patchbay::sdk;

struct Client {
  patchbay::fuzz::EventRules rules;
  dialect::StreamEncoder stream{{.model = "m", .keep_model = false, .include_usage = true}};
  dialect::WholeEncoder whole{{.model = "m", .keep_model = true}};
  std::string streamed;
  std::string gathered;

  pbay_status take(const pbay_event& event) {
    rules.take(event);
    require(stream.on_event(event, streamed) == PBAY_OK);
    require(whole.on_event(event, gathered) == PBAY_OK);
    return PBAY_OK;
  }

  void end() {
    rules.end();
    stream.finish(streamed);
    whole.finish(gathered);
    SseParser parser({.max_event_bytes = 1 << 24});
    const auto check = [](const SseEvent& event) {
      require(event.data == "[DONE]" || json::validate(event.data).has_value());
    };
    require(parser.feed(streamed, check).has_value());
    require(json::validate(gathered).has_value());
  }
};

// What the other modes say: JSON in one line where JSON is promised.
struct Listener {
  std::uint32_t images = 0;
  std::uint32_t vectors = 0;

  pbay_status take(const pbay_event& event) {
    require(patchbay::plugin_host::check_event(event) == patchbay::plugin_host::EventCheck::kGood);
    if (event.type == PBAY_EV_IMAGE) require(event.item == images++);
    if (event.type == PBAY_EV_EMBEDDING) {
      require(event.choice == vectors++);
      require_line(chat::view(chat::event_as<pbay_ev_embedding>(event)->data));
    }
    if (event.type == PBAY_EV_MODEL) {
      const auto& model = *chat::event_as<pbay_ev_model>(event);
      require(model.id.len > 0 && model.context_tokens >= 0 && model.max_output_tokens >= 0);
      require_line(chat::view(model.extra_json));
    }
    return PBAY_OK;
  }

  static void require_line(std::string_view text) {
    require(json::validate(text).has_value());
    require(text.find_first_of("\r\n") == std::string_view::npos);
  }
};

template <typename Target>
pbay_sink sink_to(Target& target) {
  return {sizeof(pbay_sink), 0, &target, [](pbay_sink* sink, const pbay_event* event) noexcept {
            return static_cast<Target*>(sink->impl)->take(*event);
          }};
}

void read_chat(std::string_view text, bool streamed, const sdk::Host& host) {
  Client client;
  pbay_sink raw = sink_to(client);
  sdk::Sink sink(&raw);
  GeminiAnswer answer(host);
  auto outcome = Outcome::kMore;
  if (streamed) {
    SseParser parser({.max_event_bytes = 1 << 20});
    const auto take = [&](const SseEvent& event) {
      outcome = answer.piece(event.data, sink);
      return outcome == Outcome::kMore;
    };
    require(parser.feed(text, take).has_value());
    if (outcome == Outcome::kMore) require(parser.finish(take).has_value());
  } else {
    outcome = answer.piece(text, sink);
  }
  if (outcome == Outcome::kMore) outcome = answer.end(sink);
  require(answer.ended() && outcome != Outcome::kNext);
  require(outcome == Outcome::kDone || !answer.error().message.empty());
  if (outcome == Outcome::kDone) client.end();
}

template <typename Job>
void read_other(std::string_view text, Job& job) {
  Listener listener;
  pbay_sink raw = sink_to(listener);
  sdk::Sink sink(&raw);
  if (job.piece(text, sink) == Outcome::kFailed) require(!job.error().message.empty());
}

void read_embeddings(std::string_view text) {
  gemini::Embeddings job("m");
  gemini::Translation translation;
  gemini::UpstreamRequest request;
  require(job.build(R"({"input":["a","b"]})", translation, request));
  read_other(text, job);
}

}  // namespace

// The first byte says what the rest is an answer to.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const patchbay::fuzz::ArenaHost arena;
  pbay_host table = *arena.raw();
  table.unix_ms = [](const pbay_host*) noexcept -> std::int64_t { return 1'700'000'000'000; };
  const sdk::Host host(&table);
  switch (data[0] % 8) {
    case 5: {
      gemini::Images job(host);
      read_other(text, job);
      break;
    }
    case 6: {
      gemini::ModelPages job;
      read_other(text, job);
      break;
    }
    case 7:
      read_embeddings(text);
      require(!gemini::classify_vendor_answer(400, {}, text, 0).message.empty());
      break;
    default:
      read_chat(text, data[0] % 2 == 0, host);
  }
  return 0;
}
