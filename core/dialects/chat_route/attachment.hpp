// Files that a user sends with a message, as parts of an openai.chat/1 message.

#pragma once

#include <string>
#include <string_view>

namespace patchbay::dialects::chat_route {

struct Attachment {
  std::string media_type;  // "" : what a data: URL says of itself
  std::string url;         // data:, http: or https:
  std::string name;        // of the file; may be empty
};

// Appends the file as one content part: images by their URL, sound and documents with their bytes,
// text as text. Returns what is wrong with it, or "": anything but an image must come with its
// bytes, since nobody downloads here.
[[nodiscard]] std::string append_attachment(std::string& out, const Attachment& file);

// `text` without the bytes of images that stand in its Markdown as data: URLs. An answer in image
// mode comes back like that in the next request's history, where a megabyte of base64 would be read
// as if it were words.
std::string without_inline_images(std::string_view text);

}  // namespace patchbay::dialects::chat_route
