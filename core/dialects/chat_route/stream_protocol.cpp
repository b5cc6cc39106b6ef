#include "core/dialects/chat_route/stream_protocol.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "core/http/header_list.hpp"

namespace patchbay::dialects::chat_route {
namespace {

using Protocol = StreamProtocol;

struct Named {
  std::string_view name;
  Protocol protocol;
};

// The first name of each protocol is the one that messages tell.
constexpr std::array kNames{
    Named{"data", Protocol::kDataStream},
    Named{"data-stream", Protocol::kDataStream},
    Named{"ui", Protocol::kUiMessageStream},
    Named{"ui-message-stream", Protocol::kUiMessageStream},
    Named{"openai", Protocol::kChatChunks},
    Named{"openai-sse", Protocol::kChatChunks},
    Named{"json-lines", Protocol::kJsonLines},
    Named{"jsonl", Protocol::kJsonLines},
    Named{"ndjson", Protocol::kJsonLines},
};

struct Accepted {
  std::string_view media_type;
  StreamChoice choice;
};

// text/event-stream is what every client of three of the protocols sends, and so says nothing.
constexpr std::array kAccepted{
    Accepted{"text/plain", {Protocol::kDataStream, true}},
    Accepted{"application/x-ndjson", {Protocol::kJsonLines, false}},
    Accepted{"application/ndjson", {Protocol::kJsonLines, false}},
    Accepted{"application/jsonl", {Protocol::kJsonLines, false}},
    Accepted{"application/json-lines", {Protocol::kJsonLines, false}},
};

// "_" and "-" are the same here, and so are capital letters.
bool same_name(std::string_view written, std::string_view name) {
  std::string plain(written);
  for (char& letter : plain)
    if (letter == '_') letter = '-';
  return http::equals_ignoring_case(plain, name);
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// The weight in "; q=0.5", 1 where there is none.
double weight_of(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::size_t end = std::min(parameters.find(';'), parameters.size());
    const std::string_view one = trimmed(parameters.substr(0, end));
    if (http::starts_with_ignoring_case(one, "q=")) {
      double weight = 0;
      std::from_chars(one.data() + 2, one.data() + one.size(), weight);
      return weight;
    }
    parameters.remove_prefix(std::min(end + 1, parameters.size()));
  }
  return 1;
}

// What the most wanted media type means; nothing where that is anything else.
std::optional<StreamChoice> accepted(std::string_view accept) {
  std::optional<StreamChoice> best;
  double best_weight = 0;
  while (!accept.empty()) {
    const std::size_t end = std::min(accept.find(','), accept.size());
    const std::string_view entry = accept.substr(0, end);
    accept.remove_prefix(std::min(end + 1, accept.size()));
    const std::size_t semicolon = std::min(entry.find(';'), entry.size());
    const std::string_view type = trimmed(entry.substr(0, semicolon));
    const double weight = type.empty() ? 0 : weight_of(entry.substr(semicolon));
    if (weight <= best_weight) continue;
    best_weight = weight;
    best.reset();
    for (const Accepted& known : kAccepted) {
      if (http::equals_ignoring_case(type, known.media_type)) best = known.choice;
    }
  }
  return best;
}

}  // namespace

std::variant<StreamChoice, chat::Failure> choose_stream(const StreamWish& wish) {
  const std::optional<StreamChoice> by_type = wish.accept ? accepted(*wish.accept) : std::nullopt;
  if (wish.query && !wish.query->empty()) {
    for (const Named& known : kNames) {
      if (!same_name(*wish.query, known.name)) continue;
      const bool same = by_type && by_type->protocol == known.protocol;
      return StreamChoice{known.protocol, same && by_type->as_plain};
    }
    return chat::bad_request("stream_protocol: expected one of data, ui, openai and json-lines",
                             "stream_protocol",
                             "invalid_value");
  }
  if (by_type) return *by_type;
  const bool ui = wish.ui_header != wish.data_header ? wish.ui_header
                  : wish.setting == "auto"           ? wish.ui_client
                                                     : wish.setting == "ui-message-stream";
  return StreamChoice{ui ? Protocol::kUiMessageStream : Protocol::kDataStream};
}

}  // namespace patchbay::dialects::chat_route
