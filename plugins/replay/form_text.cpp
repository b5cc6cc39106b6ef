#include "plugins/replay/form_text.hpp"

#include <algorithm>

#include "patchbay/host.hpp"

namespace patchbay::plugins::replay {
namespace {

constexpr std::size_t kFieldsMax = 256;

// The value of a parameter of a header: name="value" or name=value. Empty if it is not there.
std::string_view parameter(std::string_view header, std::string_view name) {
  for (std::size_t at = header.find(';'); at != header.npos; at = header.find(';', at)) {
    header.remove_prefix(at + 1);
    at = 0;
    const std::string_view here =
        header.substr(std::min(header.find_first_not_of(" \t"), header.size()));
    if (here.size() <= name.size() || here[name.size()] != '=' ||
        !sdk::same_name(here.substr(0, name.size()), name)) {
      continue;
    }
    std::string_view value = here.substr(name.size() + 1);
    if (value.starts_with('"')) return value.substr(1, value.find('"', 1) - 1);
    value = value.substr(0, value.find_first_of("; \t\r\n"));
    return value;
  }
  return {};
}

// Takes one line off `text`, without its end.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == text.npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

FormField read_field(std::string_view part) {
  FormField field;
  for (std::string_view line = take_line(part); !line.empty(); line = take_line(part)) {
    const std::size_t colon = line.find(':');
    if (colon == line.npos || !sdk::same_name(line.substr(0, colon), "content-disposition")) {
      continue;
    }
    field.name = parameter(line, "name");
    field.is_file = line.find("filename") != line.npos;
  }
  field.content = part;
  return field;
}

}  // namespace

std::optional<std::vector<FormField>> read_form(std::string_view content_type,
                                                std::string_view body) {
  const std::string_view boundary = parameter(content_type, "boundary");
  if (content_type.find("multipart/") == content_type.npos || boundary.empty()) {
    return std::nullopt;
  }
  const std::string mark = "--" + std::string(boundary);
  const std::string between = "\r\n" + mark;
  std::vector<FormField> fields;
  if (!body.starts_with(mark)) return std::nullopt;
  body.remove_prefix(mark.size());
  while (!body.starts_with("--") && fields.size() < kFieldsMax) {
    take_line(body);
    if (body.empty()) break;
    const std::size_t end = body.find(between);
    fields.push_back(read_field(body.substr(0, end)));
    if (end == body.npos) break;
    body.remove_prefix(end + between.size());
  }
  return fields;
}

}  // namespace patchbay::plugins::replay
