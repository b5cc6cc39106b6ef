#include "plugins/anthropic/anthropic_call.hpp"

#include "plugins/anthropic/anthropic_provider.hpp"
#include "plugins/anthropic/errors.hpp"
#include "plugins/anthropic/request.hpp"
#include "plugins/shared/openai_operation.hpp"
#include "plugins/shared/openai_request.hpp"
#include "plugins/shared/redact.hpp"

namespace patchbay::plugins::anthropic {
namespace {

bool is_error(int status) {
  return status >= 400;
}

// What is refused is what certainly is no answer of the API, such as the login page of a gateway.
bool may_be_answer(std::string_view content_type) {
  const std::string_view type = content_type.substr(0, content_type.find_first_of("; \t"));
  if (type.empty() || type.find("json") != type.npos) return true;
  return sdk::same_name(type, "text/event-stream") || sdk::same_name(type, "text/plain") ||
         sdk::same_name(type, "application/octet-stream");
}

}  // namespace

AnthropicCall::AnthropicCall(const AnthropicProvider& provider, const pbay_request& request)
    : sdk::Call(provider.host, request),
      provider_(provider),
      job_(request.mode == PBAY_MODE_MODELS                                ? Job::kModels
           : request.mode == PBAY_MODE_RAW                                 ? Job::kRaw
           : sdk::view(request.dialect).starts_with("anthropic.messages/") ? Job::kNative
                                                                           : Job::kChat) {}

pbay_status AnthropicCall::build_request(sdk::HttpRequest& out) {
  switch (job_) {
    case Job::kChat:
      return build_chat(out);
    case Job::kNative:
      out.post(provider_.messages_url(), PBAY_FRAME_AUTO);
      out.body(openai_body(*this, {}));
      put_headers(out);
      return PBAY_OK;
    case Job::kModels:
      if (!models_) models_.emplace();
      out.get(join({provider_.base_url(), "/v1/models", models_->next_query()}), PBAY_FRAME_WHOLE);
      put_headers(out);
      return PBAY_OK;
    case Job::kRaw:
      return build_raw(out);
  }
  return PBAY_E_UNSUPPORTED;
}

pbay_status AnthropicCall::build_chat(sdk::HttpRequest& out) {
  TranslatedRequest made = translate_request(
      body(), model(), {.max_tokens = provider_.max_tokens(), .stream = streaming()});
  tell(made);
  if (made.refusal) {
    failed_ = true;
    return fail({.category = PBAY_ERR_BAD_REQUEST,
                 .message = made.refusal->message,
                 .code = "unsupported_by_provider",
                 .param = made.refusal->param},
                PBAY_E_UNSUPPORTED);
  }
  body_ = std::move(made.body);
  out.post(provider_.messages_url(), PBAY_FRAME_AUTO);
  out.body(allocate(sdk::piece(body_)));
  put_headers(out);
  return PBAY_OK;
}

void AnthropicCall::tell(const TranslatedRequest& made) {
  if (made.thinking_lost) {
    host().log(PBAY_LOG_INFO,
               id(),
               "thinking was turned off: the history came without the signatures of its thinking");
  }
  if (made.notes.empty() || !host().logs(PBAY_LOG_DEBUG)) return;
  std::string all;
  for (const std::string& note : made.notes)
    all.append(all.empty() ? "" : "; ").append(note);
  host().log(PBAY_LOG_DEBUG,
             id(),
             "the request was changed for the Messages API",
             {{sdk::str("changes"), sdk::str(all)}});
}

pbay_status AnthropicCall::build_raw(sdk::HttpRequest& out) {
  if (!is_safe_path(sdk::view(request().path))) {
    return fail({.category = PBAY_ERR_BAD_REQUEST,
                 .message = "the path leads out of the API or has characters that no path may have",
                 .param = "path"});
  }
  out.get(join({provider_.base_url(), sdk::view(request().path)}), PBAY_FRAME_AUTO);
  out.raw().method = request().method;
  const bool bodiless = body().empty() && sdk::view(request().method) == "GET";
  if (!bodiless) out.body(allocate(pbay_piece{{nullptr, 0}, PBAY_PIECE_CLIENT_BODY}));
  put_headers(out);
  return PBAY_OK;
}

// A client that speaks the API itself says which of its versions, and which features; for our own
// requests the configuration does.
void AnthropicCall::put_headers(sdk::HttpRequest& out) {
  const bool clients_own = job_ == Job::kNative || job_ == Job::kRaw;
  const std::span<const pbay_kv> common = provider_.headers.views();
  const std::span<pbay_kv> headers = allocate<pbay_kv>(common.size() + 4);
  std::size_t count = 0;
  for (const pbay_kv& header : common)
    headers[count++] = header;
  const auto add = [&](std::string_view name, std::string_view value) {
    if (value.empty() || !sdk::find_header(common, name).empty()) return;
    headers[count++] = {sdk::str(name), sdk::str(value)};
  };
  const std::string_view version = clients_own ? client_header("anthropic-version") : "";
  add("anthropic-version", version.empty() ? provider_.version() : version);
  const std::string_view beta = clients_own ? client_header("anthropic-beta") : "";
  const bool both = !beta.empty() && !provider_.beta().empty();
  add("anthropic-beta", join({provider_.beta(), both ? "," : "", beta}));
  if (job_ == Job::kRaw) {
    add("content-type", client_header("content-type"));
    add("accept", client_header("accept"));
  } else {
    if (job_ != Job::kModels) add("content-type", "application/json");
    add("accept", streaming() ? "text/event-stream" : "application/json");
  }
  out.headers(headers.first(count));
}

pbay_status AnthropicCall::on_head(const pbay_http_head& head, sdk::Sink&) {
  status_ = head.status;
  framing_ = head.framing;
  const std::span<const pbay_kv> headers(head.headers, head.header_count);
  if (is_error(status_)) {
    error_headers_ = keep_error_headers(*this, headers);
    return PBAY_OK;  // what it means stands in the body
  }
  if (job_ == Job::kRaw) {
    passed_through_ = true;
    return PBAY_S_PASSTHROUGH;
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
  if (job_ == Job::kNative) {
    if (!same_dialect()) return PBAY_E_UNSUPPORTED;
    passed_through_ = true;
    return PBAY_S_PASSTHROUGH;
  }
  if (job_ == Job::kChat) answer_.emplace();
  return PBAY_OK;
}

pbay_status AnthropicCall::on_frames(std::span<const pbay_frame> frames, sdk::Sink& sink) {
  if (is_error(status_)) return refused(sdk::view(frames.front().data));
  if (job_ == Job::kModels && models_) {
    const ModelList::Outcome outcome = models_->page(sdk::view(frames.front().data), sink);
    if (sink.status() < 0) return sink.status();
    if (outcome == ModelList::Outcome::kFailed) {
      return fail_as(upstream_fault("the upstream's answer is not a list of models"));
    }
    next_page_ = outcome == ModelList::Outcome::kMore;
    return PBAY_OK;
  }
  if (!answer_) return PBAY_E_INVALID;  // the host passes the body through, or had no head
  for (const pbay_frame& frame : frames) {
    const std::string_view data = sdk::view(frame.data);
    const Answer::Outcome outcome =
        framing_ == PBAY_FRAME_WHOLE ? answer_->whole(data, sink) : answer_->event(data, sink);
    if (sink.status() < 0) return sink.status();
    if (outcome == Answer::Outcome::kFailed) return fail_as(answer_->error());
    if (outcome == Answer::Outcome::kDone) return PBAY_S_STOP;
  }
  return PBAY_OK;
}

pbay_status AnthropicCall::on_end(const pbay_http_end& end, sdk::Sink& sink) {
  if (is_error(status_)) return failed_ ? PBAY_E_FAIL : refused({});
  if (failed_) return PBAY_E_FAIL;
  if (answer_ && answer_->ended()) return PBAY_OK;  // how the connection ended no longer matters
  if (end.status < 0) return fail_transport(end);
  if (passed_through_) return PBAY_OK;
  if (job_ == Job::kModels) {
    return std::exchange(next_page_, false) ? PBAY_S_NEXT_REQUEST : PBAY_OK;
  }
  if (!answer_) return PBAY_E_INVALID;
  const Answer::Outcome outcome = answer_->end(sink);
  if (sink.status() < 0) return sink.status();
  return outcome == Answer::Outcome::kFailed ? fail_as(answer_->error()) : PBAY_OK;
}

pbay_status AnthropicCall::refused(std::string_view body) {
  return fail_as(classify_refusal(status_, error_headers_, body, host().unix_ms()), body);
}

pbay_status AnthropicCall::fail_as(const UpstreamError& error, std::string_view body) {
  failed_ = true;  // on_end() must not say something else
  UpstreamError shown = error;
  std::string shown_body(body);
  for (std::string* text : {&shown.message, &shown.code, &shown.param, &shown_body}) {
    redact(*text, provider_.headers.secrets());
  }
  return fail(shown.failure(shown_body));
}

}  // namespace patchbay::plugins::anthropic
