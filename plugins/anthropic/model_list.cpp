#include "plugins/anthropic/model_list.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>

#include "plugins/anthropic/json_object.hpp"

namespace patchbay::plugins::anthropic {
namespace {

constexpr int kPagesMax = 20;  // of a thousand models each

std::optional<int> digits(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

// "2025-02-19T00:00:00Z" as Unix seconds, to the day, which is all that is ever said; 0: unknown.
std::int64_t unix_day(std::string_view text) {
  if (text.size() < 10 || text[4] != '-' || text[7] != '-') return 0;
  const auto year = digits(text.substr(0, 4));
  const auto month = digits(text.substr(5, 2));
  const auto day = digits(text.substr(8, 2));
  if (!year || !month || !day) return 0;
  const std::chrono::year_month_day date(std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok()) return 0;
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::sys_days(date).time_since_epoch())
      .count();
}

// An id may hold anything; in a query it must not.
std::string percent_encoded(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  constexpr std::string_view kPlain = "-._~";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                       kPlain.find(c) != kPlain.npos;
    if (plain) {
      out.push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out.push_back('%');
      out.push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 0xF]);
    }
  }
  return out;
}

}  // namespace

ModelList::Outcome ModelList::page(std::string_view body, sdk::Sink& sink) {
  if (!json_.parse(body) || !json_.root()["data"].is_array()) return Outcome::kFailed;
  const JsonValue root = json_.root();
  for (const JsonValue model : root["data"].elements())
    say_model(model, sink);
  const std::string last = root["last_id"].string();
  const bool more = root["has_more"].is_true() && !last.empty() && last != last_id_;
  last_id_ = last;
  return more && ++pages_ < kPagesMax ? Outcome::kMore : Outcome::kDone;
}

std::string ModelList::next_query() const {
  std::string query = "?limit=1000";
  if (!last_id_.empty()) query += "&after_id=" + percent_encoded(last_id_);
  return query;
}

void ModelList::say_model(JsonValue model, sdk::Sink& sink) {
  const std::string id = model["id"].string();
  if (id.empty()) return;
  // What the vendor says beyond what every list has.
  std::string extra;
  std::string scratch;
  JsonObject fields(extra);
  for (const JsonValue field : model.members()) {
    const JsonValue key = field.key();
    if (key.says("id") || key.says("type") || key.says("created_at")) continue;
    fields.raw(key.escaped(), field.line(scratch));
  }
  fields.end();
  pbay_ev_model event{};
  event.id = sdk::str(id);
  event.owner = sdk::str("anthropic");
  event.modes = PBAY_MODE_BIT(PBAY_MODE_CHAT);
  event.created = unix_day(model["created_at"].string());
  event.context_tokens = std::max<std::int64_t>(model["max_input_tokens"].integer().value_or(0), 0);
  event.max_output_tokens = std::max<std::int64_t>(model["max_tokens"].integer().value_or(0), 0);
  event.extra_json = sdk::bytes(extra);
  sink.model(event);
}

}  // namespace patchbay::plugins::anthropic
