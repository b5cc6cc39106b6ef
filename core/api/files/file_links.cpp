#include "core/api/files/file_links.hpp"

#include <utility>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/uuid.hpp"
#include "core/http/target.hpp"
#include "core/json/view.hpp"
#include "core/json/write.hpp"

namespace patchbay::api {
namespace {

constexpr std::string_view kParameter = "signature";

// What of a part has to do with its file.
struct FilePart {
  std::string id;   // "" where it has none
  std::string url;  // as stored; "" where the file is all there is to it

  explicit FilePart(json::View part) {
    for (const json::MemberView& member : part.members()) {
      if (member.named("file")) id = member.value.string();
      if (member.named("url")) url = member.value.string();
    }
    if (!is_uuid(id)) id.clear();
  }
};

// A URL that goes on is another one, or has been signed already.
void replace_url(std::string& text, std::string_view url, std::string_view with) {
  if (url.empty()) return;
  for (std::size_t at = text.find(url); at != text.npos;) {
    const std::size_t end = at + url.size();
    if (end < text.size() && text[end] == '?') {
      at = text.find(url, end);
      continue;
    }
    text.replace(at, url.size(), with);
    at = text.find(url, at + with.size());
  }
}

// The part with another URL, and all else as it was.
void write_part(json::Writer& writer, json::View part, const std::string& url) {
  writer.begin_object();
  for (const json::MemberView& member : part.members()) {
    if (!member.named("url")) writer.key(member.name()).raw(member.value.text());
  }
  writer.member("url", url).end_object();
}

}  // namespace

FileLinks::FileLinks(const Context& context, const server::Request& request)
    : snapshot_(context.snapshot), owner_(context.principal.owner) {
  const http::HeaderList& headers = request.headers;
  base_ = headers.find("x-forwarded-proto") == "https" ? "https://" : "http://";
  base_ += headers.find("host").value_or("localhost");
}

std::string FileLinks::shown(std::string_view id) const {
  std::string url = plain(id);
  if (owner_ == access::Principal().owner) return url;
  const std::string signature = snapshot_->file_urls.sign(owner_, id, unix_ms());
  if (!signature.empty()) url.append("?").append(kParameter).append("=").append(signature);
  return url;
}

void FileLinks::show(storage::Version& version) const {
  if (version.parts.find("\"file\"") == std::string::npos) return;
  std::string parts;
  json::Writer writer(parts);
  writer.begin_array();
  for (const json::View part : json::View(version.parts).items()) {
    const FilePart file(part);
    if (file.id.empty()) {
      writer.raw(part.text());
      continue;
    }
    const std::string url = shown(file.id);
    write_part(writer, part, url);
    replace_url(version.content, file.url, url);
  }
  writer.end_array();
  version.parts = std::move(parts);
}

std::optional<std::string> file_signature(const server::Request& request) {
  const auto target = http::parse_target(request.target);
  if (!target) return std::nullopt;
  const auto query = http::parse_query(target->query);
  if (!query) return std::nullopt;
  const auto given = http::find_parameter(*query, kParameter);
  return given ? std::optional<std::string>(*given) : std::nullopt;
}

std::string without_signatures(std::string text) {
  const std::string begin = "?" + std::string(kParameter);
  for (std::size_t at = text.find(begin); at != text.npos; at = text.find(begin, at)) {
    const std::string_view rest = std::string_view(text).substr(at + begin.size());
    std::size_t length = 0;
    // The second is how some writers of JSON spell it.
    for (const std::string_view equals : {"=", "\\u003d", "\\u003D"}) {
      if (!rest.starts_with(equals)) continue;
      const std::size_t code = access::FileUrls::length_at(rest.substr(equals.size()));
      if (code > 0) length = begin.size() + equals.size() + code;
    }
    if (length > 0) {
      text.erase(at, length);
    } else {
      at += begin.size();
    }
  }
  return text;
}

}  // namespace patchbay::api
