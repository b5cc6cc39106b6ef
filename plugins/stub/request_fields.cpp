#include "plugins/stub/request_fields.hpp"

#include <charconv>
#include <system_error>

#include "patchbay/host.hpp"

namespace patchbay::plugins::stub {
namespace {

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::string_view content_of(const pbay_part& part) {
  return sdk::view(part.data);
}

std::string RequestFields::open(const pbay_request& request) {
  request_ = &request;
  if (request.part_count > 0) return {};
  const std::string_view body = sdk::view(request.body);
  if (!json_.parse(body) || !json_.root().is_object()) return "the body is not a JSON object";
  return {};
}

const pbay_part* RequestFields::part(std::string_view name) const {
  for (std::size_t i = 0; i < request_->part_count; ++i) {
    const pbay_part* part = request_->parts[i];
    std::string_view its_name = sdk::view(part->name);
    if (its_name.ends_with("[]")) its_name.remove_suffix(2);
    if (its_name == name) return part;
  }
  return nullptr;
}

std::optional<std::string> RequestFields::text(const char* name) const {
  if (const pbay_part* field = part(name)) return std::string(content_of(*field));
  if (const JsonValue value = json(name)) return value.string();
  return std::nullopt;
}

std::string RequestFields::number(const char* name,
                                  std::int64_t least,
                                  std::int64_t most,
                                  std::int64_t& out) const {
  std::optional<std::int64_t> number;
  if (const pbay_part* field = part(name)) {
    number = whole_number(content_of(*field));
  } else if (const JsonValue value = json(name)) {
    number = value.integer();
  } else {
    return {};
  }
  if (!number || *number < least || *number > most) {
    return std::string(name) + ": must be a whole number from " + std::to_string(least) + " to " +
           std::to_string(most);
  }
  out = *number;
  return {};
}

}  // namespace patchbay::plugins::stub
