#include "shout_provider.hpp"

#include <patchbay/config.hpp>

namespace shout {

std::unique_ptr<ShoutProvider> ShoutProvider::create(const sdk::Setup& setup) {
  const sdk::Config config(setup.json());
  std::string base_url = config.text("base_url").value_or("");
  if (!base_url.starts_with("http://") && !base_url.starts_with("https://")) {
    return setup.refuse("/base_url", "it must be an http:// or https:// URL");
  }
  while (base_url.ends_with('/')) base_url.pop_back();

  std::unique_ptr<ShoutProvider> made(new ShoutProvider(setup.host()));
  made->url_ = base_url + "/chat";
  made->api_key_ = config.text("api_key").value_or("");
  made->authorization_ = "Bearer " + made->api_key_;
  made->headers_ = {{sdk::str("content-type"), sdk::str("application/json")},
                    {sdk::str("authorization"), sdk::str(made->authorization_)}};
  return made;
}

}  // namespace shout
