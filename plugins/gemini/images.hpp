// Images: OpenAI's requests as :predict of an imagen model, or as generateContent of a model that
// answers in pictures, and the answers as IMAGE events. A model of the second kind makes one
// picture a request, so several are several requests, one after another.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "patchbay/host.hpp"
#include "patchbay/sink.hpp"
#include "plugins/gemini/outcome.hpp"
#include "plugins/gemini/translation.hpp"
#include "plugins/gemini/upstream_request.hpp"
#include "plugins/shared/json_text.hpp"
#include "plugins/shared/upstream_error.hpp"

namespace patchbay::plugins::gemini {

class Images {
 public:
  explicit Images(const sdk::Host& host) : host_(host) {}

  // The next request, the first of them from the client's, which is read once and not kept. False
  // if it cannot be said; translation.refusal tells why.
  [[nodiscard]] bool build(const pbay_request& request,
                           Translation& translation,
                           UpstreamRequest& out);

  // A whole answer.
  Outcome piece(std::string_view data, sdk::Sink& sink);
  // Its end: kNext while images are left to be made.
  Outcome end(sdk::Sink& sink);
  [[nodiscard]] bool complete() const { return false; }  // only a whole body is a whole answer
  [[nodiscard]] const UpstreamError& error() const { return error_; }

 private:
  Outcome fail(UpstreamError error);
  Outcome read_predictions(JsonValue predictions, sdk::Sink& sink);
  Outcome read_contents(JsonValue root, sdk::Sink& sink);
  Outcome no_image(std::string_view reason, const std::string& words);
  void say(JsonValue data, JsonValue type, JsonValue prompt, sdk::Sink& sink);
  void say_usage(JsonValue usage, sdk::Sink& sink);

  const sdk::Host host_;
  std::string target_;
  std::string body_;
  std::int64_t requests_left_ = -1;  // -1: nothing was built yet
  std::uint32_t images_ = 0;
  bool answered_ = false;  // the request that was sent last
  pbay_ev_usage usage_ = sdk::unknown_usage();
  JsonText json_;
  std::string scratch_;
  std::string second_scratch_;
  std::string third_scratch_;
  UpstreamError error_;
};

}  // namespace patchbay::plugins::gemini
