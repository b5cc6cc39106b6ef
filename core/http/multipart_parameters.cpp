#include "core/http/multipart_parameters.hpp"

#include <algorithm>

namespace patchbay::http {
namespace {

constexpr std::string_view kBlanks = " \t";

void skip_blanks(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
}

std::string_view without_blanks(std::string_view text) {
  skip_blanks(text);
  return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

bool is_plain_value_character(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte != 0x7F && c != ';' && c != '"';
}

// Where the quote that `text` begins with is closed; npos if it is not. Of a backslash only what
// clients mean as an escape is one: "C:\a.wav" has none.
std::size_t closing_quote(std::string_view text) {
  for (std::size_t at = text.find_first_of("\"\\", 1); at != std::string_view::npos;
       at = text.find_first_of("\"\\", at + 1)) {
    if (text[at] == '"') return at;
    if (at + 1 < text.size() && (text[at + 1] == '"' || text[at + 1] == '\\')) ++at;
  }
  return std::string_view::npos;
}

Error bad_parameter(const char* what) {
  return make_error(ErrorCode::kInvalid, what);
}

}  // namespace

bool is_token_character(char c) {
  const char lower = static_cast<char>(c | 0x20);
  return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') ||
         (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
}

ParameterReader::ParameterReader(std::string_view text) {
  const std::size_t end = std::min(text.find(';'), text.size());
  subject_ = without_blanks(text.substr(0, end));
  rest_ = text.substr(end);
}

Result<std::optional<Parameter>> ParameterReader::next() {
  for (;;) {
    skip_blanks(rest_);
    if (rest_.empty()) return std::optional<Parameter>();
    if (rest_.front() != ';') return bad_parameter("something follows the value of a parameter");
    rest_.remove_prefix(1);
    skip_blanks(rest_);
    if (!rest_.empty() && rest_.front() != ';') break;
  }
  Parameter parameter;
  const auto name_end = std::find_if_not(rest_.begin(), rest_.end(), is_token_character);
  parameter.name = rest_.substr(0, static_cast<std::size_t>(name_end - rest_.begin()));
  rest_.remove_prefix(parameter.name.size());
  if (parameter.name.empty() || !rest_.starts_with('=')) {
    return bad_parameter("a parameter is not of the form name=value");
  }
  rest_.remove_prefix(1);
  if (rest_.starts_with('"')) {
    const std::size_t end = closing_quote(rest_);
    if (end == std::string_view::npos) return bad_parameter("a quoted value is never closed");
    parameter.value = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
  } else {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_plain_value_character);
    parameter.value = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
    rest_.remove_prefix(parameter.value.size());
    if (parameter.value.empty()) return bad_parameter("a parameter has no value");
  }
  return std::optional<Parameter>(parameter);
}

}  // namespace patchbay::http
