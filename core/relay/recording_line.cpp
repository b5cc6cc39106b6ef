#include "core/relay/recording_line.hpp"

#include <algorithm>
#include <array>
#include <ctime>

#include "core/base/base64.hpp"
#include "core/json/utf8.hpp"
#include "core/json/write.hpp"

namespace patchbay::relay {
namespace {

constexpr std::size_t kShortestSecret = 8;
constexpr std::string_view kHidden = "***";

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return lower(c); });
  return out;
}

// Credentials, and who the account belongs to.
bool is_private_header(std::string_view name) {
  static constexpr std::array<std::string_view, 7> kParts{
      "authorization", "cookie", "api-key", "apikey", "secret", "organization", "password"};
  const std::string small = lower(name);
  return small.ends_with("token") || std::any_of(kParts.begin(), kParts.end(), [&](auto part) {
           return small.find(part) != small.npos;
         });
}

bool is_private_parameter(std::string_view name) {
  static constexpr std::array<std::string_view, 5> kEndings{
      "key", "token", "secret", "password", "signature"};
  const std::string small = lower(name);
  return small == "sig" || std::any_of(kEndings.begin(), kEndings.end(), [&](auto ending) {
           return small.ends_with(ending);
         });
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  constexpr std::string_view kPlain = "-._~";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') ||
                       kPlain.find(c) != kPlain.npos;
    if (plain) {
      out += c;
    } else {
      out.append({'%', kDigits[byte >> 4U], kDigits[byte & 0xFU]});
    }
  }
  return out;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

std::string public_url(std::string_view url) {
  std::string out(url);
  const std::size_t scheme = out.find("://");
  if (scheme != out.npos) {
    const std::size_t host = scheme + 3;
    const std::size_t end = std::min(out.find_first_of("/?#", host), out.size());
    const std::size_t user_end = out.rfind('@', end);
    if (user_end != out.npos && user_end >= host) out.erase(host, user_end + 1 - host);
  }
  std::size_t at = out.find('?');
  while (at != out.npos && at + 1 < out.size()) {
    const std::size_t begin = at + 1;
    const std::size_t next = std::min(out.find('&', begin), out.size());
    const std::size_t equals = out.find('=', begin);
    at = next < out.size() ? next : out.npos;
    if (equals >= next ||
        !is_private_parameter(std::string_view(out).substr(begin, equals - begin)))
      continue;
    out.replace(equals + 1, next - equals - 1, kHidden);
    if (at != out.npos) at = equals + 1 + kHidden.size();
  }
  return out;
}

std::string time_text(std::int64_t unix_ms) {
  const std::time_t second = unix_ms / 1000;
  std::tm utc{};
  ::gmtime_r(&second, &utc);
  std::array<char, 24> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc)};
}

void write_headers(const http::HeaderList& headers,
                   const RecordingSecrets& secrets,
                   json::Writer& out) {
  out.key("headers").begin_array();
  for (const auto& [name, value] : headers) {
    if (is_private_header(name)) continue;
    out.begin_array().value(name).value(secrets.without(value)).end_array();
  }
  out.end_array();
}

void write_body(const RecordedBody& body, const RecordingSecrets& secrets, json::Writer& out) {
  out.key("body");
  if (body.omitted() || body.length == 0) {
    out.null();
    if (body.omitted()) out.member("omitted_bytes", body.length);
    return;
  }
  const std::string bytes = secrets.without(body.bytes);
  out.begin_object();
  if (json::is_valid_utf8(bytes)) {
    out.member("text", bytes);
  } else {
    std::string encoded;
    append_base64(encoded, bytes);
    out.member("base64", encoded);
  }
  out.end_object();
}

// "v1", "v1beta2".
bool is_version(std::string_view segment) {
  return segment.size() >= 2 && segment[0] == 'v' && segment[1] >= '0' && segment[1] <= '9';
}

}  // namespace

void RecordedBody::append(std::string_view more) {
  length += more.size();
  if (omitted()) {
    std::string().swap(bytes);
  } else {
    bytes += more;
  }
}

std::size_t RecordedExchange::bytes() const {
  std::size_t sum =
      sizeof(*this) + url.size() + request_body.bytes.size() + response_body.bytes.size();
  for (const http::HeaderList* headers : {&request_headers, &response_headers}) {
    for (const auto& [name, value] : *headers)
      sum += name.size() + value.size();
  }
  return sum;
}

RecordingSecrets::RecordingSecrets(const std::vector<std::string>& secrets) {
  for (const std::string& secret : secrets) {
    if (secret.size() < kShortestSecret) continue;
    std::string in_json;
    json::append_escaped(in_json, secret);
    for (std::string spelling : {secret, std::move(in_json), percent_encoded(secret)}) {
      if (std::find(spellings_.begin(), spellings_.end(), spelling) != spellings_.end()) continue;
      spellings_.push_back(std::move(spelling));
    }
  }
  // Of two secrets one of which holds the other, the longer goes as a whole.
  std::sort(spellings_.begin(), spellings_.end(), [](const auto& a, const auto& b) {
    return a.size() > b.size();
  });
}

std::string RecordingSecrets::without(std::string_view text) const {
  std::string out(text);
  for (const std::string& spelling : spellings_)
    replace_all(out, spelling, kHidden);
  return out;
}

std::string recorded_endpoint(std::string_view url) {
  static constexpr std::array<std::string_view, 12> kKnown{"chat/completions",
                                                           "completions",
                                                           "responses",
                                                           "embeddings",
                                                           "images/generations",
                                                           "images/edits",
                                                           "images/variations",
                                                           "audio/transcriptions",
                                                           "audio/translations",
                                                           "audio/speech",
                                                           "moderations",
                                                           "models"};
  std::string_view path = url;
  if (const std::size_t scheme = path.find("://"); scheme != path.npos) {
    path.remove_prefix(std::min(path.find('/', scheme + 3), path.size()));
  }
  path = path.substr(0, path.find_first_of("?#"));
  while (path.ends_with('/'))
    path.remove_suffix(1);
  const std::string_view last = path.substr(path.rfind('/') + 1);
  if (const std::size_t colon = last.rfind(':'); colon != last.npos) {
    return std::string(last.substr(colon + 1));
  }
  for (const std::string_view known : kKnown) {
    if (path.ends_with(known) && path.substr(0, path.size() - known.size()).ends_with('/')) {
      return std::string(known);
    }
  }
  std::string_view rest = path;
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const std::size_t slash = rest.find('/');
    if (slash == rest.npos) break;
    if (is_version(rest.substr(0, slash))) return std::string(rest.substr(slash + 1));
    rest.remove_prefix(slash);
  }
  return std::string(last);
}

std::string recording_line(const RecordedExchange& exchange, const RecordingSecrets& secrets) {
  std::string line;
  json::Writer out(line);
  out.begin_object().key("meta").begin_object();
  out.member("id", exchange.id).member("provider", exchange.provider_type);
  out.member("name", exchange.provider).member("endpoint", recorded_endpoint(exchange.url));
  out.member("stream", exchange.stream).member("status", exchange.status);
  out.member("model", exchange.model).key("feats").begin_array().end_array();
  out.member("recorded_at", time_text(exchange.began_unix_ms));
  out.member("request_id", exchange.request_id);
  out.member("first_byte_ms", exchange.first_byte_ms).member("took_ms", exchange.took_ms);
  out.member("complete", exchange.complete);
  if (!exchange.error.empty()) out.member("error", secrets.without(exchange.error));
  out.end_object();

  out.key("request").begin_object().member("method", exchange.method);
  out.member("url", secrets.without(public_url(exchange.url)));
  write_headers(exchange.request_headers, secrets, out);
  write_body(exchange.request_body, secrets, out);
  out.end_object();

  out.key("response");
  if (exchange.status == 0) {
    out.null();
  } else {
    out.begin_object().member("status", exchange.status);
    write_headers(exchange.response_headers, secrets, out);
    write_body(exchange.response_body, secrets, out);
    out.end_object();
  }
  out.end_object();
  return line;
}

}  // namespace patchbay::relay
