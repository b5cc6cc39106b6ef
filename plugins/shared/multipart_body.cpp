#include "plugins/shared/multipart_body.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

namespace patchbay::plugins {
namespace {

constexpr std::string_view kModelPart = "model";

std::span<const pbay_part* const> parts_of(const sdk::Call& call) {
  return {call.request().parts, call.request().part_count};
}

std::string random_boundary(const sdk::Host& host) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::array<std::byte, 16> random{};
  host.random(random);
  std::string boundary = "patchbay-";
  for (const std::byte byte : random) {
    boundary.push_back(kDigits[std::to_integer<unsigned>(byte) >> 4]);
    boundary.push_back(kDigits[std::to_integer<unsigned>(byte) & 15]);
  }
  return boundary;
}

// What would end the quotes or the line is written as the HTML standard says.
void append_name(std::string& out, std::string_view name) {
  out.push_back('"');
  for (const char c : name) {
    if (c == '"') {
      out += "%22";
    } else if (c == '\r') {
      out += "%0D";
    } else if (c == '\n') {
      out += "%0A";
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

bool is_line(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c != 0x7F; });
}

// Collects the pieces: text is gathered until the content of a part comes between.
class Form {
 public:
  Form(const sdk::Call& call, std::string_view boundary, std::span<pbay_piece> pieces)
      : call_(call), boundary_(boundary), pieces_(pieces) {}

  void begin_part(std::string_view name, std::string_view filename, std::string_view type) {
    text_.append(begun_ ? "\r\n--" : "--").append(boundary_);
    begun_ = true;
    text_ += "\r\nContent-Disposition: form-data; name=";
    append_name(text_, name);
    if (!filename.empty()) {
      text_ += "; filename=";
      append_name(text_, filename);
    }
    if (!type.empty() && is_line(type)) text_.append("\r\nContent-Type: ").append(type);
    text_ += "\r\n\r\n";
  }
  void say(std::string_view text) { text_ += text; }
  void content(std::size_t part) {
    flush();
    pieces_[count_++] = {{nullptr, 0}, static_cast<std::int64_t>(part)};
  }
  std::span<const pbay_piece> end() {
    text_.append(begun_ ? "\r\n--" : "--").append(boundary_).append("--\r\n");
    flush();
    return pieces_.first(count_);
  }

 private:
  void flush() {
    pieces_[count_++] = sdk::piece(call_.keep(text_));
    text_.clear();
  }

  const sdk::Call& call_;
  const std::string_view boundary_;
  const std::span<pbay_piece> pieces_;
  std::size_t count_ = 0;
  std::string text_;
  bool begun_ = false;
};

}  // namespace

const pbay_part* find_part(const sdk::Call& call, std::string_view name) {
  for (const pbay_part* part : parts_of(call)) {
    if (sdk::view(part->name) == name) return part;
  }
  return nullptr;
}

std::span<const pbay_piece> multipart_body(const sdk::Call& call,
                                           const MultipartOptions& options,
                                           std::string_view& content_type) {
  const std::span<const pbay_part* const> parts = parts_of(call);
  const std::string boundary = random_boundary(call.host());
  content_type = call.join({"multipart/form-data; boundary=", boundary});

  // A head and a content for each part, and the end.
  Form form(call, boundary, call.allocate<pbay_piece>(2 * parts.size() + 1));
  bool says_model = options.model.empty();
  const auto say_model = [&] {
    form.begin_part(kModelPart, {}, {});
    form.say(options.model);
    says_model = true;
  };
  if (find_part(call, kModelPart) == nullptr && !says_model) say_model();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const pbay_part& part = *parts[i];
    if (sdk::view(part.name) == kModelPart) {
      if (!says_model) say_model();
      continue;
    }
    form.begin_part(sdk::view(part.name), sdk::view(part.filename), sdk::view(part.content_type));
    form.content(i);
  }
  return form.end();
}

}  // namespace patchbay::plugins
