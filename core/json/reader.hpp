// RapidJSON with the settings every reader here uses. Private to this room: the one header that
// shows the library.
//
// Numbers are handed over as they stand in the text: RapidJSON's own conversion rounds, and
// nothing here needs a number before somebody asks for it.

#pragma once

#if defined(__SSE2__) && !defined(RAPIDJSON_SSE2)
#define RAPIDJSON_SSE2
#endif

#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include <rapidjson/reader.h>

#include "core/json/text.hpp"

namespace patchbay::json {

// The words for RapidJSON's error codes; a full sentence each.
inline const char* reason(rapidjson::ParseErrorCode code) {
  switch (code) {
    case rapidjson::kParseErrorDocumentEmpty:
      return "There is no value.";
    case rapidjson::kParseErrorDocumentRootNotSingular:
      return "Something follows the end of the value.";
    case rapidjson::kParseErrorValueInvalid:
      return "A value is expected here.";
    case rapidjson::kParseErrorObjectMissName:
      return "Missing a member name in double quotes.";
    case rapidjson::kParseErrorObjectMissColon:
      return "Missing a colon after a member name.";
    case rapidjson::kParseErrorObjectMissCommaOrCurlyBracket:
      return "Missing a comma or } after an object member.";
    case rapidjson::kParseErrorArrayMissCommaOrSquareBracket:
      return "Missing a comma or ] after an array element.";
    case rapidjson::kParseErrorStringUnicodeEscapeInvalidHex:
      return "A \\u escape needs four hexadecimal digits.";
    case rapidjson::kParseErrorStringUnicodeSurrogateInvalid:
      return "Half of a surrogate pair stands alone.";
    case rapidjson::kParseErrorStringEscapeInvalid:
      return "Invalid escape or raw control character in a string.";
    case rapidjson::kParseErrorStringMissQuotationMark:
      return "Missing the closing quotation mark of a string.";
    case rapidjson::kParseErrorNumberTooBig:
      return "The number is too large.";
    case rapidjson::kParseErrorNumberMissFraction:
      return "Missing digits after a decimal point.";
    case rapidjson::kParseErrorNumberMissExponent:
      return "Missing digits in an exponent.";
    default:
      return "The text is not JSON.";
  }
}

using Stream = rapidjson::StringStream;

// What a handler is made of: it follows the depth, and remembers why it refused a text. RapidJSON
// calls a handler's functions by name, so these have its capitals.
class HandlerBase {
 public:
  explicit HandlerBase(Stream& stream) : stream_(stream) {}

  [[nodiscard]] const std::optional<Failure>& refused() const { return refused_; }

 protected:
  // Where the parser stands. Strings and numbers are read on a copy of the stream, so that during
  // their event this is where they start (a string's opening quote); the other values end here.
  [[nodiscard]] std::size_t position() const { return stream_.Tell(); }

  bool refuse(std::size_t offset, std::string what) {
    refused_ = Failure{offset, std::move(what)};
    return false;
  }

  bool enter() {
    if (++depth_ <= kMaxDepth) return true;
    return refuse(position() - 1, "Nested deeper than " + std::to_string(kMaxDepth) + " levels.");
  }
  void leave() { --depth_; }
  [[nodiscard]] std::size_t depth() const { return depth_; }

 private:
  Stream& stream_;
  std::size_t depth_ = 0;
  std::optional<Failure> refused_;
};

inline Failure failure_of(const rapidjson::Reader& reader, std::string_view text) {
  Failure failure{reader.GetErrorOffset(), reason(reader.GetParseErrorCode())};
  // RapidJSON takes a zero byte for the end of the text.
  if (failure.offset < text.size() && text[failure.offset] == '\0') {
    failure.what = "A zero byte cannot stand in JSON.";
  } else if (failure.offset >= text.size() && !text.empty()) {
    failure.what += " The text ends here.";
  }
  return failure;
}

// Runs `handler`, which was made for `stream`, over the whole of `text`. The handler must answer
// RapidJSON's SAX events, with RawNumber() for numbers.
//
// REQUIRES: kPadding zero bytes follow `text`; `stream` starts at it; precheck(text) passed.
template <typename Handler>
std::optional<Failure> run(std::string_view text, Stream& stream, Handler& handler) {
  // The reader's stack holds the string in hand and keeps its size, so that it belongs to the
  // thread; a text that could make it large gets one of its own.
  thread_local rapidjson::Reader kept_reader;
  std::optional<rapidjson::Reader> own_reader;
  rapidjson::Reader& reader = text.size() > kLargeText ? own_reader.emplace() : kept_reader;

  reader.Parse<rapidjson::kParseNumbersAsStringsFlag>(stream, handler);
  if (handler.refused()) return handler.refused();
  if (reader.HasParseError()) return failure_of(reader, text);
  if (stream.Tell() != text.size()) {
    return Failure{stream.Tell(), "A zero byte cannot stand in JSON."};
  }
  return std::nullopt;
}

}  // namespace patchbay::json
