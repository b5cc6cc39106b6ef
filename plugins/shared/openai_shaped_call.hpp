// One request on its way to an OpenAI-shaped upstream and back, as the providers of that family
// share it; each derives its Call from this and says where the upstream is.
//
//   pbay_status MyCall::build_request(sdk::HttpRequest& out) {
//     return build_openai(out, {.url = url_behind(provider_.base_url()),
//                               .headers = provider_.headers().views(),
//                               .forwarded = kForwarded});
//   }
//
// Where the client speaks the same dialect the body goes up as it came, but for the model's name,
// and the answer goes back past this class. Otherwise the answer is read (openai_reader.hpp) and
// said in events. What differs in a vendor is done by hiding on_head() or on_frames() with an own
// one that calls this one.

#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "patchbay/plugin.hpp"
#include "plugins/shared/openai_operation.hpp"
#include "plugins/shared/openai_reader.hpp"
#include "plugins/shared/openai_request.hpp"
#include "plugins/shared/upstream_error.hpp"

namespace patchbay::plugins {

struct OpenAiRequestOptions {
  std::string_view url;
  std::span<const pbay_kv> headers;                  // of the provider; they win over all others
  std::span<const std::string_view> forwarded = {};  // client headers that go up
  std::string_view model = {};                       // upstream; empty: as the request says
  OpenAiBodyOptions body = {};                       // ask_for_usage is decided here
};

class OpenAiShapedCall : public sdk::Call {
 public:
  pbay_status on_head(const pbay_http_head& head, sdk::Sink& sink);
  pbay_status on_frames(std::span<const pbay_frame> frames, sdk::Sink& sink);
  pbay_status on_end(const pbay_http_end& end, sdk::Sink& sink);

 protected:
  // `secrets` must outlive the call.
  OpenAiShapedCall(const sdk::Host& host,
                   const pbay_request& request,
                   std::span<const std::string> secrets);
  ~OpenAiShapedCall() = default;

  [[nodiscard]] OpenAiOperation operation() const { return operation_; }
  [[nodiscard]] bool is_raw() const { return operation_ == OpenAiOperation::kRaw; }

  // `base_url` with the operation's path behind it, or with the client's of a raw request.
  [[nodiscard]] std::string_view url_behind(std::string_view base_url) const;

  // Fills in the whole request: method, headers, and the body that the operation takes, JSON or
  // multipart. Fails for what cannot be sent: a path that would leave the base URL, an operation
  // that can only pass where nothing may.
  pbay_status build_openai(sdk::HttpRequest& out, const OpenAiRequestOptions& options);

  // One more text that must not be shown, such as a token that was fetched.
  void add_secret(std::string_view secret);

  // The first half of on_head(): what an error, a redirect or a page of a gateway means. Nothing
  // where an answer follows.
  std::optional<pbay_status> refuse_head(const pbay_http_head& head);

  // Has the answer read and said in events. REQUIRES: refuse_head() let it pass.
  pbay_status read_answer() {
    reader_.emplace(host(), operation_, content_type_);
    return PBAY_OK;
  }

  // Ends the call with an error; `body` is the upstream's own, for clients of its dialect. Secrets
  // are taken out of both.
  pbay_status fail_as(const UpstreamError& error, std::string_view body = {});

  // What an answer of status 400 and above means, by its body. An own version may understand more.
  [[nodiscard]] UpstreamError classified(std::string_view body) const;

  [[nodiscard]] int status() const { return status_; }
  [[nodiscard]] bool refused() const { return status_ >= 400; }
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] pbay_framing framing() const { return framing_; }
  [[nodiscard]] std::string_view content_type() const { return content_type_; }
  // Its answer goes to the client past this class.
  void pass() { passed_through_ = true; }

 private:
  [[nodiscard]] std::span<const pbay_piece> body_for(const OpenAiRequestOptions& options,
                                                     std::string_view& content_type) const;

  const OpenAiOperation operation_;
  const std::span<const std::string> secrets_;
  std::vector<std::string> own_secrets_;
  int status_ = 0;  // of the answer; 0 until it has come
  pbay_framing framing_ = PBAY_FRAME_AUTO;
  bool passed_through_ = false;
  bool failed_ = false;
  std::string_view content_type_;           // of a 2xx answer, kept from the head
  std::span<const pbay_kv> error_headers_;  // those that say when to come back, likewise
  std::optional<OpenAiReader> reader_;      // of a 2xx answer that is said in events
};

}  // namespace patchbay::plugins
