// One exchange with an upstream as a line of a recording, without its secrets.
//
//   {"meta": {"id", "provider", "name", "endpoint", "stream", "status", "model", ...},
//    "request": {"method", "url", "headers": [[name, value], ...], "body": {"text": "..."}},
//    "response": {"status", "headers", "body"}}
//
// A body is {"text"} where it is UTF-8, otherwise {"base64"}, and null where there is none or it
// was too large to keep; then "omitted_bytes" stands beside it.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/http/header_list.hpp"

namespace patchbay::relay {

// A body as far as it was kept.
struct RecordedBody {
  static constexpr std::size_t kBytesMax = 8 * 1024 * 1024;

  std::string bytes;         // all of it, or nothing once it was more than kBytesMax
  std::uint64_t length = 0;  // how long it was

  void append(std::string_view more);
  [[nodiscard]] bool omitted() const { return length > kBytesMax; }
};

struct RecordedExchange {
  std::string id;
  std::string provider_type;
  std::string provider;    // its name in the configuration
  std::string request_id;  // of the client's request
  std::string model;       // as the upstream knows it
  bool stream = false;
  std::int64_t began_unix_ms = 0;
  std::int64_t first_byte_ms = -1;  // until the answer's head; -1: none came
  std::int64_t took_ms = 0;

  std::string method;
  std::string url;
  http::HeaderList request_headers;
  RecordedBody request_body;

  int status = 0;  // 0: there was no answer
  http::HeaderList response_headers;
  RecordedBody response_body;
  bool complete = false;
  std::string error;  // why it is not

  // What it takes in memory, about.
  [[nodiscard]] std::size_t bytes() const;
};

// What must not be written, wherever it stands.
class RecordingSecrets {
 public:
  RecordingSecrets() = default;
  // Texts of less than 8 bytes are placeholders and parts of words: they are left alone.
  explicit RecordingSecrets(const std::vector<std::string>& secrets);

  // `text` with *** in the place of every secret, also of one that is escaped as in JSON or a URL.
  [[nodiscard]] std::string without(std::string_view text) const;

 private:
  std::vector<std::string> spellings_;
};

// The line, without its end. Headers that hold credentials are left out, and so are a user and a
// password in the URL; of its query, what is named like a key.
std::string recording_line(const RecordedExchange& exchange, const RecordingSecrets& secrets);

// Which operation of the upstream's API a URL names: "chat/completions", "messages".
std::string recorded_endpoint(std::string_view url);

}  // namespace patchbay::relay
