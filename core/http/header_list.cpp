#include "core/http/header_list.hpp"

#include <algorithm>

namespace patchbay::http {
namespace {

// Room for what most messages have, at once instead of in five steps each.
constexpr std::size_t kUsualFields = 24;
constexpr std::size_t kUsualBytes = 512;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

bool list_holds(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    if (equals_ignoring_case(trim(list.substr(0, comma)), token)) return true;
    if (comma == std::string_view::npos) break;
    list.remove_prefix(comma + 1);
  }
  return false;
}

}  // namespace

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && starts_with_ignoring_case(a, b);
}

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
  if (text.size() < prefix.size()) return false;
  for (std::size_t i = 0; i < prefix.size(); ++i) {
    if (lower(text[i]) != lower(prefix[i])) return false;
  }
  return true;
}

void HeaderList::add(std::string_view name, std::string_view value) {
  if (fields_.capacity() == 0) {
    fields_.reserve(kUsualFields);
    text_.reserve(kUsualBytes);
  }
  fields_.push_back({static_cast<std::uint32_t>(text_.size()),
                     static_cast<std::uint32_t>(name.size()),
                     static_cast<std::uint32_t>(value.size())});
  text_.append(name).append(value);
}

void HeaderList::set(std::string_view name, std::string_view value) {
  remove(name);
  add(name, value);
}

// Most names differ in length already, which is known without looking at them.
bool HeaderList::has_name(const Field& field, std::string_view name) const {
  return field.name_size == name.size() &&
         equals_ignoring_case({text_.data() + field.offset, field.name_size}, name);
}

std::size_t HeaderList::remove(std::string_view name) {
  return std::erase_if(fields_, [&](const Field& field) { return has_name(field, name); });
}

std::optional<std::string_view> HeaderList::find(std::string_view name) const {
  for (const Field& field : fields_) {
    if (has_name(field, name)) {
      return std::string_view(text_.data() + field.offset + field.name_size, field.value_size);
    }
  }
  return std::nullopt;
}

std::size_t HeaderList::count(std::string_view name) const {
  return static_cast<std::size_t>(std::count_if(
      fields_.begin(), fields_.end(), [&](const Field& field) { return has_name(field, name); }));
}

bool HeaderList::has_token(std::string_view name, std::string_view token) const {
  for (const auto& [field_name, value] : *this) {
    if (equals_ignoring_case(field_name, name) && list_holds(value, token)) return true;
  }
  return false;
}

Header HeaderList::at(std::size_t index) const {
  const Field& field = fields_[index];
  const char* const begin = text_.data() + field.offset;
  return {{begin, field.name_size}, {begin + field.name_size, field.value_size}};
}

void HeaderList::clear() {
  text_.clear();
  fields_.clear();
}

}  // namespace patchbay::http
