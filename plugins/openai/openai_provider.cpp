#include "plugins/openai/openai_provider.hpp"

#include <algorithm>
#include <utility>

#include "plugins/shared/json_text.hpp"

namespace patchbay::plugins::openai {
namespace {

constexpr std::string_view kDefaultBaseUrl = "https://api.openai.com/v1";

// What may stand in a header's value without changing the request around it.
bool is_header_value(std::string_view value) {
  return std::all_of(
      value.begin(), value.end(), [](char c) { return (c >= ' ' && c != 0x7F) || c == '\t'; });
}

bool is_header_name(std::string_view name) {
  constexpr std::string_view kSigns = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           kSigns.find(c) != kSigns.npos;
  });
}

// The message's framing and its connection are the host's.
bool is_reserved(std::string_view name) {
  constexpr std::array<std::string_view, 6> kReserved{
      "host", "content-length", "transfer-encoding", "connection", "content-type", "accept"};
  return std::any_of(kReserved.begin(), kReserved.end(), [&](std::string_view reserved) {
    return sdk::same_name(name, reserved);
  });
}

bool is_base_url(std::string_view url) {
  const bool http = url.starts_with("http://") || url.starts_with("https://");
  return http && url.find("://") + 3 < url.size() &&
         std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < 0x7F; }) &&
         url.find_first_of("?#") == url.npos;
}

std::string chat_url_of(std::string base_url) {
  while (base_url.ends_with('/'))
    base_url.pop_back();
  return base_url + "/chat/completions";
}

}  // namespace

void OpenAiProvider::add_header(std::string_view name, std::string value) {
  const auto configured = [&](const Header& header) { return sdk::same_name(header.name, name); };
  if (std::any_of(own_headers_.begin(), own_headers_.end(), configured)) return;
  own_headers_.push_back({std::string(name), std::move(value)});
}

std::unique_ptr<OpenAiProvider> OpenAiProvider::create(const sdk::Setup& setup) {
  JsonText json;
  if (!json.parse(setup.json()) || !json.root().is_object()) {
    return setup.refuse("", "the configuration is not a JSON object");
  }
  const JsonValue config = json.root();
  std::unique_ptr<OpenAiProvider> made(new OpenAiProvider(setup.host()));

  for (const JsonValue header : config["headers"].members()) {
    const std::string name = header.key().string();
    const std::string at = "/headers/" + name;
    if (!is_header_name(name)) return setup.refuse(at, "this is not the name of a header");
    if (is_reserved(name)) return setup.refuse(at, "this header cannot be configured");
    if (!header.is_string() || !is_header_value(header.string())) {
      return setup.refuse(at, "a header's value must be text without control characters");
    }
    made->add_header(name, header.string());
  }
  made->api_key_ = config["api_key"].string();
  if (!is_header_value(made->api_key_)) {
    return setup.refuse("/api_key", "a key must be text without control characters");
  }
  if (!made->api_key_.empty()) made->add_header("authorization", "Bearer " + made->api_key_);
  for (const auto& [key, header] :
       {std::pair{"organization", "openai-organization"}, std::pair{"project", "openai-project"}}) {
    const std::string value = config[key].string();
    if (!is_header_value(value)) {
      return setup.refuse(std::string("/") + key, "it must be text without control characters");
    }
    if (!value.empty()) made->add_header(header, value);
  }
  made->add_header("content-type", "application/json");
  made->add_header("user-agent", "patchbay/" + std::string(setup.host().version()));

  const JsonValue url = config["base_url"];
  const std::string base_url = url ? url.string() : std::string(kDefaultBaseUrl);
  if (!is_base_url(base_url)) {
    return setup.refuse("/base_url", "it must be an http:// or https:// URL without a query");
  }
  made->chat_url_ = chat_url_of(base_url);
  for (const JsonValue model : config["models"].elements()) {
    made->models_.add(model.string(), setup.instance(), PBAY_MODE_BIT(PBAY_MODE_CHAT));
  }
  for (const Header& header : made->own_headers_) {
    made->headers_.push_back({sdk::str(header.name), sdk::str(header.value)});
  }
  return made;
}

}  // namespace patchbay::plugins::openai
