#include "plugins/openai/openai_call.hpp"

#include <array>

#include "plugins/openai/openai_provider.hpp"

namespace patchbay::plugins::openai {

OpenAiCall::OpenAiCall(const OpenAiProvider& provider, const pbay_request& request)
    : OpenAiShapedCall(provider.host, request, provider.headers.secrets()), provider_(provider) {}

pbay_status OpenAiCall::build_request(sdk::HttpRequest& out) {
  static constexpr std::array<std::string_view, 2> kForwarded{"openai-beta", "idempotency-key"};
  return build_openai(out,
                      {.url = url_behind(provider_.base_url()),
                       .headers = provider_.headers.views(),
                       .forwarded = kForwarded});
}

}  // namespace patchbay::plugins::openai
