#include "plugins/shared/openai_shaped_call.hpp"

#include <algorithm>

#include "plugins/shared/multipart_body.hpp"
#include "plugins/shared/redact.hpp"

namespace patchbay::plugins {
namespace {

using enum OpenAiOperation;

constexpr std::string_view kJsonType = "application/json";

bool is_error(int status) {
  return status >= 400;
}

bool has_body(std::string_view method) {
  return method != "GET" && method != "HEAD";
}

std::string_view media_type(std::string_view content_type) {
  return content_type.substr(0, content_type.find_first_of("; \t"));
}

}  // namespace

OpenAiShapedCall::OpenAiShapedCall(const sdk::Host& host,
                                   const pbay_request& request,
                                   std::span<const std::string> secrets)
    : sdk::Call(host, request), operation_(operation_of(request)), secrets_(secrets) {}

void OpenAiShapedCall::add_secret(std::string_view secret) {
  if (!secret.empty()) own_secrets_.emplace_back(secret);
}

std::string_view OpenAiShapedCall::url_behind(std::string_view base_url) const {
  return join({base_url, is_raw() ? sdk::view(request().path) : path_of(operation_)});
}

std::span<const pbay_piece> OpenAiShapedCall::body_for(const OpenAiRequestOptions& options,
                                                       std::string_view& content_type) const {
  if (is_raw()) {
    const std::string_view method = sdk::view(request().method);
    content_type = client_header("content-type");
    if (body().empty() && content_type.empty() && !has_body(method)) return {};
    return allocate(pbay_piece{{nullptr, 0}, PBAY_PIECE_CLIENT_BODY});
  }
  if (operation_ == kModels) return {};
  if (request().part_count > 0) {
    const std::string_view wanted = options.model.empty() ? model() : options.model;
    return multipart_body(*this, {.model = wanted}, content_type);
  }
  content_type = kJsonType;
  OpenAiBodyOptions body = options.body;
  const bool counts = operation_ == kChat || operation_ == kCompletions;
  // A client of the same dialect has said itself whether it wants usage, and its bytes are kept.
  body.ask_for_usage = counts && !same_dialect() && streaming() && wants_usage();
  body.translated_image = operation_ == kImages && !same_dialect();
  if (!options.model.empty()) body.model = options.model;
  return openai_body(*this, body);
}

pbay_status OpenAiShapedCall::build_openai(sdk::HttpRequest& out,
                                           const OpenAiRequestOptions& options) {
  if (!is_raw() && !same_dialect() && !has_events(operation_)) {
    return fail({.category = PBAY_ERR_BAD_REQUEST,
                 .message = "this operation is only there for clients of its own dialect",
                 .code = "unsupported_by_provider"});
  }
  if (is_raw() && !is_safe_path(sdk::view(request().path))) {
    return fail({.category = PBAY_ERR_BAD_REQUEST,
                 .message = "the path leads out of the API or has characters that no path may have",
                 .param = "path"});
  }
  if (is_raw()) {
    out.get(options.url, PBAY_FRAME_AUTO);
    out.raw().method = request().method;
  } else if (operation_ == kModels) {
    out.get(options.url, PBAY_FRAME_AUTO);
  } else {
    out.post(options.url, same_dialect() ? PBAY_FRAME_AUTO : framing_of(operation_));
  }

  std::string_view content_type;
  const std::span<const pbay_piece> pieces = body_for(options, content_type);
  const std::span<pbay_kv> headers =
      allocate<pbay_kv>(options.headers.size() + options.forwarded.size() + 2);
  std::size_t count = options.headers.size();
  std::copy(options.headers.begin(), options.headers.end(), headers.begin());
  const auto add = [&](std::string_view name, std::string_view value) {
    if (value.empty() || !sdk::find_header(headers.first(count), name).empty()) return;
    headers[count++] = {sdk::str(name), sdk::str(value)};
  };
  add("content-type", content_type);
  const std::string_view accepted = is_raw() ? client_header("accept") : std::string_view();
  add("accept", accepted.empty() ? accept_of(operation_, streaming()) : accepted);
  for (const std::string_view name : options.forwarded)
    add(name, client_header(name));
  out.headers(headers.first(count));
  out.body(pieces);
  return PBAY_OK;
}

std::optional<pbay_status> OpenAiShapedCall::refuse_head(const pbay_http_head& head) {
  status_ = head.status;
  framing_ = head.framing;
  const std::span<const pbay_kv> headers(head.headers, head.header_count);
  if (is_error(status_)) {
    error_headers_ = keep_error_headers(*this, headers);
    return PBAY_OK;  // what it means stands in the body
  }
  if (status_ >= 300) {
    return fail_as(upstream_fault("the upstream answered " + std::to_string(status_) +
                                  ", a redirect: base_url does not name the API itself"));
  }
  const std::string_view type = sdk::find_header(headers, "content-type");
  // What is not passed on as it is must be sound to be said as sound.
  const bool silent = operation_ == kSpeech && !same_dialect() &&
                      (type.find("json") != type.npos || type.starts_with("text/"));
  if (silent || !may_answer(operation_, type)) {
    return fail_as(upstream_fault("the upstream answered with " + std::string(type.substr(0, 100)) +
                                  " where " + std::string(expected_of(operation_)) +
                                  " was expected"));
  }
  content_type_ = keep(media_type(type));
  return std::nullopt;
}

pbay_status OpenAiShapedCall::on_head(const pbay_http_head& head, sdk::Sink&) {
  if (const auto decided = refuse_head(head)) return *decided;
  if (!is_raw() && !same_dialect()) return read_answer();
  pass();
  return PBAY_S_PASSTHROUGH;
}

pbay_status OpenAiShapedCall::on_frames(std::span<const pbay_frame> frames, sdk::Sink& sink) {
  if (refused()) {
    const std::string_view body = sdk::view(frames.front().data);
    return fail_as(classified(body), body);
  }
  if (!reader_) return PBAY_E_INVALID;  // the host passes the body through, or had no head
  for (const pbay_frame& frame : frames) {
    const ReadOutcome outcome = reader_->read(frame, framing_, sink);
    if (sink.status() < 0) return sink.status();
    if (outcome == ReadOutcome::kFailed) return fail_as(reader_->error());
    if (outcome == ReadOutcome::kDone) return PBAY_S_STOP;
  }
  return PBAY_OK;
}

pbay_status OpenAiShapedCall::on_end(const pbay_http_end& end, sdk::Sink& sink) {
  if (failed_) return PBAY_E_FAIL;
  if (refused()) return fail_as(classified({}));
  if (reader_ && reader_->ended()) return PBAY_OK;  // how the connection ended no longer matters
  if (end.status < 0) return fail_transport(end);
  if (passed_through_) return PBAY_OK;
  if (!reader_) return PBAY_E_INVALID;
  const ReadOutcome outcome = reader_->end(sink);
  if (sink.status() < 0) return sink.status();
  return outcome == ReadOutcome::kFailed ? fail_as(reader_->error()) : PBAY_OK;
}

UpstreamError OpenAiShapedCall::classified(std::string_view body) const {
  return classify_answer(status_, error_headers_, body, host().unix_ms());
}

pbay_status OpenAiShapedCall::fail_as(const UpstreamError& error, std::string_view body) {
  failed_ = true;  // on_end() must not say something else
  UpstreamError shown = error;
  std::string shown_body(body);
  for (std::string* text : {&shown.message, &shown.code, &shown.param, &shown_body}) {
    redact(*text, secrets_);
    redact(*text, own_secrets_);
  }
  return fail(shown.failure(shown_body));
}

}  // namespace patchbay::plugins
