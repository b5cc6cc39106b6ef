// A request to the stub, of any operation, with a script in it or without: an answer that is
// bounded, or a complaint.
//
// The first byte says which operation, and whether the rest is a body or the contents of a form's
// parts, cut at zero bytes.

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/stub/answer_plan.hpp"
#include "plugins/stub/text_vector.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace {

using patchbay::fuzz::require;
namespace stub = patchbay::plugins::stub;

constexpr std::array<std::string_view, 11> kDialects{"openai.chat/1",
                                                     "openai.completions/1",
                                                     "openai.embeddings/1",
                                                     "openai.images.generations/1",
                                                     "openai.images.edits/1",
                                                     "openai.images.variations/1",
                                                     "openai.audio.transcriptions/1",
                                                     "openai.audio.translations/1",
                                                     "openai.audio.speech/1",
                                                     "openai.moderations/1",
                                                     "openai.models/1"};
constexpr std::array<std::string_view, 8> kNames{
    "file", "image[]", "prompt", "stub", "n", "size", "language", "model"};
constexpr std::uint8_t kIsForm = 0x80;
constexpr std::uint8_t kIsStream = 0x40;

pbay_str str(std::string_view text) {
  return {text.data(), text.size()};
}

pbay_bytes bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::vector<pbay_part> parts_of(std::string_view text) {
  std::vector<pbay_part> parts;
  for (const std::string_view name : kNames) {
    const std::string_view content = text.substr(0, text.find('\0'));
    pbay_part part{};
    part.size = sizeof part;
    part.name = str(name);
    part.length = content.size();
    part.data = bytes(content);
    parts.push_back(part);
    if (content.size() == text.size()) break;
    text.remove_prefix(content.size() + 1);
  }
  return parts;
}

// Of a request of some bytes it takes some more, and no power of them.
void check_forced_tool(std::string_view body) {
  constexpr std::size_t kArgumentsMax = 64 * 1024;
  stub::ChatRequest request;
  if (!stub::read_chat_request(body, request).empty()) return;
  require(request.choices >= 1 && request.message_count >= 0);
  patchbay::plugins::JsonText arguments;
  if (!request.tool_is_forced) return;
  require(request.forced_tool.arguments.size() <= kArgumentsMax);
  require(arguments.parse(request.forced_tool.arguments));
}

void check_plan(const stub::Plan& plan) {
  require(plan.frame().choices >= 1 && plan.frame().choices <= stub::kChoicesMax);
  for (const stub::Piece& piece : plan.pieces()) {
    require(piece.item <= plan.pieces().size());
    switch (piece.kind) {
      case stub::PieceKind::kVector:
        require(piece.details->number >= 1 && piece.details->number <= 4096);
        break;
      case stub::PieceKind::kImage:
      case stub::PieceKind::kPreview:
        if (!piece.details->is_drawn) break;
        require(piece.details->picture.width >= 16 && piece.details->picture.width <= 4096);
        require(piece.details->picture.height >= 16 && piece.details->picture.height <= 4096);
        break;
      case stub::PieceKind::kSegment:
        require(piece.details->begin_us <= piece.details->end_us);
        break;
      case stub::PieceKind::kText:
        require(!piece.text.empty());
        break;
      default:
        break;
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (text.find("tokens") != text.npos && text.find("0000") != text.npos) return 0;  // only slow
  pbay_request request{};
  request.size = sizeof request;
  request.dialect = str(kDialects[(data[0] & 0x3FU) % kDialects.size()]);
  request.model = str("m");
  if ((data[0] & kIsStream) != 0) request.flags = PBAY_REQ_STREAM;
  std::vector<pbay_part> parts;
  std::vector<const pbay_part*> pointers;
  if ((data[0] & kIsForm) != 0) {
    parts = parts_of(text);
    for (const pbay_part& part : parts)
      pointers.push_back(&part);
    request.parts = pointers.data();
    request.part_count = pointers.size();
  } else {
    request.body = bytes(text);
    check_forced_tool(text);
  }
  stub::Plan plan;
  if (stub::lay_out_answer(request, {}, 1, plan).empty()) check_plan(plan);
  return 0;
}
