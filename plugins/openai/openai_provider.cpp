#include "plugins/openai/openai_provider.hpp"

#include "plugins/shared/json_text.hpp"
#include "plugins/shared/openai_models.hpp"

namespace patchbay::plugins::openai {
namespace {

constexpr std::string_view kDefaultBaseUrl = "https://api.openai.com/v1";

}  // namespace

std::unique_ptr<OpenAiProvider> OpenAiProvider::create(const sdk::Setup& setup) {
  JsonText json;
  if (!json.parse(setup.json()) || !json.root().is_object()) {
    return setup.refuse("", "the configuration is not a JSON object");
  }
  const JsonValue config = json.root();
  std::unique_ptr<OpenAiProvider> made(new OpenAiProvider(setup.host()));
  ProviderHeaders& headers = made->headers;

  auto wrong = headers.read(config["headers"]);
  if (!wrong) {
    wrong = headers.add_from(
        config["api_key"], "/api_key", "authorization", ProviderHeaders::Shown::kNever, "Bearer ");
  }
  if (!wrong) {
    wrong = headers.add_from(config["organization"], "/organization", "openai-organization");
  }
  if (!wrong) wrong = headers.add_from(config["project"], "/project", "openai-project");
  if (!wrong) wrong = read_base_url(config["base_url"], kDefaultBaseUrl, made->base_url_);
  if (!wrong) {
    wrong = read_models(config["models"], setup.instance(), &modes_of_model, made->models_);
  }
  if (wrong) return refuse(setup, *wrong);
  headers.add("user-agent", "patchbay/" + std::string(setup.host().version()));
  return made;
}

}  // namespace patchbay::plugins::openai
