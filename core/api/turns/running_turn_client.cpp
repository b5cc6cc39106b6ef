// What the client of a running turn sees, and what others can read again.

#include <utility>

#include "core/api/turns/running_turn.hpp"
#include "core/streams/frames.hpp"

namespace patchbay::api {

using storage::VersionStatus;

void RunningTurn::begin_stream(const http::HeaderList& headers) {
  if (std::exchange(begun_, true) || exchange_ == nullptr) return;
  http::HeaderList all = common_headers(context_, exchange_->request());
  for (const http::HeaderList* more : {&headers, &std::as_const(plan_.headers)}) {
    for (const auto& [name, value] : *more)
      all.set(name, value);
  }
  if (!opened_.conversation.id.empty()) all.set("x-conversation-id", opened_.conversation.id);
  if (!opened_.reply_version.empty()) all.set("x-stream-id", opened_.reply_version);
  all.set("content-type", dialect_->content_type());
  all.set("cache-control", "no-cache");
  all.set("x-accel-buffering", "no");
  exchange_->begin(200, all, std::nullopt);
}

void RunningTurn::begin(int, const http::HeaderList& headers, std::optional<std::uint64_t>) {
  begin_stream(headers);
}

// Every encoder here streams; should one not, its whole answer is one piece of a stream.
void RunningTurn::respond(int, const http::HeaderList& headers, std::string_view body) {
  begin_stream(headers);
  write(body);
  end();
}

void RunningTurn::write(std::string_view bytes) {
  const bool waits = files_ > 0 && bytes != dialect_->keep_alive();
  if (!waits) return show(bytes);
  held_ += bytes;
}

void RunningTurn::show(std::string_view bytes) {
  if (bytes.empty()) return;
  const bool counts = bytes != dialect_->keep_alive();
  if (log_ && counts) log_->append(bytes);
  if (exchange_ == nullptr) return;
  if (plan_.numbered && counts) return show_numbered(bytes);
  exchange_->write(bytes);
}

void RunningTurn::show_numbered(std::string_view frames) {
  std::string out;
  while (!frames.empty()) {
    const std::size_t size = streams::frame_size(frames, plan_.lines);
    out += "id: " + opened_.reply_version + ':' + std::to_string(++frames_) + '\n';
    out += frames.substr(0, size);
    frames.remove_prefix(size);
  }
  exchange_->write(out);
}

bool RunningTurn::writable() {
  return exchange_ == nullptr || exchange_->writable();
}

void RunningTurn::on_drain() {
  if (call_) call_->on_drain();
}

void RunningTurn::on_half_close() {
  if (call_) call_->probe();
  if (tools_) write(dialect_->keep_alive());
}

// The connection closes with this turn of the loop; the answer is stored as far as it came.
void RunningTurn::on_shutdown() {
  if (exchange_ == nullptr) return;
  const chat::Failure failure = shutting_down();
  if (call_) call_->hand_over();
  server::Exchange* const exchange = exchange_;
  const bool talking = begun_ && dialect_ != nullptr;
  record(talking ? 200 : chat::status_of(failure), failure.message, chat::class_of(failure));
  exchange_ = nullptr;
  if (talking) {
    std::string out;
    dialect_->fail(failure, out);
    log_->append(out);
    exchange->write(out);
    exchange->end();
  } else {
    plan_.refuse(*exchange, context_, failure, {}, {});
  }
  told_ = true;
  if (state_ != State::kAnswering) return;
  call_.reset();
  end_tools();
  log_->finish();
  failure_ = failure;
  save(VersionStatus::kInterrupted);
}

// Nothing was asked: the client is told why, and nothing is left to store.
void RunningTurn::turn_away(const chat::Failure& failure, bool in_stream) {
  server::Exchange* const exchange = std::exchange(exchange_, nullptr);
  if (exchange != nullptr && in_stream) {
    exchange_ = exchange;
    if (!dialect_) dialect_ = plan_.make_encoder(opened_);
    begin_stream({});
    std::string out;
    dialect_->fail(failure, out);
    exchange->write(out);
    record(200, failure.message, chat::class_of(failure));
    exchange_ = nullptr;
    exchange->end();
  } else if (exchange != nullptr) {
    plan_.refuse(*exchange, context_, failure, {}, {});
  }
  over();
}

// `failure` is what the client is told beside what is stored; null: it went as is stored.
void RunningTurn::tell_end(const std::optional<chat::Failure>& failure) {
  if (std::exchange(told_, true)) return;
  const bool refused = failure && !begun_ && !plan_.failures_in_stream;
  if (refused) {
    if (exchange_ != nullptr) {
      plan_.refuse(
          *std::exchange(exchange_, nullptr), context_, *failure, failure_headers_, logged());
    }
    log_->finish();
    return;
  }
  begin_stream({});
  std::string out;
  if (failure) {
    dialect_->fail(*failure, out);
  } else if (ending_ == VersionStatus::kStopped) {
    dialect_->stopped(out);
  } else {
    dialect_->finish(out);
  }
  show(out);
  log_->finish();
  if (exchange_ == nullptr) return;
  record(200,
         failure ? failure->message : "",
         failure ? std::optional(chat::class_of(*failure)) : std::nullopt);
  std::exchange(exchange_, nullptr)->end();
}

Logged RunningTurn::logged() const {
  const relay::Outcome outcome = call_ ? call_->outcome() : outcome_;
  return {.provider = outcome.provider,
          .model = outcome.upstream_model,
          .first_byte_ms = outcome.first_byte_ms,
          .usage = outcome.usage};
}

void RunningTurn::record(int status,
                         std::string_view failure,
                         std::optional<telemetry::ErrorClass> error) {
  if (exchange_ == nullptr) return;
  Logged line = logged();
  line.status = status;
  line.failure = failure;
  line.error = error;
  record_request(exchange_->request(), context_, line);
}

}  // namespace patchbay::api
