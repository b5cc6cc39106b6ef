// The frames that a plugin reads are the same however the upstream's bytes were cut.

#include <string>

#include "core/chat/event.hpp"
#include "core/relay/frame_reader.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace {

std::string read(pbay_framing framing, std::initializer_list<std::string_view> pieces) {
  using patchbay::chat::view;
  patchbay::relay::FrameReader reader(framing);
  std::string frames;
  const auto take = [&](const std::vector<pbay_frame>& batch) {
    for (const pbay_frame& frame : batch) {
      if (framing == PBAY_FRAME_BYTES) {
        frames.append(view(frame.data));
        continue;
      }
      frames.append(view(frame.event)).append("|").append(view(frame.id)).append("|");
      frames.append(view(frame.data)).append("\n");
    }
    return true;
  };
  for (const std::string_view piece : pieces) {
    patchbay::fuzz::require(reader.feed(std::string(piece), take).has_value());
  }
  patchbay::fuzz::require(reader.finish(take).has_value());
  return frames;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const patchbay::fuzz::CutInput input(data, size);
  for (const pbay_framing framing :
       {PBAY_FRAME_SSE, PBAY_FRAME_NDJSON, PBAY_FRAME_BYTES, PBAY_FRAME_WHOLE}) {
    patchbay::fuzz::require(read(framing, {input.text}) ==
                            read(framing, {input.front(), input.back()}));
  }
  return 0;
}
