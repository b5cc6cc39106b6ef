#include "plugins/shared/provider_config.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "plugins/shared/openai_models.hpp"

namespace patchbay::plugins {
namespace {

// The message's framing and its connection are the host's.
bool is_reserved(std::string_view name) {
  constexpr std::array<std::string_view, 6> kReserved{
      "host", "content-length", "transfer-encoding", "connection", "content-type", "accept"};
  return std::any_of(kReserved.begin(), kReserved.end(), [&](std::string_view reserved) {
    return sdk::same_name(name, reserved);
  });
}

bool is_credential(std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  constexpr std::array<std::string_view, 5> kWords{
      "authorization", "cookie", "key", "token", "secret"};
  return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) {
    return lower.find(word) != lower.npos;
  });
}

bool is_base_url(std::string_view url) {
  if (!url.starts_with("http://") && !url.starts_with("https://")) return false;
  const std::size_t host = url.find("://") + 3;
  const std::string_view authority = url.substr(host, url.find('/', host) - host);
  return !authority.empty() && authority.find('@') == authority.npos &&
         std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < 0x7F; }) &&
         url.find_first_of("?#") == url.npos;
}

}  // namespace

bool is_header_value(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) {
    return (static_cast<unsigned char>(c) >= ' ' && c != 0x7F) || c == '\t';
  });
}

bool is_header_name(std::string_view name) {
  constexpr std::string_view kSigns = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           kSigns.find(c) != kSigns.npos;
  });
}

std::optional<ConfigProblem> ProviderHeaders::read(JsonValue headers) {
  for (const JsonValue header : headers.members()) {
    const std::string name = header.key().string();
    const std::string at = "/headers/" + name;
    if (!is_header_name(name)) return ConfigProblem{at, "this is not the name of a header"};
    if (is_reserved(name)) return ConfigProblem{at, "this header cannot be configured"};
    const std::string value = header.string();
    if (!header.is_string() || !is_header_value(value)) {
      return ConfigProblem{at, "a header's value must be text without control characters"};
    }
    if (is_credential(name)) {
      secrets_.push_back(value.starts_with("Bearer ") ? value.substr(7) : value);
    }
    add(name, value);
  }
  return std::nullopt;
}

std::optional<ConfigProblem> ProviderHeaders::add_from(JsonValue text,
                                                       std::string_view pointer,
                                                       std::string_view name,
                                                       Shown shown,
                                                       std::string_view prefix) {
  const std::string value = text.string();
  if (!is_header_value(value)) {
    const std::string_view what = shown == Shown::kNever ? "a key" : "it";
    return ConfigProblem{std::string(pointer),
                         std::string(what) + " must be text without control characters"};
  }
  if (value.empty()) return std::nullopt;
  if (shown == Shown::kNever) secrets_.push_back(value);
  add(name, std::string(prefix) + value);
  return std::nullopt;
}

void ProviderHeaders::add(std::string_view name, std::string value) {
  if (has(name)) return;
  const Header& added = headers_.emplace_back(Header{std::string(name), std::move(value)});
  views_.push_back({sdk::str(added.name), sdk::str(added.value)});
}

bool ProviderHeaders::has(std::string_view name) const {
  return std::any_of(headers_.begin(), headers_.end(), [&](const Header& header) {
    return sdk::same_name(header.name, name);
  });
}

std::optional<ConfigProblem> read_base_url(JsonValue url,
                                           std::string_view otherwise,
                                           std::string& out) {
  out = url ? url.string() : std::string(otherwise);
  if (!is_base_url(out)) {
    return ConfigProblem{"/base_url", "it must be an http:// or https:// URL without a query"};
  }
  while (out.ends_with('/'))
    out.pop_back();
  return std::nullopt;
}

std::optional<ConfigProblem> read_models(JsonValue models,
                                         std::string_view owner,
                                         std::uint64_t (*modes_of)(std::string_view id),
                                         sdk::ModelList& out) {
  std::size_t number = 0;
  for (const JsonValue model : models.elements()) {
    const std::string at = "/models/" + std::to_string(number++);
    const std::string id = model.is_object() ? model["id"].string() : model.string();
    if (id.empty()) return ConfigProblem{at, "a model needs a name"};
    std::uint64_t modes = modes_of(id);
    if (model["mode"]) modes = mode_bit_of(model["mode"].string());
    if (model["mode"] && modes == 0) return ConfigProblem{at + "/mode", "there is no such mode"};
    out.add(id, owner, modes);
  }
  return std::nullopt;
}

}  // namespace patchbay::plugins
