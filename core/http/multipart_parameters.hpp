// The parameters that follow a media type or a disposition, as in
//   form-data; name="file"; filename*=UTF-8''a%20b.txt
//
//   ParameterReader reader(text);
//   if (!equals_ignoring_case(reader.subject(), "form-data")) ...
//   for (;;) {
//     Result<std::optional<Parameter>> parameter = reader.next();
//     if (!parameter) return parameter.error();
//     if (!*parameter) break;
//     ...
//   }
//
// Views into the text, which must outlive them. Allocates nothing unless it fails.

#pragma once

#include <optional>
#include <string_view>

#include "core/base/result.hpp"

namespace patchbay::http {

// A character of a header's name or of a parameter's (RFC 9110's tchar).
bool is_token_character(char c);

struct Parameter {
  std::string_view name;   // as written; names are the same whatever their case
  std::string_view value;  // as written, without its quotes; what is escaped in it still is
};

class ParameterReader {
 public:
  explicit ParameterReader(std::string_view text);

  // What stands before the parameters.
  [[nodiscard]] std::string_view subject() const { return subject_; }

  // The next parameter, or nothing at the end. Fails with kInvalid at what is no parameter:
  // a name without a value, a quote that never closes, anything after a value but a ";". Nothing
  // between two ";" is no mistake. A value without quotes goes up to white space or a ";", and may
  // hold brackets and other characters that a token must not: clients write `name=image[]`.
  Result<std::optional<Parameter>> next();

 private:
  std::string_view subject_;
  std::string_view rest_;  // empty or starting with what follows the last value
};

}  // namespace patchbay::http
