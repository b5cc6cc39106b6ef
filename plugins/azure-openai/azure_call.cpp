#include "plugins/azure-openai/azure_call.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <string>

#include "plugins/azure-openai/azure_error.hpp"
#include "plugins/azure-openai/azure_provider.hpp"
#include "plugins/shared/retry_after.hpp"

namespace patchbay::plugins::azure_openai {
namespace {

constexpr int kFailedDependency = 424;

}  // namespace

AzureCall::AzureCall(const AzureProvider& provider, const pbay_request& request)
    : OpenAiShapedCall(provider.host, request, provider.settings().headers().secrets()),
      provider_(provider) {}

// Those of the provider, and the token where one is used.
std::span<const pbay_kv> AzureCall::request_headers() {
  const std::span<const pbay_kv> common = provider_.settings().headers().views();
  const std::shared_ptr<const std::string> authorization = provider_.authorization();
  if (authorization == nullptr || provider_.settings().headers().has("authorization")) {
    return common;
  }
  const std::string_view value = keep(*authorization);
  add_secret(token_in(value));
  const std::span<pbay_kv> headers = allocate<pbay_kv>(common.size() + 1);
  std::copy(common.begin(), common.end(), headers.begin());
  headers.back() = {sdk::str("authorization"), sdk::str(value)};
  return headers;
}

pbay_status AzureCall::build_request(sdk::HttpRequest& out) {
  static constexpr std::array<std::string_view, 3> kForwarded{
      "openai-beta", "idempotency-key", "x-ms-client-request-id"};
  const AzureSettings& settings = provider_.settings();
  const std::string_view deployment = settings.deployment_of(request().mode, model());
  const std::string_view url = keep(settings.url_of(operation(), deployment));
  if (url.empty()) {
    return fail({.category = PBAY_ERR_BAD_REQUEST,
                 .message = "this operation is not among those of the API that `api: models` names",
                 .code = "unsupported_by_provider"});
  }
  return build_openai(
      out,
      {.url = url, .headers = request_headers(), .forwarded = kForwarded, .model = deployment});
}

pbay_status AzureCall::on_head(const pbay_http_head& head, sdk::Sink&) {
  const auto decided = refuse_head(head);
  if (refused()) {
    const std::string_view seconds =
        sdk::find_header({head.headers, head.header_count}, "retry-after");
    const pbay_kv header{sdk::str("retry-after"), sdk::str(seconds)};
    retry_after_ms_ = retry_after_ms(std::span(&header, 1), host().unix_ms());
  }
  if (decided) return *decided;
  if (!same_dialect()) return read_answer();
  if (framing() == PBAY_FRAME_SSE && operation() == OpenAiOperation::kChat) {
    mender_.emplace("\"chat.completion.chunk\"");
  } else if (framing() == PBAY_FRAME_SSE && operation() == OpenAiOperation::kCompletions) {
    mender_.emplace("\"text_completion\"");
  } else {
    pass();
    return PBAY_S_PASSTHROUGH;
  }
  return PBAY_OK;
}

pbay_status AzureCall::on_frames(std::span<const pbay_frame> frames, sdk::Sink& sink) {
  if (refused()) return refuse(sdk::view(frames.front().data));
  if (!mender_) return OpenAiShapedCall::on_frames(frames, sink);
  for (const pbay_frame& frame : frames) {
    const ReadOutcome outcome = mender_->chunk(sdk::view(frame.data), sink);
    if (sink.status() < 0) return sink.status();
    if (outcome == ReadOutcome::kFailed) return fail_as(mender_->error());
    if (outcome == ReadOutcome::kDone) return PBAY_S_STOP;
  }
  return PBAY_OK;
}

pbay_status AzureCall::on_end(const pbay_http_end& end, sdk::Sink& sink) {
  if (failed()) return PBAY_E_FAIL;
  if (refused()) return refuse({});
  if (!mender_) return OpenAiShapedCall::on_end(end, sink);
  if (mender_->ended()) return PBAY_OK;  // how the connection ended no longer matters
  if (end.status < 0) return fail_transport(end);
  const ReadOutcome outcome = mender_->end(sink);
  if (sink.status() < 0) return sink.status();
  return outcome == ReadOutcome::kFailed ? fail_as(mender_->error()) : PBAY_OK;
}

pbay_status AzureCall::refuse(std::string_view body) {
  UpstreamError error = classified(body);
  if (status() == kFailedDependency) {  // of Azure's own: the request is not to blame
    error.category = PBAY_ERR_UPSTREAM;
    error.flags = flags_of(error.category);
  }
  understand_azure(body, error);
  // `retry-after-ms: 0` comes beside a `retry-after` that means it.
  if (error.retry_after_ms == 0) error.retry_after_ms = std::max<std::int64_t>(retry_after_ms_, 0);
  if (status() == 401 && provider_.credential_expires()) error.flags |= PBAY_ERRF_REFRESH_AUTH;
  return fail_as(error, with_error_members(body, error));
}

}  // namespace patchbay::plugins::azure_openai
