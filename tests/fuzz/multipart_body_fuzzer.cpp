// What a client's form says is what the form that goes up says, whatever stands in names and
// contents; and a raw request's path stays behind its base URL.

#include <string>
#include <vector>

#include "core/http/multipart_reader.hpp"
#include "plugins/shared/multipart_body.hpp"
#include "plugins/shared/openai_operation.hpp"
#include "tests/fuzz/arena_host.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace {

using patchbay::fuzz::require;
using patchbay::http::MultipartEvent;
using patchbay::http::MultipartReader;
namespace plugins = patchbay::plugins;
namespace sdk = patchbay::sdk;

struct Call : sdk::Call {
  using sdk::Call::Call;
};

// The lines of the input are, by turns, a part's name, file name, content type and content.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty() && lines.size() < 32) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  lines.resize((lines.size() + 3) / 4 * 4);
  return lines;
}

void require_safe_path(std::string_view path) {
  if (!plugins::is_safe_path(path)) return;
  require(path.starts_with('/') && !path.starts_with("//"));
  const std::string_view only_path = path.substr(0, path.find('?'));
  require(only_path.find("/../") == only_path.npos && !only_path.ends_with("/.."));
  for (const char c : path)
    require(c > ' ' && c < 0x7F);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  require_safe_path(text);

  const std::vector<std::string_view> lines = lines_of(text);
  std::vector<pbay_part> parts(lines.size() / 4);
  std::vector<const pbay_part*> pointers;
  std::vector<std::string> contents;  // of the parts that must arrive
  for (std::size_t i = 0; i < parts.size(); ++i) {
    parts[i] = {.size = sizeof(pbay_part),
                .reserved = 0,
                .name = sdk::str(lines[4 * i]),
                .filename = sdk::str(lines[4 * i + 1]),
                .content_type = sdk::str(lines[4 * i + 2]),
                .length = lines[4 * i + 3].size(),
                .data = sdk::bytes(lines[4 * i + 3])};
    pointers.push_back(&parts[i]);
    if (lines[4 * i] != "model") contents.emplace_back(lines[4 * i + 3]);
  }
  const patchbay::fuzz::ArenaHost host;
  pbay_request request{};
  request.size = sizeof request;
  request.parts = pointers.data();
  request.part_count = pointers.size();
  const Call call(sdk::Host(host.raw()), request);
  std::string_view content_type;
  std::string body;
  for (const pbay_piece& piece : plugins::multipart_body(call, {.model = "m"}, content_type)) {
    body += piece.source >= 0 ? lines[4 * static_cast<std::size_t>(piece.source) + 3]
                              : sdk::view(piece.bytes);
  }

  const auto boundary = patchbay::http::boundary_of(content_type);
  require(boundary.has_value());
  // Here its random bytes are always the same ones and can be learnt; a client cannot know them.
  if (text.find(*boundary) != text.npos) return 0;
  MultipartReader reader(*boundary, {});
  std::string content;
  std::size_t models = 0;
  std::vector<std::string> arrived;
  const auto read = reader.feed(body, [&](const MultipartEvent& event) {
    if (event.kind == MultipartEvent::Kind::kPartBegins) content.clear();
    if (event.kind == MultipartEvent::Kind::kPartBytes) content += event.bytes;
    if (event.kind != MultipartEvent::Kind::kPartEnds) return;
    require(event.part.name.find_first_of("\r\n") == std::string::npos);
    if (event.part.name == "model" && content == "m" && models == 0) {
      ++models;
    } else {
      arrived.push_back(content);
    }
  });
  // A name that no form may have is refused by the reader; what it takes must be right.
  if (!read || !reader.finish()) return 0;
  require(models == 1);
  require(arrived == contents);
  return 0;
}
