#include "core/http/form.hpp"

#include <algorithm>

#include "core/http/multipart_reader.hpp"

namespace patchbay::http {

Result<std::vector<FormPart>> read_form(std::string_view content_type, std::string_view body) {
  const Result<std::string> boundary = boundary_of(content_type);
  if (!boundary) return boundary.error();
  std::vector<FormPart> parts;
  MultipartReader reader(*boundary, {});
  Status read = reader.feed(body, [&](const MultipartEvent& event) {
    if (event.kind != MultipartEvent::Kind::kPartEnds) return;
    parts.push_back({.name = event.part.name,
                     .filename = event.part.filename.value_or(""),
                     .content_type = std::string(event.part.content_type()),
                     .content = body.substr(event.part.body.begin, event.part.body.size)});
  });
  if (read) read = reader.finish();
  if (!read) return read.error();
  return parts;
}

const FormPart* find_part(const std::vector<FormPart>& parts, std::string_view name) {
  const auto found = std::find_if(
      parts.begin(), parts.end(), [&](const FormPart& part) { return part.name == name; });
  return found == parts.end() ? nullptr : &*found;
}

}  // namespace patchbay::http
