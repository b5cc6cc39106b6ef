#include "plugins/azure-openai/azure_provider.hpp"

#include <span>

#include "plugins/shared/json_text.hpp"
#include "plugins/shared/provider_config.hpp"

namespace patchbay::plugins::azure_openai {

std::unique_ptr<AzureProvider> AzureProvider::create(const sdk::Setup& setup) {
  JsonText json;
  if (!json.parse(setup.json()) || !json.root().is_object()) {
    return setup.refuse("", "the configuration is not a JSON object");
  }
  std::unique_ptr<AzureProvider> made(new AzureProvider(setup.host()));
  if (const auto wrong = made->settings_.read(json.root(), setup)) return refuse(setup, *wrong);
  made->prepare_token();
  return made;
}

void AzureProvider::prepare_token() {
  if (!settings_.entra()) return;
  token_.emplace(*settings_.entra());
  const std::string_view agent = sdk::find_header(settings_.headers().views(), "user-agent");
  token_headers_ = {
      pbay_kv{sdk::str("content-type"), sdk::str("application/x-www-form-urlencoded")},
      pbay_kv{sdk::str("accept"), sdk::str("application/json")},
      pbay_kv{sdk::str("user-agent"), sdk::str(agent)}};
  token_body_ = sdk::piece(token_->form());
}

pbay_status AzureProvider::build_credential_request(sdk::HttpRequest& out) {
  out.post(token_->url(), PBAY_FRAME_WHOLE);
  out.headers(token_headers_);
  out.body(std::span(&token_body_, 1));
  return PBAY_OK;
}

pbay_status AzureProvider::on_credential_response(const pbay_http_head& head,
                                                  std::string_view body,
                                                  std::uint64_t& valid_for_ns) {
  const auto error = token_->take(head, body, host.unix_ms(), valid_for_ns);
  return error ? host.fail(0, error->failure()) : PBAY_OK;
}

}  // namespace patchbay::plugins::azure_openai
