#include "plugins/openrouter/openrouter_provider.hpp"

#include "plugins/shared/json_text.hpp"
#include "plugins/shared/openai_models.hpp"

namespace patchbay::plugins::openrouter {
namespace {

constexpr std::string_view kDefaultBaseUrl = "https://openrouter.ai/api/v1";

// Models that draw are named so here, and most of them talk as well.
std::uint64_t modes_of(std::string_view id) {
  const std::uint64_t modes = modes_of_model(id);
  const bool draws = id.find("image") != id.npos;
  return draws ? modes | PBAY_MODE_BIT(PBAY_MODE_IMAGE) : modes;
}

std::optional<ConfigProblem> read_headers(JsonValue config, ProviderHeaders& headers) {
  auto wrong = headers.read(config["headers"]);
  if (!wrong) {
    wrong = headers.add_from(
        config["api_key"], "/api_key", "authorization", ProviderHeaders::Shown::kNever, "Bearer ");
  }
  if (!wrong) wrong = headers.add_from(config["app_url"], "/app_url", "http-referer");
  for (const std::string_view name : {"x-openrouter-title", "x-title"}) {
    if (!wrong) wrong = headers.add_from(config["app_title"], "/app_title", name);
  }
  return wrong;
}

}  // namespace

std::unique_ptr<OpenRouterProvider> OpenRouterProvider::create(const sdk::Setup& setup) {
  JsonText json;
  if (!json.parse(setup.json()) || !json.root().is_object()) {
    return setup.refuse("", "the configuration is not a JSON object");
  }
  const JsonValue config = json.root();
  std::unique_ptr<OpenRouterProvider> made(new OpenRouterProvider(setup.host()));
  auto wrong = read_headers(config, made->headers);
  if (!wrong) wrong = read_base_url(config["base_url"], kDefaultBaseUrl, made->base_url_);
  if (!wrong) wrong = read_models(config["models"], setup.instance(), &modes_of, made->models_);
  if (!wrong && config["provider"] && !config["provider"].is_object()) {
    wrong = ConfigProblem{"/provider", "it must be an object"};
  }
  if (wrong) return refuse(setup, *wrong);
  made->routing_ = config["provider"].raw();
  made->draws_by_chat_ = !config["image_api"].says("images");
  made->headers.add("user-agent", "patchbay/" + std::string(setup.host().version()));
  return made;
}

}  // namespace patchbay::plugins::openrouter
