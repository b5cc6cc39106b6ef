// A form is read the same, and refused with the same words, however it is cut; a part's bytes are
// those of the range that it names.

#include <string>

#include "core/http/multipart_reader.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace {

using patchbay::Status;
using patchbay::fuzz::require;
using patchbay::http::MultipartEvent;
using patchbay::http::MultipartReader;

constexpr MultipartReader::Options kTight{
    .parts_max = 4, .part_header_bytes_max = 256, .preamble_bytes_max = 32};

// The form as text, the fault it ends with included.
std::string read(std::string_view boundary, std::initializer_list<std::string_view> pieces) {
  MultipartReader reader(boundary, kTight);
  std::string form;
  std::string body;
  std::string part;
  bool open = false;
  const auto take = [&](const MultipartEvent& event) {
    require(open == (event.kind != MultipartEvent::Kind::kPartBegins));
    switch (event.kind) {
      case MultipartEvent::Kind::kPartBegins:
        open = true;
        part.clear();
        form.append(event.part.name).append("|").append(event.part.filename.value_or("(none)"));
        form.append("|").append(event.part.content_type()).append("\n");
        break;
      case MultipartEvent::Kind::kPartBytes:
        require(!event.bytes.empty());
        part += event.bytes;
        break;
      case MultipartEvent::Kind::kPartEnds:
        open = false;
        require(event.part.body.begin + event.part.body.size <= body.size());
        require(body.substr(event.part.body.begin, event.part.body.size) == part);
        form.append(part).append("\n");
    }
  };
  for (const std::string_view piece : pieces) {
    body += piece;
    // A copy that goes away shows a view that is used too long.
    if (!reader.feed(std::string(piece), take)) break;
  }
  const Status status = reader.finish();
  return form + (status ? "complete" : status.error().message);
}

}  // namespace

// The first line is the content type, the rest the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const std::size_t line_end = all.find('\n');
  if (line_end == std::string_view::npos) return 0;
  const auto boundary = patchbay::http::boundary_of(all.substr(0, line_end));
  if (!boundary) {
    require(!boundary.error().message.empty());
    return 0;
  }
  require(patchbay::http::is_boundary(*boundary));
  const patchbay::fuzz::CutInput input(data + line_end + 1, size - line_end - 1);
  require(read(*boundary, {input.text}) == read(*boundary, {input.front(), input.back()}));
  return 0;
}
