#include "core/api/call_responder.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/dialects/openai_chat/chat_request.hpp"
#include "core/dialects/openai_chat/restore_signatures.hpp"
#include "core/relay/signature_store.hpp"

namespace patchbay::api {
namespace {

static_assert(server::kBodyPadding == json::Padded::kBytes);

// The exchange owns it, it owns the call.
class CallResponder final : public server::Responder, public relay::ClientSide {
 public:
  CallResponder(server::Exchange& exchange, Context context, CallPlan plan)
      : exchange_(exchange),
        context_(std::move(context)),
        headers_(std::move(plan.headers)),
        refuse_(std::move(plan.refuse)),
        call_(relay::Call::Context{*context_.workplace, context_.snapshot->providers},
              std::move(plan.request),
              std::move(plan.route),
              std::move(plan.make_encoder),
              *this) {}

  void start() { call_.start(); }

  // server::Responder
  void on_drain() override { call_.on_drain(); }
  void on_half_close() override { call_.probe(); }
  void on_gone() override { record(499, telemetry::ErrorClass::kClientGone); }
  void on_shutdown() override { call_.shut_down(); }

 private:
  // relay::ClientSide
  void respond(int status, const http::HeaderList& headers, std::string_view body) override {
    record(status);
    exchange_.respond(status, with_common(headers), body);
  }

  void refuse(const chat::Failure& failure, const http::HeaderList& headers) override {
    const relay::Outcome outcome = call_.outcome();
    refuse_(exchange_,
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
    record(call_.outcome().status);
    exchange_.end();
  }
  void abort() override {
    record(call_.outcome().status);
    exchange_.abort();
  }
  bool writable() override { return exchange_.writable(); }

  http::HeaderList with_common(const http::HeaderList& headers) {
    http::HeaderList all = common_headers(context_, exchange_.request());
    for (const auto& [name, value] : headers)
      all.set(name, value);
    for (const auto& [name, value] : headers_)
      all.set(name, value);
    return all;
  }

  void record(int status, std::optional<telemetry::ErrorClass> error = {}) {
    const relay::Outcome outcome = call_.outcome();
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
  const http::HeaderList headers_;
  const Refuse refuse_;
  relay::Call call_;
};

// Clients drop the signatures of a model's reasoning; the provider that gave them wants them back.
void put_signatures_back(CallPlan& plan, const relay::SignatureStore* store) {
  namespace dialect = dialects::openai_chat;
  if (store == nullptr || store->empty() || plan.request.dialect != dialect::kDialect) return;
  const auto find = [&, now = Clock::now()](std::string_view call_id) {
    auto kept = store->find(call_id, now);
    const auto goes_there = [&](const auto& target) { return target.provider == kept->provider; };
    const auto& targets = plan.route.targets;
    if (kept && std::none_of(targets.begin(), targets.end(), goes_there)) kept.reset();
    return kept;
  };
  dialect::restore_signatures(plan.request.padded_body, plan.request.model_value, find);
}

}  // namespace

Time deadline_of(const http::HeaderList& headers) {
  const auto text = headers.find("x-stainless-timeout");
  if (!text) return Time::max();
  double seconds = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), seconds);
  const bool sane = error == std::errc() && seconds > 0 && seconds < 86'400;
  if (!sane) return Time::max();
  return Clock::now() + std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

void answer_by_call(server::Exchange& exchange, const Context& context, CallPlan plan) {
  put_signatures_back(plan, context.workplace->signatures);
  auto responder = std::make_unique<CallResponder>(exchange, context, std::move(plan));
  CallResponder& answering = *responder;
  exchange.attach(std::move(responder));
  answering.start();
}

}  // namespace patchbay::api
