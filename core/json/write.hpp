// Writing JSON: strings escaped into a buffer, and a small writer for whole values.
//
//   std::string out;
//   json::Writer writer(out);
//   writer.begin_object().member("object", "error").key("codes").begin_array();
//   writer.value(1).value(2).end_array().end_object();
//   // {"object":"error","codes":[1,2]}
//
// What is written is always valid JSON in valid UTF-8, whatever bytes the texts hold.

#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace patchbay::json {

// Appends `text` in quotes. Escapes only what must be: quotes, backslashes, control characters.
// Broken UTF-8 becomes U+FFFD, one for each mishap.
void append_string(std::string& out, std::string_view text);

// The same without the quotes.
void append_escaped(std::string& out, std::string_view text);

// Writes one value, piece by piece, at the end of a string; sets the commas. It holds no state but
// the string, so that raw pieces may be appended in between where a value belongs.
//
// It trusts its caller with the grammar: every begin has its end, and in an object every value has
// its key().
class Writer {
 public:
  // `out` must outlive the writer; what it holds already stays.
  explicit Writer(std::string& out) : out_(out), start_(out.size()) {}

  Writer& begin_object() { return open('{'); }
  Writer& end_object() { return close('}'); }
  Writer& begin_array() { return open('['); }
  Writer& end_array() { return close(']'); }

  Writer& key(std::string_view name);

  Writer& value(std::string_view text);
  Writer& value(const char* text) { return value(std::string_view(text)); }
  Writer& value(double number);  // the shortest form that reads back the same; NaN, infinity: null
  Writer& value(std::same_as<bool> auto truth) { return raw(truth ? "true" : "false"); }
  template <std::integral Integer>
  requires(!std::same_as<Integer, bool> &&
           !std::same_as<Integer, char>) Writer& value(Integer number) {
    if constexpr (std::unsigned_integral<Integer>) {
      return unsigned_integer(number);
    } else {
      return integer(number);
    }
  }
  Writer& null() { return raw("null"); }

  // A value that is JSON already.
  //
  // REQUIRES: `json` is one whole JSON value.
  Writer& raw(std::string_view json);

  // key() and value() in one.
  template <typename Value>
  Writer& member(std::string_view name, const Value& member_value) {
    return key(name).value(member_value);
  }

 private:
  Writer& open(char bracket);
  Writer& close(char bracket);
  Writer& integer(std::int64_t number);
  Writer& unsigned_integer(std::uint64_t number);
  void separate();

  std::string& out_;
  const std::size_t start_;
};

}  // namespace patchbay::json
