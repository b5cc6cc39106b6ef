#include "plugins/openai/openai_call.hpp"

#include <array>
#include <string>

#include "plugins/openai/openai_provider.hpp"
#include "plugins/shared/openai_request.hpp"

namespace patchbay::plugins::openai {
namespace {

bool is_error(int status) {
  return status >= 400;
}

// A chat answer is JSON or a stream of it. Some servers send neither the right type nor any; what
// is refused is what certainly is something else, such as the login page of a gateway.
bool may_be_answer(std::string_view content_type) {
  const std::string_view type = content_type.substr(0, content_type.find_first_of("; \t"));
  if (type.empty() || type.find("json") != type.npos) return true;
  return sdk::same_name(type, "text/event-stream") || sdk::same_name(type, "text/plain") ||
         sdk::same_name(type, "application/octet-stream");
}

void redact(std::string& text, std::string_view secret) {
  constexpr std::size_t kShortestSecret = 8;  // a shorter one is a placeholder and part of words
  if (secret.size() < kShortestSecret) return;
  for (std::size_t at = text.find(secret); at != text.npos; at = text.find(secret, at)) {
    text.replace(at, secret.size(), "***");
    at += 3;
  }
}

}  // namespace

OpenAiCall::OpenAiCall(const OpenAiProvider& provider, const pbay_request& request)
    : sdk::Call(provider.host, request), provider_(provider) {}

pbay_status OpenAiCall::build_request(sdk::HttpRequest& out) {
  out.post(provider_.chat_url(), PBAY_FRAME_AUTO);

  const std::vector<pbay_kv>& common = provider_.headers();
  constexpr std::array<std::string_view, 2> kForwarded{"openai-beta", "idempotency-key"};
  const std::span<pbay_kv> headers = allocate<pbay_kv>(common.size() + 1 + kForwarded.size());
  std::size_t count = 0;
  for (const pbay_kv& header : common)
    headers[count++] = header;
  headers[count++] = {sdk::str("accept"),
                      sdk::str(streaming() ? "text/event-stream" : "application/json")};
  for (const std::string_view name : kForwarded) {
    const std::string_view value = client_header(name);
    if (!value.empty() && sdk::find_header(common, name).empty()) {
      headers[count++] = {sdk::str(name), sdk::str(value)};
    }
  }
  out.headers(headers.first(count));

  // A client of the same dialect has said itself whether it wants usage, and its bytes are kept.
  out.body(openai_body(*this, {.ask_for_usage = !same_dialect() && streaming() && wants_usage()}));
  return PBAY_OK;
}

pbay_status OpenAiCall::on_head(const pbay_http_head& head, sdk::Sink&) {
  status_ = head.status;
  framing_ = head.framing;
  const std::span<const pbay_kv> headers(head.headers, head.header_count);
  if (is_error(status_)) {
    constexpr std::array<std::string_view, 3> kKept{
        "retry-after-ms", "retry-after", "x-should-retry"};
    const std::span<pbay_kv> kept = allocate<pbay_kv>(kKept.size());
    for (std::size_t i = 0; i < kKept.size(); ++i) {
      kept[i] = {sdk::str(kKept[i]), sdk::str(keep(sdk::find_header(headers, kKept[i])))};
    }
    error_headers_ = kept;
    return PBAY_OK;  // what it means stands in the body
  }
  if (status_ >= 300) {
    return fail_as(upstream_fault("the upstream answered " + std::to_string(status_) +
                                  ", a redirect: base_url does not name the API itself"));
  }
  const std::string_view type = sdk::find_header(headers, "content-type");
  if (!may_be_answer(type)) {
    return fail_as(upstream_fault("the upstream answered with " + std::string(type.substr(0, 100)) +
                                  " where JSON or an event stream was expected"));
  }
  if (same_dialect()) {
    passed_through_ = true;
    return PBAY_S_PASSTHROUGH;
  }
  answer_.emplace(host());
  return PBAY_OK;
}

pbay_status OpenAiCall::on_frames(std::span<const pbay_frame> frames, sdk::Sink& sink) {
  if (is_error(status_)) return refused(sdk::view(frames.front().data));
  if (!answer_) return PBAY_E_INVALID;  // the host passes the body through, or had no head
  for (const pbay_frame& frame : frames) {
    const std::string_view data = sdk::view(frame.data);
    const OpenAiAnswer::Outcome outcome = framing_ == PBAY_FRAME_WHOLE
                                              ? answer_->whole(data, sink)
                                              : answer_->chunk(data, sdk::view(frame.event), sink);
    if (sink.status() < 0) return sink.status();
    if (outcome == OpenAiAnswer::Outcome::kFailed) return fail_as(answer_->error());
    if (outcome == OpenAiAnswer::Outcome::kDone) return PBAY_S_STOP;
  }
  return PBAY_OK;
}

pbay_status OpenAiCall::on_end(const pbay_http_end& end, sdk::Sink& sink) {
  if (is_error(status_)) return failed_ ? PBAY_E_FAIL : refused({});
  if (failed_) return PBAY_E_FAIL;
  if (answer_ && answer_->ended()) return PBAY_OK;  // how the connection ended no longer matters
  if (end.status < 0) return fail_transport(end);
  if (passed_through_) return PBAY_OK;
  if (!answer_) return PBAY_E_INVALID;
  const OpenAiAnswer::Outcome outcome = answer_->end(sink);
  if (sink.status() < 0) return sink.status();
  return outcome == OpenAiAnswer::Outcome::kFailed ? fail_as(answer_->error()) : PBAY_OK;
}

pbay_status OpenAiCall::refused(std::string_view body) {
  std::string shown(body);
  redact(shown, provider_.api_key());
  return fail_as(classify_answer(status_, error_headers_, shown, host().unix_ms()), shown);
}

pbay_status OpenAiCall::fail_as(const UpstreamError& error, std::string_view body) {
  failed_ = true;  // on_end() must not say something else
  UpstreamError shown = error;
  redact(shown.message, provider_.api_key());
  return fail(shown.failure(body));
}

}  // namespace patchbay::plugins::openai
