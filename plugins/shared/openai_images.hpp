// Reads images answers of OpenAI-shaped upstreams and says them as events: META with the moment of
// creation, previews and images in order of appearance, usage, and a finish.
//
//   whole    {"created", "data": [{"url" or "b64_json", "revised_prompt"}], "usage"}
//   stream   image_generation.partial_image and .completed, image_edit.partial_image and .completed
//
// The kind of a picture is what the answer says (output_format, media_type), otherwise what its
// first bytes say. What has no event (a filter's results, size, quality) becomes an EXTRA: of an
// image before it, with its item; of the answer after all of them.

#pragma once

#include "plugins/shared/openai_reading.hpp"

namespace patchbay::plugins {

class OpenAiImages : public OpenAiReading {
 public:
  // One event of a stream; `event` is its SSE name or empty.
  ReadOutcome chunk(std::string_view data, std::string_view event, sdk::Sink& sink);

  // An answer that came in one piece. Followed by end().
  ReadOutcome whole(std::string_view body, sdk::Sink& sink);

  // kFailed if there was no image.
  ReadOutcome end(sdk::Sink& sink);

 private:
  void say_meta(JsonValue created, sdk::Sink& sink);
  void say_image(JsonValue image, std::string_view format, sdk::Sink& sink);
  void say_preview(JsonValue event, sdk::Sink& sink);

  std::uint32_t images_ = 0;  // how many are complete
  bool meta_said_ = false;
};

// The media type of a picture of which `base64` is the beginning; empty where it is none we know.
std::string_view image_type_of(std::string_view base64);

}  // namespace patchbay::plugins
