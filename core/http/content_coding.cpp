#include "core/http/content_coding.hpp"

#include <array>
#include <optional>

#include <zlib.h>

namespace patchbay::http {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// The part before `mark`, trimmed; `rest` is left with what follows it.
std::string_view take_until(std::string_view& rest, char mark) {
  const auto at = rest.find(mark);
  const std::string_view part = trimmed(rest.substr(0, at));
  rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
  return part;
}

// ";q=0", "; q=0.000"
bool is_refused(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::string_view one = take_until(parameters, ';');
    if (!starts_with_ignoring_case(one, "q=")) continue;
    return one.size() > 2 && one.find_first_not_of("0.", 2) == std::string_view::npos;
  }
  return false;
}

}  // namespace

bool accepts_gzip(const HeaderList& headers) {
  std::optional<bool> any;
  for (const auto& [name, value] : headers) {
    if (!equals_ignoring_case(name, "accept-encoding")) continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      std::string_view parameters = take_until(rest, ',');
      const std::string_view coding = take_until(parameters, ';');
      if (equals_ignoring_case(coding, "gzip") || equals_ignoring_case(coding, "x-gzip")) {
        return !is_refused(parameters);
      }
      if (coding == "*") any = !is_refused(parameters);
    }
  }
  return any.value_or(false);
}

std::string gunzip(std::string_view compressed) {
  constexpr int kGzipOfAnyWindow = 15 + 16;
  z_stream stream{};
  if (inflateInit2(&stream, kGzipOfAnyWindow) != Z_OK) return {};
  // zlib reads from a pointer that it does not call const.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
  stream.avail_in = static_cast<uInt>(compressed.size());
  std::string content;
  std::array<char, 32'768> piece;
  int state = Z_OK;
  while (state == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    state = inflate(&stream, Z_NO_FLUSH);
    content.append(piece.data(), piece.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  if (state != Z_STREAM_END) content.clear();
  return content;
}

}  // namespace patchbay::http
