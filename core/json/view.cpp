#include "core/json/view.hpp"

#include <algorithm>

#include "core/json/unescape.hpp"

namespace patchbay::json {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

// The offset behind the string that begins at `at`.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  const std::size_t inside = at + 1;
  for (at = text.find('"', inside); at != std::string_view::npos; at = text.find('"', at + 1)) {
    std::size_t escapes = at;
    while (escapes > inside && text[escapes - 1] == '\\')
      --escapes;
    if ((at - escapes) % 2 == 0) return at + 1;
  }
  return text.size();
}

// The offset behind the object or array that begins at `at`.
std::size_t end_of_container(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  while ((at = text.find_first_of("\"[]{}", at)) != std::string_view::npos) {
    if (text[at] == '"') {
      at = end_of_string(text, at);
      continue;
    }
    const bool opens = text[at] == '[' || text[at] == '{';
    depth += opens ? 1 : std::size_t(0) - 1;
    ++at;
    if (depth == 0) return at;
  }
  return text.size();
}

// The offset behind the value at the beginning of `text`.
std::size_t end_of_value(std::string_view text) {
  switch (text.front()) {
    case '"':
      return end_of_string(text, 0);
    case '{':
    case '[':
      return end_of_container(text, 0);
    default:
      return std::min(text.find_first_of(",:]} \t\r\n"), text.size());
  }
}

// Without its first and last byte.
std::string_view inside_of(std::string_view text) {
  return text.size() < 2 ? std::string_view() : text.substr(1, text.size() - 2);
}

}  // namespace

View::View(std::string_view text) : text_(trimmed(text)) {}

Kind View::kind() const {
  if (text_.empty()) return Kind::kNull;
  switch (text_.front()) {
    case 'n':
      return Kind::kNull;
    case 't':
      return Kind::kTrue;
    case 'f':
      return Kind::kFalse;
    case '"':
      return Kind::kString;
    case '[':
      return Kind::kArray;
    case '{':
      return Kind::kObject;
    default:
      return Kind::kNumber;
  }
}

std::string View::string() const {
  std::string out;
  if (is(Kind::kString)) append_unescaped(out, inside_of(text_));
  return out;
}

Items View::items() const {
  return Items(is(Kind::kArray) ? inside_of(text_) : std::string_view());
}

Members View::members() const {
  return Members(is(Kind::kObject) ? inside_of(text_) : std::string_view());
}

bool MemberView::named(std::string_view name) const {
  if (raw_name.find('\\') == std::string_view::npos) return raw_name == name;
  return this->name() == name;
}

std::string MemberView::name() const {
  std::string out;
  append_unescaped(out, raw_name);
  return out;
}

bool Inside::take(std::string_view& value) {
  const std::size_t first = rest_.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return false;
  rest_.remove_prefix(first);
  const std::size_t end = std::max<std::size_t>(end_of_value(rest_), 1);
  value = rest_.substr(0, end);
  rest_.remove_prefix(end);
  const std::size_t separator = rest_.find_first_of(",:");
  rest_.remove_prefix(separator == std::string_view::npos ? rest_.size() : separator + 1);
  return true;
}

MemberView Members::Iterator::operator*() const {
  return {inside_of(name_), View(value_)};
}

}  // namespace patchbay::json
