#include "core/server/head_rules.hpp"

#include <algorithm>

#include "core/http/header_list.hpp"

namespace patchbay::server {
namespace {

constexpr std::size_t kLengthDigitsMax = 18;  // fits 63 bits

bool all_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Counts the fields that decide how long the message is and whom it is for.
struct FramingFields {
  int hosts = 0;
  int lengths = 0;
  int encodings = 0;

  std::optional<HeadFault> take(std::string_view name, std::string_view value) {
    if (http::equals_ignoring_case(name, "host")) {
      if (++hosts > 1) return HeadFault{400, "More than one Host header"};
    } else if (http::equals_ignoring_case(name, "content-length")) {
      if (++lengths > 1) return HeadFault{400, "More than one Content-Length header"};
      if (!all_digits(value) || value.size() > kLengthDigitsMax) {
        return HeadFault{400, "Content-Length must be a plain decimal number"};
      }
    } else if (http::equals_ignoring_case(name, "transfer-encoding")) {
      if (++encodings > 1 || !http::equals_ignoring_case(value, "chunked")) {
        return HeadFault{400, "The only Transfer-Encoding accepted is \"chunked\""};
      }
    }
    return std::nullopt;
  }

  [[nodiscard]] std::optional<HeadFault> verdict(bool http_1_0) const {
    if (lengths > 0 && encodings > 0) {
      return HeadFault{400, "Content-Length and Transfer-Encoding exclude each other"};
    }
    if (encodings > 0 && http_1_0) {
      return HeadFault{400, "HTTP/1.0 knows no Transfer-Encoding"};
    }
    if (hosts == 0 && !http_1_0) return HeadFault{400, "The Host header is missing"};
    return std::nullopt;
  }
};

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

// Takes the next line with its ending off the front of `head` and checks how it ends. Searching for
// bytes is what the C library does sixteen and more at a time.
std::optional<HeadFault> take_line(std::string_view& head, std::string_view& line) {
  const std::size_t feed = head.find('\n');
  const std::size_t size = feed == std::string_view::npos ? head.size() : feed;
  const std::string_view before = head.substr(0, size);
  const std::size_t carriage = before.find('\r');
  if (feed != std::string_view::npos && carriage == std::string_view::npos) {
    return HeadFault{400, "Line feed without carriage return in the request's head"};
  }
  if (feed == std::string_view::npos || carriage + 1 != size) {
    return HeadFault{400, "Carriage return without line feed in the request's head"};
  }
  line = before.substr(0, carriage);
  head.remove_prefix(feed + 1);
  return std::nullopt;
}

// Where the name ends: at the colon, or at white space, which must not be there.
std::size_t end_of_name(std::string_view line) {
  const char* const begin = line.data();
  const char* const end = begin + line.size();
  const char* at = begin;
  while (at != end && *at != ':' && *at != ' ' && *at != '\t')
    ++at;
  return static_cast<std::size_t>(at - begin);
}

}  // namespace

bool hopeless_head(std::string_view bytes, std::size_t from) {
  for (std::size_t i = from; i < bytes.size(); ++i) {
    if (bytes[i] == '\0') return true;
    if (bytes[i] == '\n' && (i == 0 || bytes[i - 1] != '\r')) return true;
  }
  return false;
}

std::optional<HeadFault> check_head(std::string_view head, std::size_t headers_max) {
  if (head.find('\0') != std::string_view::npos) {
    return HeadFault{400, "NUL byte in the request's head"};
  }
  std::string_view line;
  if (auto fault = take_line(head, line)) return fault;
  const bool http_1_0 = line.ends_with(" HTTP/1.0");
  if (!http_1_0 && !line.ends_with(" HTTP/1.1")) {
    return HeadFault{505, "Only HTTP/1.1 and HTTP/1.0 are spoken here"};
  }
  if (std::count(line.begin(), line.end(), ' ') != 2) {
    return HeadFault{400, "The request line must be METHOD TARGET VERSION with single spaces"};
  }

  FramingFields framing;
  std::size_t fields = 0;
  for (;;) {
    if (auto fault = take_line(head, line)) return fault;
    if (line.empty()) return framing.verdict(http_1_0);
    if (++fields > headers_max) {
      return HeadFault{
          431,
          "The request has more header fields than the limit of " + std::to_string(headers_max)};
    }
    if (line.front() == ' ' || line.front() == '\t') {
      return HeadFault{400, "Folded header lines are not accepted"};
    }
    const std::size_t colon = end_of_name(line);
    if (colon == 0 || line.find(':', colon) == std::string_view::npos) {
      return HeadFault{400, "A header line without a name"};
    }
    if (line[colon] != ':') {
      return HeadFault{400, "White space in or after a header's name"};
    }
    const std::string_view name = line.substr(0, colon);
    if (auto fault = framing.take(name, trim(line.substr(colon + 1)))) return fault;
  }
}

}  // namespace patchbay::server
