#include "core/api/chat_completions.hpp"

#include <charconv>
#include <utility>

#include "core/dialects/openai_chat/chat_request.hpp"
#include "core/dialects/openai_chat/stream_encoder.hpp"
#include "core/dialects/openai_chat/whole_encoder.hpp"
#include "core/relay/call.hpp"

namespace patchbay::api {
namespace {

namespace dialect = dialects::openai_chat;

static_assert(server::kBodyPadding == json::Padded::kBytes);

// SDKs tell how long they wait for an answer to begin; nobody reads one that comes later.
Time deadline_of(const http::HeaderList& headers) {
  const auto text = headers.find("x-stainless-timeout");
  if (!text) return Time::max();
  double seconds = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), seconds);
  const bool sane = error == std::errc() && seconds > 0 && seconds < 86'400;
  if (!sane) return Time::max();
  return Clock::now() + std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

std::unique_ptr<chat::Encoder> make_encoder(const dialect::ChatRequest& request,
                                            const std::string& shown,
                                            bool alias) {
  if (request.stream) {
    return std::make_unique<dialect::StreamEncoder>(dialect::StreamEncoder::Options{
        .model = shown, .keep_model = alias, .include_usage = request.include_usage});
  }
  return std::make_unique<dialect::WholeEncoder>(
      dialect::WholeEncoder::Options{.model = shown, .keep_model = alias});
}

// Joins one exchange and one call: the exchange owns it, it owns the call.
class ChatResponder final : public server::Responder, public relay::ClientSide {
 public:
  ChatResponder(server::Exchange& exchange, Context context, dialect::ChatRequest asked)
      : exchange_(exchange), context_(std::move(context)), asked_(std::move(asked)) {}

  void start(relay::CallRequest request, routing::Route route) {
    const bool alias = route.alias;
    shown_ = alias ? asked_.model : route.targets.front().upstream_model;
    call_.emplace(
        relay::Call::Context{*context_.workplace, context_.snapshot->providers},
        std::move(request),
        std::move(route),
        [this, alias] { return make_encoder(asked_, shown_, alias); },
        *this);
    call_->start();
  }

  // server::Responder
  void on_drain() override { call_->on_drain(); }
  void on_half_close() override { call_->probe(); }
  void on_gone() override { record(499, telemetry::ErrorClass::kClientGone); }
  void on_shutdown() override { call_->shut_down(); }

 private:
  // relay::ClientSide
  void respond(int status, const http::HeaderList& headers, std::string_view body) override {
    record(status);
    exchange_.respond(status, with_common(headers), body);
  }

  void refuse(const chat::Failure& failure, const http::HeaderList& headers) override {
    const relay::Outcome outcome = call_->outcome();
    reply_failure(exchange_,
                  context_,
                  failure,
                  headers,
                  {.provider = outcome.provider, .model = outcome.upstream_model});
  }

  void begin(int status,
             const http::HeaderList& headers,
             std::optional<std::uint64_t> content_length) override {
    exchange_.begin(status, with_common(headers), content_length);
  }

  void write(std::string_view bytes) override { exchange_.write(bytes); }
  void end() override {
    record(call_->outcome().status);
    exchange_.end();
  }
  void abort() override {
    record(call_->outcome().status);
    exchange_.abort();
  }
  bool writable() override { return exchange_.writable(); }

  http::HeaderList with_common(const http::HeaderList& headers) {
    http::HeaderList all = common_headers(context_, exchange_.request());
    for (const auto& [name, value] : headers)
      all.set(name, value);
    return all;
  }

  void record(int status, std::optional<telemetry::ErrorClass> error = {}) {
    const relay::Outcome outcome = call_->outcome();
    record_request(exchange_.request(),
                   context_,
                   {.status = status,
                    .provider = outcome.provider,
                    .model = outcome.upstream_model,
                    .failure = outcome.failure,
                    .error = error ? error : outcome.error,
                    .first_byte_ms = outcome.first_byte_ms,
                    .usage = outcome.usage});
  }

  server::Exchange& exchange_;
  const Context context_;
  const dialect::ChatRequest asked_;
  std::string shown_;  // what the answer calls the model
  std::optional<relay::Call> call_;
};

}  // namespace

void chat_completions(server::Exchange& exchange, const Context& context) {
  server::Request& request = exchange.request();
  auto read = dialect::read_request(json::Padded(request.body()));
  if (const auto* failure = std::get_if<chat::Failure>(&read)) {
    return reply_failure(exchange, context, *failure);
  }
  auto& chat_request = std::get<dialect::ChatRequest>(read);
  auto resolved = context.snapshot->routes.resolve(chat_request.model);
  if (const auto* failure = std::get_if<chat::Failure>(&resolved)) {
    return reply_failure(exchange, context, *failure);
  }
  relay::CallRequest call;
  call.mode = PBAY_MODE_CHAT;
  call.dialect = dialect::kDialect;
  call.stream = chat_request.stream;
  call.padded_body = std::move(request.padded_body);
  call.model_value = chat_request.model_value;
  call.method = request.method;
  call.path = request.target;
  call.headers = request.headers;
  call.request_id = context.request_id;
  call.deadline = deadline_of(request.headers);

  auto responder = std::make_unique<ChatResponder>(exchange, context, std::move(chat_request));
  ChatResponder& answering = *responder;
  exchange.attach(std::move(responder));
  answering.start(std::move(call), std::move(std::get<routing::Route>(resolved)));
}

}  // namespace patchbay::api
