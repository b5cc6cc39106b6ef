// Cuts an upstream's body into the frames a plugin reads: events, lines, raw pieces or the whole.

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/http/ndjson_parser.hpp"
#include "core/http/sse_parser.hpp"
#include "patchbay/abi.h"

namespace patchbay::relay {

// What PBAY_FRAME_AUTO means for an answer of this media type; any other framing is itself.
pbay_framing resolve_framing(pbay_framing framing, std::string_view content_type);

class FrameReader {
 public:
  // REQUIRES: framing is not PBAY_FRAME_AUTO.
  explicit FrameReader(pbay_framing framing);

  // Takes the next bytes and calls take(const std::vector<pbay_frame>&) once with the frames they
  // complete, if any; the frames are valid during the call. When `take` returns false the reader
  // is not touched any more, and may have been destroyed. Fails with kTooLarge.
  template <typename Take>
  Status feed(std::string_view bytes, Take&& take) {
    const Status status = collect(bytes);
    return deliver(take) ? status : ok();  // frames completed before a fault still count
  }

  // The body has ended: the last frame, where its ending mark is missing, and the whole.
  template <typename Take>
  Status finish(Take&& take) {
    const Status status = collect_last();
    return deliver(take) ? status : ok();
  }

 private:
  template <typename Take>
  bool deliver(Take& take) {
    if (frames_.empty()) return true;
    std::vector<pbay_frame> frames;
    std::vector<std::unique_ptr<std::string>> kept;
    frames.swap(frames_);
    kept.swap(kept_);
    if (!take(frames)) return false;
    frames.clear();
    frames_.swap(frames);  // its memory serves the next batch
    return true;
  }

  Status collect(std::string_view bytes);
  Status collect_last();
  void add(std::string_view piece, const http::SseEvent& event);
  pbay_bytes stable(std::string_view piece, std::string_view text);

  const pbay_framing framing_;
  http::SseParser sse_;
  http::NdjsonParser lines_;
  std::string whole_;
  std::vector<pbay_frame> frames_;
  std::vector<std::unique_ptr<std::string>> kept_;  // texts of frames_ that live nowhere else
};

}  // namespace patchbay::relay
