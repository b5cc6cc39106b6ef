#include "core/dialects/chat_route/attachment.hpp"

#include <array>
#include <optional>

#include "core/base/base64.hpp"
#include "core/http/header_list.hpp"
#include "core/http/percent.hpp"
#include "core/json/write.hpp"

namespace patchbay::dialects::chat_route {
namespace {

using http::equals_ignoring_case;
using http::starts_with_ignoring_case;

// A data: URL taken apart; views into it.
struct DataUrl {
  std::string_view media_type;  // without its parameters
  bool base64 = false;
  std::string_view data;
};

std::optional<DataUrl> read_data_url(std::string_view url) {
  constexpr std::string_view kScheme = "data:";
  const std::size_t comma = url.find(',');
  if (!starts_with_ignoring_case(url, kScheme) || comma == std::string_view::npos) return {};
  const std::string_view head = url.substr(kScheme.size(), comma - kScheme.size());
  DataUrl read;
  read.media_type = head.substr(0, head.find(';'));
  read.base64 = head.ends_with(";base64");
  read.data = url.substr(comma + 1);
  return read;
}

bool is_text(std::string_view media_type) {
  return starts_with_ignoring_case(media_type, "text/") ||
         equals_ignoring_case(media_type, "application/json");
}

// What the format of sound is called in a message; "" where it has no place there.
std::string_view sound_format(std::string_view media_type) {
  struct Row {
    std::string_view media_type;
    std::string_view format;
  };
  constexpr std::array kRows{Row{"audio/wav", "wav"},
                             Row{"audio/x-wav", "wav"},
                             Row{"audio/wave", "wav"},
                             Row{"audio/mpeg", "mp3"},
                             Row{"audio/mp3", "mp3"}};
  for (const Row& row : kRows) {
    if (equals_ignoring_case(media_type, row.media_type)) return row.format;
  }
  return {};
}

std::string append_text_of(std::string& out, const DataUrl& url) {
  std::string text;
  const bool read = url.base64 ? append_unbase64(text, url.data)
                               : http::append_percent_decoded(text, url.data).has_value();
  if (!read) return "its bytes cannot be decoded";
  json::Writer(out).begin_object().member("type", "text").member("text", text).end_object();
  return {};
}

}  // namespace

std::string append_attachment(std::string& out, const Attachment& file) {
  const std::optional<DataUrl> inline_data = read_data_url(file.url);
  const bool remote = starts_with_ignoring_case(file.url, "http://") ||
                      starts_with_ignoring_case(file.url, "https://");
  if (!inline_data && !remote) return "expected a data: URL or one that begins with http";
  const std::string_view type = !file.media_type.empty() ? std::string_view(file.media_type)
                                : inline_data            ? inline_data->media_type
                                                         : std::string_view();
  json::Writer writer(out);
  if (starts_with_ignoring_case(type, "image/")) {
    writer.begin_object().member("type", "image_url").key("image_url").begin_object();
    writer.member("url", file.url).end_object().end_object();
    return {};
  }
  if (!inline_data) return "only images can be given by an http URL; send the file as a data: URL";
  if (is_text(type)) return append_text_of(out, *inline_data);
  if (const std::string_view format = sound_format(type); !format.empty() && inline_data->base64) {
    writer.begin_object().member("type", "input_audio").key("input_audio").begin_object();
    writer.member("data", inline_data->data).member("format", format).end_object().end_object();
    return {};
  }
  writer.begin_object().member("type", "file").key("file").begin_object();
  writer.member("filename", file.name.empty() ? std::string("attachment") : file.name);
  writer.member("file_data", file.url).end_object().end_object();
  return {};
}

std::string without_inline_images(std::string_view text) {
  constexpr std::string_view kBegin = "](data:image/";
  std::string out;
  std::size_t at = 0;
  for (std::size_t found = text.find(kBegin); found != std::string_view::npos;
       found = text.find(kBegin, at)) {
    const std::size_t end = text.find(')', found);
    if (end == std::string_view::npos) break;
    out += text.substr(at, found + 2 - at);  // with the bracket that opens
    at = end;
  }
  out += text.substr(at);
  return out;
}

}  // namespace patchbay::dialects::chat_route
