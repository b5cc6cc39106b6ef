// One request on its way to OpenAI, or to a server that speaks its API, and back.

#pragma once

#include "patchbay/plugin.hpp"
#include "plugins/shared/openai_shaped_call.hpp"

namespace patchbay::plugins::openai {

class OpenAiProvider;

class OpenAiCall : public OpenAiShapedCall {
 public:
  OpenAiCall(const OpenAiProvider& provider, const pbay_request& request);

  pbay_status build_request(sdk::HttpRequest& out);

 private:
  const OpenAiProvider& provider_;
};

}  // namespace patchbay::plugins::openai
