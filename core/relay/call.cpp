#include "core/relay/call.hpp"

#include <utility>

#include "core/plugin_host/vocabulary.hpp"
#include "core/relay/answer_headers.hpp"
#include "core/relay/kept_buffer.hpp"
#include "core/relay/limits.hpp"

namespace patchbay::relay {
namespace {

bool is_event_stream(std::string_view content_type) {
  return http::starts_with_ignoring_case(content_type, "text/event-stream");
}

// What is played while it comes.
bool is_sound(std::string_view content_type) {
  return http::starts_with_ignoring_case(content_type, "audio/");
}

// Whether the client has got something once it has this.
bool is_content(std::uint32_t event_type) {
  return event_type != PBAY_EV_META && event_type != PBAY_EV_USAGE && event_type != PBAY_EV_EXTRA;
}

}  // namespace

Call::Call(Context context,
           CallRequest request,
           routing::Route route,
           EncoderFactory make_encoder,
           ClientSide& client)
    : context_(context),
      request_(std::move(request)),
      route_(std::move(route)),
      make_encoder_(std::move(make_encoder)),
      client_(client),
      started_(Clock::now()),
      flush_(
          context.workplace.worker, [this] { flush(); }, "events of a call"),
      commit_timer_(
          context.workplace.worker, [this] { on_commit_time(); }, "beginning of an answer"),
      silence_timer_(
          context.workplace.worker, [this] { on_silence(); }, "keep-alive of an answer"),
      deadline_timer_(
          context.workplace.worker, [this] { on_deadline(); }, "call's time-out") {}

Call::~Call() {
  if (series_ == nullptr) return;
  error_ = telemetry::ErrorClass::kClientGone;
  over();
}

void Call::start() {
  if (request_.deadline != Time::max()) deadline_timer_.arm_at(request_.deadline);
  try_target(0);
}

void Call::try_target(std::size_t index) {
  target_ = index;
  encoder_ = make_encoder_();
  const routing::Target& target = route_.targets[index];
  SignatureStore* const signatures = context_.workplace.signatures;
  if (signatures != nullptr && request_.mode == PBAY_MODE_CHAT) {
    signatures_.emplace(*signatures, target.provider);
  }
  count_as(&context_.workplace.worker.metrics().calls.at({target.provider,
                                                          route_.rule,
                                                          plugin_host::mode_name(request_.mode),
                                                          request_.stream ? "true" : "false"}));
  attempt_ = std::make_unique<Attempt>(context_.workplace,
                                       context_.providers.find(target.provider)->second,
                                       request_,
                                       target.upstream_model,
                                       static_cast<std::uint32_t>(index),
                                       *this);
  attempt_->start();
  // Nobody will tell when a provider that does its own work has accepted; it gets the same time.
  if (!over_ && attempt_->active() && is_talk()) commit_timer_.arm(limits::kCommitAfter);
}

// The upstream says yes. Whether it passes as it is or is written anew decides everything after.
void Call::on_answer(const upstream::ResponseHead& head, bool passes) {
  upstream_headers_ = answer_headers_of(head.headers);
  if (passes) {
    status_ = head.status;
    content_type_ = head.headers.find("content-type").value_or("application/json");
    const bool names_a_model = !is_sound(content_type_);
    passing_.emplace(PassThrough::Options{.events = is_event_stream(content_type_),
                                          .show_alias = route_.alias && names_a_model},
                     *encoder_);
    if (!(route_.alias && names_a_model) && head.content_length >= 0) {
      length_ = static_cast<std::uint64_t>(head.content_length);
    }
  } else {
    status_ = 200;
  }
  if (is_talk()) commit_timer_.arm(limits::kCommitAfter);
}

// True when the client may have the answer in pieces as they come.
bool Call::streams() const {
  return passing_ ? passing_->events() || is_sound(content_type_) : encoder_->streaming();
}

// True of a stream into which more can be put than its content: keep-alives, and what went wrong.
bool Call::is_talk() const {
  return passing_ ? passing_->events() : encoder_->streaming() && !encoder_->keep_alive().empty();
}

Status Call::on_bytes(std::string_view bytes) {
  Status fed = passing_->feed(bytes, out_);
  flush();
  return fed;
}

pbay_status Call::on_event(const pbay_event& event) {
  const pbay_status status = encoder_->on_event(event, out_);
  if (signatures_) signatures_->on_event(event);
  has_content_ = has_content_ || is_content(event.type);
  if (!out_.empty()) flush_.schedule();
  return status;
}

// Hands over what is there, once something is there and it may go.
void Call::flush() {
  if (over_ || out_.empty()) return;
  if (!committed_) {
    if (!streams() && out_.size() < limits::kHeldBytesMax) return;
    if (!streams() && !passing_) return;     // a body written anew is whole or nothing
    if (!passing_ && !has_content_) return;  // a name and an id are no answer yet
    commit();
  }
  client_.write(out_);
  empty(out_);
  last_write_ = context_.workplace.worker.now();
  if (!silence_timer_.armed() && is_talk()) silence_timer_.arm(limits::kKeepAlive);
  if (!client_.writable() && attempt_) attempt_->pause();
}

void Call::hand_over() {
  if (over_ || out_.empty() || !is_talk()) return;
  if (!committed_) commit();
  client_.write(out_);
  out_.clear();
}

void Call::commit() {
  committed_ = true;
  began();
  client_.begin(status_, answer_headers(), is_talk() ? std::nullopt : length_);
}

void Call::began() {
  commit_timer_.cancel();
  deadline_timer_.cancel();
  const Clock::duration took = Clock::now() - started_;
  first_byte_ms_ = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
  series_->first_byte.observe(took);
}

// The last thing that happens in a call, once.
void Call::over() {
  over_ = true;
  telemetry::CallSeries& series = *series_;
  count_as(nullptr);
  series.duration.observe(Clock::now() - started_);
  (error_ ? series.errors[telemetry::index_of(*error_)] : series.good).add();
  const chat::Usage usage = encoder_->usage();
  const auto count = [](telemetry::Counter& counter, std::int64_t tokens) {
    if (tokens > 0) counter.add(static_cast<std::uint64_t>(tokens));
  };
  count(series.tokens_in, usage.input);
  count(series.tokens_cached, usage.cached);
  count(series.tokens_out, usage.output);
}

void Call::count_as(telemetry::CallSeries* series) {
  if (series_ != nullptr) series_->active.add(-1);
  series_ = series;
  if (series_ != nullptr) series_->active.add(1);
}

http::HeaderList Call::answer_headers() const {
  http::HeaderList headers = upstream_headers_;
  headers.set("content-type", passing_ ? content_type_ : encoder_->content_type());
  if (streams()) {
    headers.set("cache-control", "no-cache");
    headers.set("x-accel-buffering", "no");
  }
  return headers;
}

http::HeaderList Call::answer_headers_of(const http::HeaderList& upstream) const {
  return client_headers(upstream, encoder_->vendor_header_prefix());
}

void Call::on_drain() {
  if (!over_ && attempt_) attempt_->resume();
}

void Call::on_done() {
  if (passing_) {
    passing_->finish(out_);
  } else {
    encoder_->finish(out_);
  }
  if (committed_) {
    client_.write(out_);
    over();
    client_.end();
  } else if (streams()) {
    commit();
    client_.write(out_);
    over();
    client_.end();
  } else {
    began();
    if (passing_ && !route_.alias) encoder_->read_usage(out_);
    over();
    client_.respond(status_, answer_headers(), out_);
  }
  out_.clear();
  silence_timer_.cancel();
  attempt_.reset();
}

void Call::on_failed(chat::Failure failure, const http::HeaderList& upstream_headers) {
  if (over_) return;
  flush();  // what came before the failure was an answer, and counts
  const http::HeaderList headers = answer_headers_of(upstream_headers);
  if (!committed_ && target_ + 1 < route_.targets.size()) {
    commit_timer_.cancel();
    out_.clear();
    passing_.reset();
    length_.reset();
    content_type_.clear();
    upstream_headers_.clear();
    has_content_ = false;
    return try_target(target_ + 1);
  }
  give_up(failure, headers);
  attempt_.reset();
}

void Call::give_up(const chat::Failure& failure, const http::HeaderList& headers) {
  failure_ = failure.message;
  error_ = chat::class_of(failure);
  over();
  commit_timer_.cancel();
  silence_timer_.cancel();
  deadline_timer_.cancel();
  if (!committed_) {
    status_ = chat::status_of(failure);
    return client_.refuse(failure, headers);
  }
  if (!is_talk()) return client_.abort();  // half a body can only be cut off
  // Complete events that were written still count; half an event was held back and is dropped.
  encoder_->fail(failure, out_);
  client_.write(out_);
  out_.clear();
  client_.end();
}

void Call::on_commit_time() {
  if (over_ || committed_ || !is_talk()) return;
  commit();
  on_silence();  // nothing was written yet, so that is due
}

// The timer is not moved with every event: that would cost more than the event. It looks for itself
// whether anything was written since it was set.
void Call::on_silence() {
  if (over_ || !committed_) return;
  const Time now = context_.workplace.worker.now();
  if (now - last_write_ >= limits::kKeepAlive) {
    client_.write(encoder_->keep_alive());
    last_write_ = now;
  }
  silence_timer_.arm_at(last_write_ + limits::kKeepAlive);
}

void Call::probe() {
  if (committed_ && is_talk() && !over_) client_.write(encoder_->keep_alive());
}

void Call::on_deadline() {
  if (over_ || committed_) return;
  chat::Failure failure;
  failure.category = PBAY_ERR_TIMEOUT;
  failure.message = "No answer within the time that the client allows";
  give_up(failure, {});
  attempt_.reset();
}

void Call::shut_down() {
  if (over_) return;
  chat::Failure failure;
  failure.category = PBAY_ERR_OVERLOADED;
  failure.message = "The server is shutting down";
  give_up(failure, {});
  attempt_.reset();
}

Outcome Call::outcome() const {
  Outcome outcome;
  outcome.provider = route_.targets[target_].provider;
  outcome.upstream_model = route_.targets[target_].upstream_model;
  outcome.status = over_ || committed_ ? status_ : 0;
  outcome.failure = failure_;
  outcome.error = error_;
  outcome.usage = encoder_->usage();
  outcome.first_byte_ms = first_byte_ms_;
  return outcome;
}

}  // namespace patchbay::relay
