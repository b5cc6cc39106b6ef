#include "plugins/gemini/gemini_call.hpp"

#include <algorithm>
#include <array>
#include <type_traits>

#include "plugins/gemini/chat_request.hpp"
#include "plugins/gemini/gemini_provider.hpp"
#include "plugins/gemini/vendor_error.hpp"
#include "plugins/shared/openai_operation.hpp"
#include "plugins/shared/redact.hpp"

namespace patchbay::plugins::gemini {
namespace {

bool is_error(int status) {
  return status >= 400;
}

}  // namespace

GeminiCall::GeminiCall(const GeminiProvider& provider, const pbay_request& request)
    : sdk::Call(provider.host, request), provider_(provider), job_(job_of(host(), request)) {}

GeminiCall::Job GeminiCall::job_of(const sdk::Host& host, const pbay_request& request) {
  switch (request.mode) {
    case PBAY_MODE_CHAT:
      if (sdk::view(request.dialect) == "openai.chat/1") return GeminiAnswer(host);
      return Passing{};
    case PBAY_MODE_EMBEDDING:
      return Embeddings(sdk::view(request.model));
    case PBAY_MODE_IMAGE:
      return Images(host);
    case PBAY_MODE_MODELS:
      return ModelPages();
    default:
      return Passing{};
  }
}

std::string_view GeminiCall::chat_method() const {
  return streaming() ? ":streamGenerateContent?alt=sse" : ":generateContent";
}

bool GeminiCall::build(GeminiAnswer& /*job*/, Translation& translation) {
  upstream_.target = model_path(model());
  upstream_.target += chat_method();
  if (!request_json_.parse(body())) {
    return translation.refuse("", "the body is not JSON");
  }
  return write_chat_request(request_json_.root(), translation, upstream_.body);
}

bool GeminiCall::build(Embeddings& job, Translation& translation) {
  upstream_.framing = PBAY_FRAME_WHOLE;
  return job.build(body(), translation, upstream_);
}

bool GeminiCall::build(Images& job, Translation& translation) {
  upstream_.framing = PBAY_FRAME_WHOLE;
  return job.build(request(), translation, upstream_);
}

bool GeminiCall::build(ModelPages& job, Translation& /*translation*/) {
  upstream_.framing = PBAY_FRAME_WHOLE;
  job.build(upstream_);
  return true;
}

bool GeminiCall::build(Passing& /*job*/, Translation& translation) {
  if (is_raw()) {
    if (is_safe_path(sdk::view(request().path))) return true;
    return translation.refuse(
        "path", "the path leads out of the API or has characters that no path may have");
  }
  upstream_.target = model_path(model());
  upstream_.target += chat_method();
  return true;
}

pbay_status GeminiCall::build_request(sdk::HttpRequest& out) {
  Translation translation{.model = traits_of(model()),
                          .api_url = provider_.api_url(),
                          .safety_settings = provider_.safety_settings(),
                          .refusal = {},
                          .dropped = {}};
  upstream_.target.clear();
  upstream_.body.clear();
  status_ = 0;
  if (!std::visit([&](auto& job) { return build(job, translation); }, job_)) {
    failed_ = true;
    return fail({.category = PBAY_ERR_BAD_REQUEST,
                 .message = translation.refusal.message,
                 .code = translation.refusal.code,
                 .param = translation.refusal.param});
  }
  tell(translation);

  url_ = is_raw() ? provider_.base_url() : provider_.api_url();
  url_ += is_raw() ? sdk::view(request().path) : "/" + upstream_.target;
  if (upstream_.is_get) {
    out.get(url_, upstream_.framing);
  } else {
    out.post(url_, upstream_.framing);
  }
  if (is_raw()) out.raw().method = request().method;
  fill_headers(out);
  if (!std::holds_alternative<Passing>(job_)) {
    out.body(upstream_.body.pieces());
  } else if (!is_raw() || !body().empty() || !client_header("content-type").empty()) {
    out.body(allocate(pbay_piece{{nullptr, 0}, PBAY_PIECE_CLIENT_BODY}));
  }
  return PBAY_OK;
}

void GeminiCall::fill_headers(sdk::HttpRequest& out) const {
  const std::span<const pbay_kv> common = provider_.headers.views();
  const std::span<pbay_kv> headers = allocate<pbay_kv>(common.size() + 2);
  std::copy(common.begin(), common.end(), headers.begin());
  std::size_t count = common.size();
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) headers[count++] = {sdk::str(name), sdk::str(value)};
  };
  const std::string_view accepted = streaming() ? "text/event-stream" : "application/json";
  if (is_raw()) {
    const std::string_view wanted = client_header("accept");
    add("accept", wanted.empty() ? "*/*" : wanted);
    add("content-type", client_header("content-type"));
  } else {
    add("accept", accepted);
    if (!upstream_.is_get) add("content-type", "application/json");
  }
  out.headers(headers.first(count));
}

void GeminiCall::tell(const Translation& translation) const {
  if (!translation.dropped.empty() && host().logs(PBAY_LOG_DEBUG)) {
    host().log(PBAY_LOG_DEBUG,
               id(),
               "left out of the request, as this vendor has no place for it",
               {{sdk::str("fields"), sdk::str(translation.dropped)}});
  }
  if (translation.lost_signatures > 0) {
    host().log(PBAY_LOG_WARN,
               id(),
               "thought signatures were lost on the way; the vendor's placeholder stands for them");
  }
}

pbay_status GeminiCall::on_head(const pbay_http_head& head, sdk::Sink& /*sink*/) {
  status_ = head.status;
  const std::span<const pbay_kv> headers(head.headers, head.header_count);
  if (is_error(status_)) {
    constexpr std::array<std::string_view, 2> kKept{"retry-after-ms", "retry-after"};
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
  if (!is_raw() && !may_answer(OpenAiOperation::kChat, type)) {
    return fail_as(upstream_fault("the upstream answered with " + std::string(type.substr(0, 100)) +
                                  " where JSON or an event stream was expected"));
  }
  return std::holds_alternative<Passing>(job_) ? PBAY_S_PASSTHROUGH : PBAY_OK;
}

Outcome GeminiCall::read(std::string_view data, sdk::Sink& sink) {
  return std::visit(
      [&](auto& job) {
        if constexpr (std::is_same_v<std::decay_t<decltype(job)>, Passing>) {
          return Outcome::kFailed;  // never asked
        } else {
          return job.piece(data, sink);
        }
      },
      job_);
}

Outcome GeminiCall::end(sdk::Sink& sink) {
  return std::visit(
      [&](auto& job) {
        using Kind = std::decay_t<decltype(job)>;
        if constexpr (std::is_same_v<Kind, Passing>) {
          return Outcome::kDone;
        } else if constexpr (std::is_same_v<Kind, ModelPages>) {
          return job.end();
        } else {
          return job.end(sink);
        }
      },
      job_);
}

UpstreamError GeminiCall::job_error() const {
  return std::visit(
      [](const auto& job) {
        if constexpr (std::is_same_v<std::decay_t<decltype(job)>, Passing>) {
          return UpstreamError();
        } else {
          return job.error();
        }
      },
      job_);
}

pbay_status GeminiCall::on_frames(std::span<const pbay_frame> frames, sdk::Sink& sink) {
  if (is_error(status_)) return refused(sdk::view(frames.front().data));
  if (status_ == 0 || std::holds_alternative<Passing>(job_)) return PBAY_E_INVALID;
  for (const pbay_frame& frame : frames) {
    const Outcome outcome = read(sdk::view(frame.data), sink);
    if (sink.status() < 0) return sink.status();
    if (outcome == Outcome::kFailed) return fail_as(job_error());
    if (outcome == Outcome::kDone) return PBAY_S_STOP;
  }
  return PBAY_OK;
}

pbay_status GeminiCall::on_end(const pbay_http_end& end, sdk::Sink& sink) {
  if (failed_) return PBAY_E_FAIL;
  if (is_error(status_)) return refused({});
  const auto* chat = std::get_if<GeminiAnswer>(&job_);
  if (chat != nullptr && chat->ended()) return PBAY_OK;
  // How the connection ended does not matter once everything was said.
  if (end.status < 0 && (chat == nullptr || !chat->complete())) return fail_transport(end);
  const Outcome outcome = this->end(sink);
  if (sink.status() < 0) return sink.status();
  if (outcome == Outcome::kFailed) return fail_as(job_error());
  return outcome == Outcome::kNext ? PBAY_S_NEXT_REQUEST : PBAY_OK;
}

pbay_status GeminiCall::refused(std::string_view body) {
  // The vendor's own words are for clients of its own dialect; others could not read them.
  const bool passing = std::holds_alternative<Passing>(job_);
  return fail_as(classify_vendor_answer(status_, error_headers_, body, host().unix_ms()),
                 passing ? body : std::string_view());
}

pbay_status GeminiCall::fail_as(const UpstreamError& error, std::string_view body) {
  failed_ = true;  // on_end() must not say something else
  UpstreamError shown = error;
  std::string shown_body(body);
  for (std::string* text : {&shown.message, &shown.code, &shown.param, &shown_body})
    redact(*text, provider_.headers.secrets());
  return fail(shown.failure(shown_body));
}

}  // namespace patchbay::plugins::gemini
