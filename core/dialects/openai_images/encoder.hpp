// Writes images as OpenAI's image endpoints answer: one object with a list, or a stream of previews
// and the final image.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/dialects/openai_operation/operation_encoder.hpp"

namespace patchbay::dialects::openai_images {

inline constexpr const char* kGenerations = "openai.images.generations/1";
inline constexpr const char* kEdits = "openai.images.edits/1";
inline constexpr const char* kVariations = "openai.images.variations/1";

class Encoder final : public openai_operation::OperationEncoder {
 public:
  struct Form {
    bool as_url =
        false;          // asked for by response_format; what is there as bytes becomes a data: URL
    bool edit = false;  // the events of a stream are called image_edit instead
    std::string output_format;  // what the client asked for; "" : what the image says of itself
  };

  Encoder(Options options, Form form)
      : OperationEncoder(std::move(options)), form_(std::move(form)) {}

  pbay_status on_event(const pbay_event& event, std::string& out) override;
  void finish(std::string& out) override;

 private:
  pbay_status take_image(const pbay_ev_image& image, std::string& out);
  [[nodiscard]] std::string element_of(const pbay_ev_image& image) const;
  void stream_image(const pbay_ev_image& image, std::string& out) const;
  [[nodiscard]] std::int64_t created() const;

  const Form form_;
  std::int64_t created_ = 0;
  std::string images_;  // the elements of the list, with their commas
  std::string fields_;  // further members of the answer, each with a comma before it
  std::string usage_json_;
};

}  // namespace patchbay::dialects::openai_images
