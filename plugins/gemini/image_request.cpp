#include "plugins/gemini/image_request.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <span>

#include "patchbay/host.hpp"
#include "plugins/gemini/media_type.hpp"
#include "plugins/gemini/parts.hpp"
#include "plugins/gemini/schema.hpp"
#include "plugins/shared/base64.hpp"
#include "plugins/shared/json_text.hpp"

namespace patchbay::plugins::gemini {
namespace {

constexpr std::int64_t kImagenMax = 4;  // in one request
constexpr std::int64_t kImagesMax = 10;

struct Shape {
  std::string_view name;
  double ratio;  // of width to height
  bool imagen;
};
constexpr std::array kShapes{Shape{"1:1", 1.0, true},
                             Shape{"3:4", 3.0 / 4, true},
                             Shape{"4:3", 4.0 / 3, true},
                             Shape{"9:16", 9.0 / 16, true},
                             Shape{"16:9", 16.0 / 9, true},
                             Shape{"2:3", 2.0 / 3, false},
                             Shape{"3:2", 3.0 / 2, false},
                             Shape{"4:5", 4.0 / 5, false},
                             Shape{"5:4", 5.0 / 4, false},
                             Shape{"21:9", 21.0 / 9, false}};

std::optional<double> number_in(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(value > 0)) return std::nullopt;
  return value;
}

class Reader {
 public:
  Reader(const pbay_request& request, Translation& translation, ImageRequest& out)
      : request_(request), translation_(translation), out_(out) {}

  bool read() {
    const bool sound = request_.part_count > 0 ? read_form() : read_json();
    return sound && check();
  }

 private:
  // A field by its name and what it says, as text, from either form.
  bool field(std::string_view name, std::string_view value) {
    if (name == "prompt") {
      out_.prompt = value;
    } else if (name == "n") {
      const auto count = number_in(value);
      const bool whole = count && *count == std::trunc(*count) && *count <= kImagesMax;
      if (!whole) return refuse("n", "it must be a whole number from 1 to 10");
      out_.count = static_cast<std::int64_t>(*count);
    } else if (name == "size" || name == "aspect_ratio") {
      return read_size(name, value);
    } else if (name == "output_format") {
      out_.format = "image/" + std::string(value == "jpg" ? "jpeg" : value);
    } else if (name != "model" && name != "response_format" && name != "user" && name != "stream" &&
               name != "partial_images") {
      note_dropped(translation_.dropped, name);
    }
    return true;
  }

  bool refuse(std::string_view param, std::string message) {
    return translation_.refuse(std::string(param), std::move(message));
  }

  bool read_size(std::string_view param, std::string_view size) {
    if (size.empty() || size == "auto") return true;
    const bool imagen = translation_.model.is_imagen;
    for (const Shape& shape : kShapes) {
      if (shape.name != size || (imagen && !shape.imagen)) continue;
      out_.shape = size;
      return true;
    }
    const std::size_t cross = size.find('x');
    const auto width = number_in(size.substr(0, cross));
    const auto height = cross == size.npos ? std::nullopt : number_in(size.substr(cross + 1));
    if (!width || !height) return refuse(param, "it is neither <width>x<height> nor a known ratio");
    const double wanted = std::log(*width / *height);
    double best = 0;
    for (const Shape& shape : kShapes) {
      const double distance = std::abs(std::log(shape.ratio) - wanted);
      if ((imagen && !shape.imagen) || (!out_.shape.empty() && distance >= best)) continue;
      best = distance;
      out_.shape = shape.name;
    }
    return true;
  }

  bool read_json() {
    JsonText json;
    if (!json.parse(sdk::view(request_.body)) || !json.root().is_object()) {
      return refuse("", "the body is not a JSON object");
    }
    std::string scratch;
    for (const JsonValue value : json.root().members()) {
      const std::string name = value.key().string();
      if (!value) continue;
      if (name == "images" || name == "image") {
        if (!read_images(name, value)) return false;
      } else if (name == "mask") {
        return refuse("mask", "this provider takes no mask: say in the prompt what is to change");
      } else {
        const std::string_view said = value.is_string() ? value.text(scratch) : value.raw();
        if (!field(name, said)) return false;
      }
    }
    return true;
  }

  // {"image_url": ...}, a URL, or a list of these.
  bool read_images(const std::string& name, JsonValue images) {
    std::size_t index = 0;
    if (!images.is_array()) return read_image(name, images);
    for (const JsonValue image : images.elements()) {
      if (!read_image(name + "[" + std::to_string(index++) + "]", image)) return false;
    }
    return true;
  }

  bool read_image(const std::string& place, JsonValue image) {
    const JsonValue held = image.is_object() ? image["image_url"] : image;
    BodyText part;
    const JsonValue url = held.is_object() ? held["url"] : held;
    if (write_file(url, {}, place, translation_, part) != PartResult::kWritten) return false;
    out_.images.add(part.str()).add(",");
    return true;
  }

  bool read_form() {
    for (const pbay_part* part : std::span(request_.parts, request_.part_count)) {
      const std::string_view name = sdk::view(part->name);
      const std::string_view content = sdk::view(part->data);
      if (name == "mask") {
        return refuse("mask", "this provider takes no mask: say in the prompt what is to change");
      }
      if (name != "image" && !name.starts_with("image[")) {
        if (!field(name, content)) return false;
        continue;
      }
      if (content.empty())
        return refuse(name, "the image is empty, or too large for this provider");
      std::string_view type = sdk::view(part->content_type);
      if (!type.starts_with("image/")) type = media_type_of(sdk::view(part->filename));
      std::string data;
      append_base64(data, content);
      out_.images.add("{\"inlineData\":{\"mimeType\":").quote(type.empty() ? "image/png" : type);
      out_.images.add(",\"data\":\"").add(data).add("\"}},");
    }
    return true;
  }

  bool check() {
    if (out_.prompt.empty()) return refuse("prompt", "it must be a text that says something");
    if (!translation_.model.is_imagen) return true;
    if (!out_.images.empty()) return refuse("model", "this model makes images, it changes none");
    if (out_.count > kImagenMax) return refuse("n", "this model makes 1 to 4 images at once");
    if (!out_.format.empty() && out_.format != "image/png" && out_.format != "image/jpeg") {
      return refuse("output_format", "this model makes png and jpeg");
    }
    return true;
  }

  const pbay_request& request_;
  Translation& translation_;
  ImageRequest& out_;
};

}  // namespace

bool read_image_request(const pbay_request& request, Translation& translation, ImageRequest& out) {
  return Reader(request, translation, out).read();
}

}  // namespace patchbay::plugins::gemini
