#include "plugins/gemini/gemini_provider.hpp"

#include <algorithm>

#include "plugins/gemini/model_list.hpp"
#include "plugins/shared/json_text.hpp"

namespace patchbay::plugins::gemini {
namespace {

constexpr std::string_view kDefaultBaseUrl = "https://generativelanguage.googleapis.com";
constexpr std::string_view kDefaultVersion = "v1beta";

// A path's part, or several: nothing that would change where the path leads.
bool is_version(std::string_view version) {
  constexpr std::string_view kSigns = "-_./";
  return !version.empty() && version.front() != '/' && version.back() != '/' &&
         version.find("..") == version.npos &&
         std::all_of(version.begin(), version.end(), [&](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                  kSigns.find(c) != kSigns.npos;
         });
}

}  // namespace

std::unique_ptr<GeminiProvider> GeminiProvider::create(const sdk::Setup& setup) {
  JsonText json;
  if (!json.parse(setup.json()) || !json.root().is_object()) {
    return setup.refuse("", "the configuration is not a JSON object");
  }
  const JsonValue config = json.root();
  std::unique_ptr<GeminiProvider> made(new GeminiProvider(setup.host()));

  auto wrong = made->headers.read(config["headers"]);
  if (!wrong) {
    wrong = made->headers.add_from(
        config["api_key"], "/api_key", "x-goog-api-key", ProviderHeaders::Shown::kNever);
  }
  if (!wrong) wrong = read_base_url(config["base_url"], kDefaultBaseUrl, made->base_url_);
  if (!wrong) wrong = read_models(config["models"], setup.instance(), &modes_of, made->models_);
  if (wrong) return refuse(setup, *wrong);

  const JsonValue version = config["version"];
  const std::string path = version ? version.string() : std::string(kDefaultVersion);
  if (!is_version(path)) return setup.refuse("/version", "it must be the part of a path");
  // Many write the version behind the base URL, as they have to elsewhere.
  const bool there = made->base_url_.ends_with("/" + path);
  made->api_url_ = there ? made->base_url_ : made->base_url_ + "/" + path;
  if (there) made->base_url_.resize(made->base_url_.size() - path.size() - 1);

  const JsonValue safety = config["safety_settings"];
  if (!safety.elements().empty()) {
    std::string scratch;
    made->safety_settings_ = safety.line(scratch);
  }
  made->headers.add("user-agent", "patchbay/" + std::string(setup.host().version()));
  return made;
}

}  // namespace patchbay::plugins::gemini
