#include "core/http/multipart_disposition.hpp"

#include <algorithm>

#include "core/http/header_list.hpp"
#include "core/http/multipart_parameters.hpp"
#include "core/http/percent.hpp"

namespace patchbay::http {
namespace {

Error bad_disposition(const char* what) {
  return make_error(ErrorCode::kInvalid, what);
}

std::string unescaped(std::string_view value) {
  std::string out;
  out.reserve(value.size());
  for (std::size_t at = 0; at < value.size(); ++at) {
    const std::string_view rest = value.substr(at);
    if (rest.starts_with("%22")) {
      out.push_back('"');
      at += 2;
    } else if (rest.starts_with("\\\"") || rest.starts_with("\\\\")) {
      out.push_back(rest[1]);
      ++at;
    } else if (rest[0] != '\t') {  // the one control character that a header's value may hold
      out.push_back(rest[0]);
    }
  }
  return out;
}

// How many bytes of UTF-8 the character at the front of `text` takes; 0 if it is none. Refuses what
// is longer than it need be, halves of surrogate pairs, and numbers past the last character.
std::size_t character_bytes(std::string_view text) {
  const auto byte = [&](std::size_t at) {
    return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
  };
  const auto follows = [&](std::size_t at) { return (byte(at) & 0xC0U) == 0x80U; };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
  if ((first & 0xF0U) == 0xE0U) {
    const bool sound = (first != 0xE0 || byte(1) >= 0xA0) && (first != 0xED || byte(1) < 0xA0);
    return sound && follows(1) && follows(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool sound = (first != 0xF0 || byte(1) >= 0x90) && (first != 0xF4 || byte(1) < 0x90);
    return sound && follows(1) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t bytes = character_bytes(text);
    if (bytes == 0) return false;
    text.remove_prefix(bytes);
  }
  return true;
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F;
}

// RFC 8187: charset'language'percent-encoded.
Result<std::string> extended(std::string_view value) {
  const std::size_t charset_end = value.find('\'');
  const std::size_t language_end =
      charset_end == std::string_view::npos ? charset_end : value.find('\'', charset_end + 1);
  if (language_end == std::string_view::npos) {
    return bad_disposition("filename* is not of the form UTF-8''name");
  }
  if (!equals_ignoring_case(value.substr(0, charset_end), "UTF-8")) {
    return bad_disposition("filename* is in another charset than UTF-8");
  }
  std::string out;
  if (!append_percent_decoded(out, value.substr(language_end + 1)) || !is_utf8(out) ||
      std::any_of(out.begin(), out.end(), is_control)) {
    return bad_disposition("filename* is not percent-encoded UTF-8 text");
  }
  return out;
}

}  // namespace

Result<Disposition> read_disposition(std::string_view value) {
  ParameterReader reader(value);
  if (!equals_ignoring_case(reader.subject(), "form-data")) {
    return bad_disposition("its Content-Disposition is not form-data");
  }
  std::optional<std::string_view> name;
  std::optional<std::string_view> filename;
  std::optional<std::string_view> extended_filename;
  for (;;) {
    const Result<std::optional<Parameter>> parameter = reader.next();
    if (!parameter) return parameter.error();
    if (!parameter->has_value()) break;
    const auto& [key, text] = **parameter;
    std::optional<std::string_view>* place = nullptr;
    if (equals_ignoring_case(key, "name")) place = &name;
    if (equals_ignoring_case(key, "filename")) place = &filename;
    if (equals_ignoring_case(key, "filename*")) place = &extended_filename;
    if (place == nullptr) continue;
    if (*place) return bad_disposition("its Content-Disposition has a parameter twice");
    *place = text;
  }
  if (!name) return bad_disposition("its Content-Disposition has no name");

  Disposition disposition;
  disposition.name = unescaped(*name);
  if (extended_filename) {
    Result<std::string> decoded = extended(*extended_filename);
    if (!decoded) return decoded.error();
    disposition.filename = std::move(*decoded);
  } else if (filename) {
    disposition.filename = unescaped(*filename);
  }
  return disposition;
}

}  // namespace patchbay::http
