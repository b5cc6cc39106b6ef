#include "core/relay/frame_reader.hpp"

#include <functional>

#include "core/chat/event.hpp"
#include "core/http/header_list.hpp"
#include "core/relay/limits.hpp"

namespace patchbay::relay {
namespace {

bool lies_in(std::string_view text, std::string_view piece) {
  const std::less_equal<> before;  // a total order, also for pointers into different objects
  return before(piece.data(), text.data()) &&
         before(text.data() + text.size(), piece.data() + piece.size());
}

pbay_str as_str(pbay_bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.ptr), bytes.len};
}

}  // namespace

pbay_framing resolve_framing(pbay_framing framing, std::string_view content_type) {
  if (framing != PBAY_FRAME_AUTO) return framing;
  using http::starts_with_ignoring_case;
  if (starts_with_ignoring_case(content_type, "text/event-stream")) return PBAY_FRAME_SSE;
  if (starts_with_ignoring_case(content_type, "application/x-ndjson") ||
      starts_with_ignoring_case(content_type, "application/jsonl")) {
    return PBAY_FRAME_NDJSON;
  }
  return PBAY_FRAME_WHOLE;
}

FrameReader::FrameReader(pbay_framing framing)
    : framing_(framing),
      sse_({.max_event_bytes = limits::kFrameBytesMax}),
      lines_({.max_line_bytes = limits::kFrameBytesMax}) {}

Status FrameReader::collect(std::string_view bytes) {
  switch (framing_) {
    case PBAY_FRAME_SSE:
      return sse_.feed(bytes, [&](const http::SseEvent& event) { add(bytes, event); });
    case PBAY_FRAME_NDJSON:
      return lines_.feed(
          bytes, [&](std::string_view line) { add(bytes, {.type = {}, .data = line, .id = {}}); });
    case PBAY_FRAME_BYTES:
      add(bytes, {.type = {}, .data = bytes, .id = {}});
      return ok();
    default:
      if (whole_.size() + bytes.size() > limits::kWholeBytesMax) {
        return make_error(ErrorCode::kTooLarge, "the answer is too large to be read as a whole");
      }
      whole_.append(bytes);
      return ok();
  }
}

Status FrameReader::collect_last() {
  switch (framing_) {
    case PBAY_FRAME_SSE:
      return sse_.finish([&](const http::SseEvent& event) { add({}, event); });
    case PBAY_FRAME_NDJSON:
      return lines_.finish(
          [&](std::string_view line) { add({}, {.type = {}, .data = line, .id = {}}); });
    case PBAY_FRAME_BYTES:
      return ok();
    default:
      add(whole_, {.type = {}, .data = whole_, .id = {}});
      return ok();
  }
}

void FrameReader::add(std::string_view piece, const http::SseEvent& event) {
  frames_.push_back({stable(piece, event.data),
                     as_str(stable(piece, event.type)),
                     as_str(stable(piece, event.id))});
}

// The parser's own buffers are used again for the next event; a batch needs all of them at once.
pbay_bytes FrameReader::stable(std::string_view piece, std::string_view text) {
  if (text.empty() || lies_in(text, piece)) return chat::as_bytes(text);
  kept_.push_back(std::make_unique<std::string>(text));
  return chat::as_bytes(*kept_.back());
}

}  // namespace patchbay::relay
