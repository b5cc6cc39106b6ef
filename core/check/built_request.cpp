#include "core/check/built_request.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/json/scan.hpp"
#include "core/plugin_host/vocabulary.hpp"

namespace patchbay::check {
namespace {

using plugin_host::text_of;

constexpr std::size_t kMostHeaders = 256;
constexpr std::size_t kMostPieces = 4096;
constexpr std::uint64_t kLongestWait = 3'600'000'000'000;  // an hour, in nanoseconds

bool is_token(std::string_view text) {
  constexpr std::string_view kSigns = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           kSigns.find(c) != kSigns.npos;
  });
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == 0x7F;
  });
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

bool is_the_hosts(const std::string& name) {
  constexpr std::array<std::string_view, 8> kHosts{"host",
                                                   "content-length",
                                                   "transfer-encoding",
                                                   "connection",
                                                   "keep-alive",
                                                   "upgrade",
                                                   "te",
                                                   "expect"};
  return std::find(kHosts.begin(), kHosts.end(), name) != kHosts.end();
}

class Reader {
 public:
  Reader(const pbay_http_request& raw, const RequestSample* request)
      : raw_(raw), request_(request) {}

  BuiltRequest read() {
    read_line();
    read_headers();
    read_body();
    if (raw_.flags != 0 || raw_.reserved != 0) fault("flags or reserved members are set");
    if (raw_.delay_ns > kLongestWait) fault("delay_ns is more than an hour");
    if (raw_.idle_timeout_ns > 24 * kLongestWait) fault("idle_timeout_ns is more than a day");
    return std::move(built_);
  }

 private:
  void fault(std::string what) { built_.faults.push_back(std::move(what)); }

  void read_line() {
    built_.method = text_of(raw_.method);
    built_.url = text_of(raw_.url);
    if (!is_token(built_.method)) fault("the method is \"" + built_.method + "\"");
    const bool http = built_.url.starts_with("http://") || built_.url.starts_with("https://");
    const std::size_t host = built_.url.find("://") + 3;
    const bool named = http && host < built_.url.size() &&
                       std::string_view("/?#:").find(built_.url[host]) == std::string_view::npos;
    if (!named) fault("the url \"" + built_.url + "\" is no http:// or https:// URL with a host");
    const bool clean = std::all_of(built_.url.begin(), built_.url.end(), [](char c) {
      return c > ' ' && static_cast<unsigned char>(c) < 0x7F;
    });
    if (!clean) fault("the url has blanks, control characters or bytes above ASCII in it");
    if (built_.url.find('#') != built_.url.npos) fault("the url has a fragment");
    built_.framing = raw_.framing;
    if (raw_.framing < PBAY_FRAME_BYTES || raw_.framing > PBAY_FRAME_AUTO) {
      fault("the framing " + std::to_string(raw_.framing) + " is none");
    }
  }

  void read_headers() {
    if ((raw_.headers == nullptr && raw_.header_count > 0) || raw_.header_count > kMostHeaders) {
      return fault("the list of headers is broken");
    }
    for (std::size_t i = 0; i < raw_.header_count; ++i) {
      const std::string name(text_of(raw_.headers[i].key));
      const std::string value(text_of(raw_.headers[i].value));
      if (!is_token(name)) fault("\"" + name + "\" is no name of a header");
      if (has_control(value)) fault("the header " + name + " has control characters in it");
      if (is_the_hosts(lower(name))) fault("the header " + name + " is the host's to set");
      built_.headers.emplace_back(lower(name), value);
    }
  }

  void read_body() {
    if ((raw_.body == nullptr && raw_.body_count > 0) || raw_.body_count > kMostPieces) {
      return fault("the list of pieces of the body is broken");
    }
    for (std::size_t i = 0; i < raw_.body_count; ++i)
      read_piece(raw_.body[i]);
    if (built_.method == "GET" && !built_.body.empty()) fault("a GET with a body");
    for (const auto& [name, value] : built_.headers) {
      if (name != "content-type" || !value.starts_with("application/json")) continue;
      const bool own = request_ != nullptr && request_->mode == PBAY_MODE_RAW;
      if (!own && !built_.body.empty() && !json::validate(built_.body)) {
        fault("the body is called application/json, and is not");
      }
    }
  }

  void read_piece(const pbay_piece& piece) {
    if (piece.source == PBAY_PIECE_BYTES) {
      if (piece.bytes.ptr == nullptr && piece.bytes.len > 0) return fault("a piece of nothing");
      built_.body += text_of(piece.bytes);
    } else if (piece.source == PBAY_PIECE_CLIENT_BODY) {
      if (request_ == nullptr) return fault("a piece of a client's body, where there is none");
      built_.body += request_->body;
    } else if (piece.source < 0) {
      fault("a piece from the source " + std::to_string(piece.source) + ", which is none");
    } else if (request_ == nullptr ||
               static_cast<std::size_t>(piece.source) >= request_->parts.size()) {
      fault("a piece from part " + std::to_string(piece.source) + ", which the request has not");
    } else {
      built_.body += request_->parts[static_cast<std::size_t>(piece.source)].content;
    }
  }

  const pbay_http_request& raw_;
  const RequestSample* request_;
  BuiltRequest built_;
};

}  // namespace

BuiltRequest read_request(const pbay_http_request& raw, const RequestSample* request) {
  return Reader(raw, request).read();
}

}  // namespace patchbay::check
