#include "core/relay/recorder.hpp"

#include <chrono>
#include <utility>

#include "core/base/clock.hpp"
#include "core/base/uuid.hpp"

namespace patchbay::relay {
namespace {

bool is_event_stream(const http::HeaderList& headers) {
  return http::starts_with_ignoring_case(headers.find("content-type").value_or(""),
                                         "text/event-stream");
}

bool holds_a_secret(const ConfigValue& value) {
  const bool is_url = value.text.find("://") != value.text.npos;
  return value.secret && (!is_url || value.text.find('@') != value.text.npos);
}

void add_secrets(const ConfigValue& value, std::vector<std::string>& out) {
  if (holds_a_secret(value)) out.push_back(value.text);
  for (const ConfigValue& item : value.items)
    add_secrets(item, out);
  for (const ConfigValue::Member& member : value.members)
    add_secrets(member.value, out);
}

class RecordedTransfer final : public upstream::Transfer, private upstream::ResponseHandler {
 public:
  RecordedTransfer(const Recorder& recorder,
                   RecordedExchange exchange,
                   upstream::ResponseHandler& handler)
      : recorder_(recorder), exchange_(std::move(exchange)), handler_(handler) {}

  ~RecordedTransfer() override {
    if (written_) return;
    exchange_.error = "the call ended before the answer did";
    write();
  }

  void start(upstream::Client& client, upstream::Request request) {
    inner_ = client.start(std::move(request), *this);
  }

  void pause() override { inner_->pause(); }
  void resume() override { inner_->resume(); }
  [[nodiscard]] std::uint64_t received() const override { return inner_->received(); }

 private:
  // Whoever hears of it may destroy this object, so telling is the last of each.
  void on_head(const upstream::ResponseHead& head) override {
    exchange_.status = head.status;
    exchange_.response_headers = head.headers;
    exchange_.stream = exchange_.stream || is_event_stream(head.headers);
    exchange_.first_byte_ms = elapsed_ms();
    handler_.on_head(head);
  }
  void on_body(std::string_view bytes) override {
    exchange_.response_body.append(bytes);
    handler_.on_body(bytes);
  }
  void on_end(Status status) override {
    exchange_.complete = status.has_value();
    if (!status) exchange_.error = status.error().message;
    write();
    handler_.on_end(std::move(status));
  }

  void detach() override {
    exchange_.complete = true;  // its reader knows that this was all
    write();
    Transfer::finish(std::move(inner_));
  }

  [[nodiscard]] std::int64_t elapsed_ms() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began_).count();
  }

  void write() {
    written_ = true;
    exchange_.took_ms = elapsed_ms();
    recorder_.write(std::move(exchange_));
  }

  const Recorder& recorder_;
  RecordedExchange exchange_;
  upstream::ResponseHandler& handler_;
  const Time began_ = Clock::now();
  bool written_ = false;
  std::unique_ptr<upstream::Transfer> inner_;
};

}  // namespace

std::vector<std::string> secrets_in(const ConfigValue& config) {
  std::vector<std::string> secrets;
  add_secrets(config, secrets);
  return secrets;
}

Recorder::Recorder(std::string provider_type,
                   RecordingTarget target,
                   std::shared_ptr<RecordingWriter> writer)
    : provider_type_(std::move(provider_type)),
      target_(std::make_shared<const RecordingTarget>(std::move(target))),
      writer_(std::move(writer)) {}

std::unique_ptr<upstream::Transfer> Recorder::start(upstream::Client& client,
                                                    upstream::Request request,
                                                    upstream::ResponseHandler& handler,
                                                    const CallSummary& about) const {
  RecordedExchange exchange;
  exchange.id = make_uuid();
  exchange.provider_type = provider_type_;
  exchange.provider = target_->provider;
  exchange.request_id = about.request_id;
  exchange.model = about.model;
  exchange.stream = about.stream;
  exchange.began_unix_ms = unix_ms();
  exchange.method = request.method;
  exchange.url = request.url;
  exchange.request_headers = request.headers;
  for (const std::string_view piece : request.body)
    exchange.request_body.append(piece);

  auto transfer = std::make_unique<RecordedTransfer>(*this, std::move(exchange), handler);
  transfer->start(client, std::move(request));
  return transfer;
}

void Recorder::write(RecordedExchange exchange) const {
  writer_->write(target_, std::move(exchange));
}

std::unique_ptr<upstream::Transfer> start_transfer(const Provider& provider,
                                                   upstream::Client& client,
                                                   upstream::Request request,
                                                   upstream::ResponseHandler& handler,
                                                   const CallSummary& about) {
  if (provider.recorder == nullptr) return client.start(std::move(request), handler);
  return provider.recorder->start(client, std::move(request), handler, about);
}

}  // namespace patchbay::relay
