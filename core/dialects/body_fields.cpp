#include "core/dialects/body_fields.hpp"

#include <algorithm>
#include <utility>

#include "core/json/utf8.hpp"
#include "core/json/write.hpp"

namespace patchbay::dialects {
namespace {

using json::Kind;

constexpr std::string_view kMissing = "missing_required_parameter";
constexpr std::string_view kEmpty = "empty_value";
constexpr std::string_view kWrongType = "invalid_type";
constexpr std::string_view kNoJson = "invalid_json";

// An entry of `detail`: its type, and the words that go with it; "" for those of the failure.
struct Detail {
  std::string_view code;
  std::string_view type;
  std::string_view words;
};

constexpr Detail kDetails[] = {
    {kMissing, "missing", "Field required"},
    {kEmpty, "string_too_short", "String should have at least 1 character"},
    {kWrongType, "string_type", "Input should be a valid string"},
    {kNoJson, "json_invalid", ""},
};

constexpr Detail kOther{"", "value_error", ""};

const Detail& detail_of(const chat::Failure& failure) {
  const auto* found = std::find_if(std::begin(kDetails),
                                   std::end(kDetails),
                                   [&](const Detail& each) { return each.code == failure.code; });
  return found == std::end(kDetails) ? kOther : *found;
}

}  // namespace

chat::Failure wrong_value(const std::string& path, std::string_view what) {
  return chat::bad_request(path + ": " + std::string(what), path, "invalid_value");
}

chat::Failure wrong_kind(const std::string& path,
                         std::string_view expected,
                         const json::View& value) {
  std::string what = "expected ";
  what.append(expected).append(", got ").append(json::kind_name(value.kind()));
  return chat::bad_request(path + ": " + what, path, std::string(kWrongType));
}

chat::Failure missing_value(std::string_view name) {
  return chat::bad_request(
      std::string(name) + ": is missing", std::string(name), std::string(kMissing));
}

chat::Failure empty_value(std::string_view name) {
  return chat::bad_request(
      std::string(name) + ": must not be empty", std::string(name), std::string(kEmpty));
}

MaybeFailure scan_body(json::Padded body, std::span<json::Wanted> wanted) {
  if (auto scanned = json::scan(body, wanted); !scanned) {
    return chat::bad_request(scanned.error().message, {}, std::string(kNoJson));
  }
  return std::nullopt;
}

MaybeFailure take_text(std::string_view body, const json::Wanted& wanted, std::string& text) {
  if (!wanted.found || wanted.is(Kind::kNull)) return std::nullopt;
  const json::View value(json::raw_of(body, wanted));
  if (!value.is(Kind::kString)) return wrong_kind(std::string(wanted.path), "a string", value);
  text = value.string();
  return check_storable(std::string(wanted.path), text);
}

MaybeFailure check_storable(const std::string& path, std::string_view text) {
  if (text.find('\0') == std::string_view::npos) return std::nullopt;
  return wrong_value(path, "must not hold the character U+0000, which cannot be stored");
}

MaybeFailure require_text(std::string_view body, const json::Wanted& wanted, std::string& text) {
  if (!wanted.found) return missing_value(wanted.path);
  if (wanted.is(Kind::kNull)) {
    return wrong_kind(std::string(wanted.path), "a string", json::View("null"));
  }
  return take_text(body, wanted, text);
}

MaybeFailure require_words(std::string_view body, const json::Wanted& wanted, std::string& text) {
  if (auto failure = require_text(body, wanted, text)) return failure;
  if (text.empty()) return empty_value(wanted.path);
  return std::nullopt;
}

bool is_client_key(std::string_view text) {
  return !text.empty() && text.size() <= kClientKeyBytesMax && json::is_valid_utf8(text) &&
         std::none_of(
             text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; });
}

std::string text_error_body(const chat::Failure& failure) {
  std::string body;
  json::Writer writer(body);
  writer.begin_object().member("error", failure.message);
  const bool ours = !failure.param.empty() || failure.code == kNoJson;
  if (ours && chat::status_of(failure) == 422) {
    const Detail& detail = detail_of(failure);
    writer.key("detail").begin_array().begin_object();
    writer.key("loc").begin_array().value("body");
    if (!failure.param.empty()) writer.value(failure.param);
    writer.end_array();
    writer.member("msg", detail.words.empty() ? std::string_view(failure.message) : detail.words);
    writer.member("type", detail.type).end_object().end_array();
  }
  writer.end_object();
  return body;
}

chat::Failure unprocessable(chat::Failure failure) {
  failure.status = 422;
  return failure;
}

}  // namespace patchbay::dialects
