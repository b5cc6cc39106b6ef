#include "plugins/openrouter/openrouter_call.hpp"

#include <array>

#include "plugins/openrouter/openrouter_error.hpp"
#include "plugins/openrouter/openrouter_history.hpp"
#include "plugins/openrouter/openrouter_provider.hpp"
#include "plugins/shared/openai_usage.hpp"

namespace patchbay::plugins::openrouter {
namespace {

using enum OpenAiOperation;

constexpr std::array<std::string_view, 6> kForwarded{"http-referer",
                                                     "x-openrouter-title",
                                                     "x-title",
                                                     "x-openrouter-categories",
                                                     "x-openrouter-metadata",
                                                     "idempotency-key"};

bool takes_routing(OpenAiOperation operation) {
  return operation == kChat || operation == kCompletions || operation == kResponses ||
         operation == kEmbeddings || operation == kImages;
}

// "finish_reason":"stop", but not "finish_reason":null.
bool says_finish(std::string_view chunk) {
  constexpr std::string_view kName = "\"finish_reason\":";
  for (std::size_t at = chunk.find(kName); at != chunk.npos; at = chunk.find(kName, at)) {
    at = chunk.find_first_not_of(" \t\r\n", at + kName.size());
    if (at == chunk.npos) return false;
    if (chunk[at] == '"') return true;
  }
  return false;
}

}  // namespace

OpenRouterCall::OpenRouterCall(const OpenRouterProvider& provider, const pbay_request& request)
    : OpenAiShapedCall(provider.host, request, provider.headers.secrets()), provider_(provider) {}

bool OpenRouterCall::looks_through() const {
  return same_dialect() && (operation() == kChat || operation() == kCompletions);
}

bool OpenRouterCall::draws_by_chat() const {
  return operation() == kImages && !same_dialect() && provider_.draws_by_chat();
}

pbay_status OpenRouterCall::build_request(sdk::HttpRequest& out) {
  // Its images endpoint is not where OpenAI's is.
  const std::string_view url = draws_by_chat() ? join({provider_.base_url(), "/chat/completions"})
                               : operation() == kImages ? join({provider_.base_url(), "/images"})
                                                        : url_behind(provider_.base_url());
  OpenAiRequestOptions options{
      .url = url, .headers = provider_.headers.views(), .forwarded = kForwarded};
  if (takes_routing(operation()) && !provider_.routing().empty()) {
    options.body.default_name = "provider";
    options.body.default_json = provider_.routing();
  }
  const pbay_status status = build_openai(out, options);
  if (status < 0) return status;
  if (draws_by_chat()) {
    out.body(drawing_chat(*this, provider_.routing()));
  } else if (operation() == kChat) {
    out.body(with_reasoning(*this, {out.raw().body, out.raw().body_count}));
  }
  return PBAY_OK;
}

pbay_status OpenRouterCall::on_head(const pbay_http_head& head, sdk::Sink& sink) {
  if (!looks_through() && !draws_by_chat()) return OpenAiShapedCall::on_head(head, sink);
  if (const auto decided = refuse_head(head)) return *decided;
  if (draws_by_chat()) {
    drawn_.emplace(host());
  } else {
    looking_ = true;
  }
  return PBAY_OK;
}

pbay_status OpenRouterCall::on_frames(std::span<const pbay_frame> frames, sdk::Sink& sink) {
  if (refused()) return refuse(sdk::view(frames.front().data));
  if (drawn_) {
    const ReadOutcome outcome = drawn_->whole(sdk::view(frames.front().data), sink);
    if (sink.status() < 0) return sink.status();  // nobody wants it any more
    if (outcome == ReadOutcome::kFailed) return fail_as(drawn_->error());
    complete_ = true;
    return PBAY_S_STOP;
  }
  if (!looking_) return OpenAiShapedCall::on_frames(frames, sink);
  for (const pbay_frame& frame : frames) {
    const pbay_status status = pass(sdk::view(frame.data), sink);
    if (sink.status() < 0) return sink.status();  // nobody wants it any more
    if (status != PBAY_OK) return status;
  }
  return sink.status();
}

// A chunk costs two searches and no memory, unless it has an error, or the usage.
pbay_status OpenRouterCall::pass(std::string_view data, sdk::Sink& sink) {
  const bool is_chunk = framing() == PBAY_FRAME_SSE;
  if (is_chunk && trimmed(data) == "[DONE]") {
    complete_ = true;
    return PBAY_S_STOP;
  }
  complete_ = complete_ || (!is_chunk && !trimmed(data).empty());
  finishing_ = finishing_ || says_finish(data);
  const bool has_error = data.find("\"error\"") != data.npos;
  const bool has_usage = data.find("\"usage\"") != data.npos;
  const bool in_lines = is_chunk && data.find_first_of("\r\n") != data.npos;
  if (!has_error && !has_usage && !in_lines) {
    sink.raw(data);
    return PBAY_OK;
  }
  if (!json_.parse(trimmed(data))) {
    return fail_as(upstream_fault("the upstream sent an answer that is not JSON"));
  }
  const JsonValue root = json_.root();
  const auto error = has_error ? error_in(root) : std::nullopt;
  // One event is one line of data downstream.
  if (!error) sink.raw(in_lines ? root.line(line_) : data);
  if (const JsonValue usage = root["usage"]; usage.is_object()) {
    pbay_ev_usage event = usage_event(usage);  // for those who count; the client has it already
    event.native_json = sdk::bytes(usage.line(line_));
    sink.usage(event);
  }
  return error ? fail_as(*error) : PBAY_OK;
}

pbay_status OpenRouterCall::refuse(std::string_view body) {
  UpstreamError error = classified(body);
  if (json_.parse(trimmed(body))) error = with_metadata(std::move(error), json_.root()["error"]);
  return fail_as(error, as_openai_error(body, error));
}

pbay_status OpenRouterCall::on_end(const pbay_http_end& end, sdk::Sink& sink) {
  if ((!looking_ && !drawn_) || refused() || failed()) return OpenAiShapedCall::on_end(end, sink);
  if (complete_) return PBAY_OK;
  if (end.status < 0) return fail_transport(end);
  if (finishing_) return PBAY_OK;
  return fail_as(upstream_fault("the upstream ended its answer before it was complete"));
}

}  // namespace patchbay::plugins::openrouter
