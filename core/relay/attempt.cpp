#include "core/relay/attempt.hpp"

#include <utility>

#include "core/chat/event.hpp"
#include "core/plugin_host/vocabulary.hpp"
#include "core/relay/answer_headers.hpp"
#include "core/relay/attempt_failure.hpp"
#include "core/relay/limits.hpp"
#include "core/relay/recorder.hpp"

namespace patchbay::relay {
namespace {

using chat::as_bytes;
using chat::as_str;
using chat::view;
using enum telemetry::UpstreamError;

std::uint64_t nanoseconds(Time time) {
  return time == Time::max() ? 0 : static_cast<std::uint64_t>(time.time_since_epoch().count());
}

pbay_status transport_status(ErrorCode code) {
  switch (code) {
    case ErrorCode::kTimeout:
      return PBAY_E_TIMEOUT;
    case ErrorCode::kProtocol:
    case ErrorCode::kTooLarge:
      return PBAY_E_PROTOCOL;
    default:
      return PBAY_E_FAIL;
  }
}

std::vector<pbay_kv> as_kv(const http::HeaderList& headers) {
  std::vector<pbay_kv> list;
  list.reserve(headers.size());
  for (const auto& [name, value] : headers)
    list.push_back({as_str(name), as_str(value)});
  return list;
}

}  // namespace

Attempt::Attempt(Workplace& workplace,
                 const Provider& provider,
                 const CallRequest& request,
                 std::string upstream_model,
                 std::uint32_t number,
                 AttemptObserver& observer)
    : workplace_(workplace),
      provider_(provider),
      client_request_(request),
      upstream_model_(std::move(upstream_model)),
      observer_(observer),
      series_(workplace.worker.metrics().providers.at({provider.instance->name()})),
      delay_(
          workplace.worker, [this] { send(); }, "call whose request was delayed"),
      silence_(
          workplace.worker, [this] { time_out("was silent for too long"); }, "call's time-out"),
      total_(
          workplace.worker, [this] { time_out("did not finish in time"); }, "call's time-out") {
  fill_request(number);
}

Attempt::~Attempt() {
  transfer_.reset();  // before the plugin forgets the bytes that are being sent
  if (call_ && call_->active()) call_->cancel();
}

void Attempt::fill_request(std::uint32_t number) {
  for (const auto& [name, value] : client_request_.headers) {
    for (const std::string& wanted : provider_.instance->client_headers()) {
      if (http::equals_ignoring_case(name, wanted)) {
        client_headers_.push_back({as_str(name), as_str(value)});
      }
    }
  }
  request_.size = sizeof(request_);
  request_.mode = client_request_.mode;
  if (client_request_.same_dialect) request_.flags |= PBAY_REQ_SAME_DIALECT;
  if (client_request_.stream) request_.flags |= PBAY_REQ_STREAM;
  if (client_request_.want_usage) request_.flags |= PBAY_REQ_WANT_USAGE;
  request_.attempt = number;
  request_.dialect = as_str(client_request_.dialect);
  request_.model = as_str(upstream_model_);
  if (client_request_.parts.empty()) request_.body = as_bytes(client_request_.body());
  fill_parts();
  request_.model_value = {client_request_.model_value.begin, client_request_.model_value.size()};
  request_.headers = client_headers_.data();
  request_.header_count = client_headers_.size();
  request_.method = as_str(client_request_.method);
  request_.path = as_str(client_request_.path);
  request_.request_id = as_str(client_request_.request_id);
  request_.deadline_ns = nanoseconds(client_request_.deadline);
}

// The contents stay where the client's bytes lie: a provider names them in its body's pieces.
void Attempt::fill_parts() {
  parts_.reserve(client_request_.parts.size());
  for (const http::FormPart& part : client_request_.parts) {
    parts_.push_back({.size = sizeof(pbay_part),
                      .reserved = 0,
                      .name = as_str(part.name),
                      .filename = as_str(part.filename),
                      .content_type = as_str(part.content_type),
                      .length = part.content.size(),
                      .data = as_bytes(part.content)});
    part_pointers_.push_back(&parts_.back());
  }
  request_.parts = part_pointers_.data();
  request_.part_count = part_pointers_.size();
}

// What a piece of an upstream body stands for; nothing if it names what is not there.
std::optional<std::string_view> Attempt::bytes_of(const pbay_piece& piece) const {
  if (piece.source == PBAY_PIECE_BYTES) return view(piece.bytes);
  if (piece.source == PBAY_PIECE_CLIENT_BODY) return client_request_.body();
  const auto& parts = client_request_.parts;
  if (piece.source < 0 || static_cast<std::uint64_t>(piece.source) >= parts.size()) return {};
  return parts[static_cast<std::size_t>(piece.source)].content;
}

void Attempt::start() {
  if (!provider_.instance->offers(client_request_.mode, client_request_.dialect)) {
    return fail(chat::bad_request("The provider `" + provider_.instance->name() +
                                      "` does not offer the mode `" +
                                      std::string(plugin_host::mode_name(client_request_.mode)) +
                                      "` as " + client_request_.dialect,
                                  "model",
                                  "unsupported_by_provider"));
  }
  begun_ = workplace_.worker.now();
  await_credential();
}

void Attempt::begin() {
  total_.cancel();
  if (provider_.credentials != nullptr) credential_ = provider_.credentials->version();
  reactor::Worker& worker = workplace_.worker;
  plugin_host::CallError refusal;
  auto created = plugin_host::Call::create(
      provider_.instance,
      request_,
      *this,
      [&worker](std::function<void()> work) {
        worker.post(std::move(work), "what a provider had to say");
      },
      &refusal);
  if (!created) {
    if (refusal.message.empty()) refusal.message = created.error().message;
    return fail(failure_of(refusal));
  }
  call_ = std::move(*created);
  if (call_->active()) {
    if (const pbay_status status = call_->start(); status < 0) return fail_plugin(status);
    watch_silence(provider_.timeouts.first_byte);
    if (provider_.timeouts.total.count() > 0) total_.arm_at(begun_ + provider_.timeouts.total);
    return;
  }
  next_request();
}

void Attempt::next_request() {
  if (++steps_ > limits::kStepsMax) {
    chat::Failure failure;
    failure.category = PBAY_ERR_UPSTREAM;
    failure.message = "the provider asked for too many requests";
    return fail(std::move(failure));
  }
  transfer_.reset();
  frames_.reset();
  error_body_.clear();
  passes_ = stopped_ = false;
  answer_status_ = 0;
  answer_headers_.clear();
  answer_type_.clear();
  http_ = {};
  http_.size = sizeof(http_);
  if (const pbay_status status = call_->build_request(http_); status < 0) {
    return fail_plugin(status);
  }
  if (http_.delay_ns > 0) {
    delay_.arm(std::chrono::nanoseconds(http_.delay_ns));
    if (provider_.timeouts.total.count() > 0) total_.arm_at(begun_ + provider_.timeouts.total);
    return;
  }
  send();
}

void Attempt::send() {
  total_.cancel();  // the transfer minds it from here on
  upstream::Request request;
  request.method = view(http_.method);
  request.url = view(http_.url);
  for (std::size_t i = 0; i < http_.header_count; ++i) {
    request.headers.add(view(http_.headers[i].key), view(http_.headers[i].value));
  }
  request.body.reserve(http_.body_count);
  for (std::size_t i = 0; i < http_.body_count; ++i) {
    const auto bytes = bytes_of(http_.body[i]);
    if (!bytes) return fail_plugin(PBAY_E_INVALID);
    request.body.push_back(*bytes);
  }
  request.connection = provider_.connection;
  request.timeouts = provider_.timeouts;
  request.begun_at = begun_;
  request.series = &series_;
  series_.requests.add();
  if (http_.idle_timeout_ns > 0) {
    request.timeouts.idle = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::nanoseconds(http_.idle_timeout_ns));
  }
  const CallSummary about{client_request_.request_id, upstream_model_, client_request_.stream};
  transfer_ = start_transfer(provider_, workplace_.client, std::move(request), *this, about);
  if (paused_) transfer_->pause();
}

// A provider that does its own work has the same time as an upstream has; its silence while it may
// not emit is ours.
void Attempt::watch_silence(std::chrono::milliseconds patience) {
  if (patience.count() > 0 && !paused_) {
    silence_.arm(patience);
  } else {
    silence_.cancel();
  }
}

void Attempt::time_out(std::string_view how) {
  chat::Failure failure;
  failure.category = PBAY_ERR_TIMEOUT;
  failure.message = "The provider `" + provider_.instance->name() + "` ";
  failure.message.append(how);
  fail(std::move(failure));
}

void Attempt::pause() {
  paused_ = true;
  silence_.cancel();
  if (transfer_) transfer_->pause();
  if (call_ && call_->active()) call_->set_writable(false);
}

void Attempt::resume() {
  paused_ = false;
  if (transfer_) transfer_->resume();
  if (!active()) return;
  call_->set_writable(true);
  watch_silence(provider_.timeouts.idle);
}

void Attempt::on_head(const upstream::ResponseHead& head) {
  answer_status_ = head.status;
  if (head.status >= 400) series_.failed(head.status < 500 ? kStatus4xx : kStatus5xx);
  answer_headers_ = head.headers;
  answer_type_ = head.headers.find("content-type").value_or("");
  const bool accepted = head.status >= 200 && head.status < 300;
  const pbay_framing framing =
      accepted ? resolve_framing(http_.framing, answer_type_) : PBAY_FRAME_WHOLE;
  body_unreadable_ = is_encoded(head.headers);
  if (accepted && body_unreadable_) {
    return fail_body(make_error(ErrorCode::kProtocol, "its answer is compressed, unasked"));
  }

  const std::vector<pbay_kv> headers = as_kv(head.headers);
  pbay_http_head told{};
  told.size = sizeof(told);
  told.status = head.status;
  told.framing = framing;
  told.headers = headers.data();
  told.header_count = headers.size();
  const pbay_status status = call_->on_head(told);
  if (status < 0) return fail_plugin(status);
  if (status == PBAY_S_NEXT_REQUEST) return next_request();
  if (!accepted) return;
  answered_ = true;
  passes_ = status == PBAY_S_PASSTHROUGH;
  if (!passes_) frames_.emplace(framing);
  observer_.on_answer(head, passes_);
}

void Attempt::on_body(std::string_view bytes) {
  if (answer_status_ < 200 || answer_status_ >= 300) {
    const std::size_t room = limits::kErrorBytesMax - error_body_.size();
    if (!body_unreadable_) error_body_.append(bytes.substr(0, room));
    if (bytes.size() > room) {
      body_unreadable_ = true;
      end_error_answer();
    }
    return;
  }
  if (passes_) {
    if (const Status passed = observer_.on_bytes(bytes); !passed) {
      fail_body(passed.error());
    }
    return;
  }
  const Status read = frames_->feed(
      bytes, [this](const std::vector<pbay_frame>& frames) { return take_frames(frames); });
  if (!read) fail_body(read.error());
}

// False when the attempt is over, and perhaps destroyed.
bool Attempt::take_frames(const std::vector<pbay_frame>& frames) {
  event_status_ = PBAY_OK;
  const pbay_status status = call_->on_frames(frames.data(), frames.size());
  if (status < 0 || event_status_ < 0) {
    fail_plugin(status < 0 ? status : event_status_);
    return false;
  }
  if (status == PBAY_S_STOP && !std::exchange(stopped_, true)) {
    // The answer is complete, whatever the connection still says.
    if (transfer_) upstream::Transfer::finish(std::move(transfer_));
    end_message(PBAY_OK, nullptr);
    return false;
  }
  return true;
}

void Attempt::on_end(Status status) {
  if (!status && answer_status_ == 0) {
    return end_message(transport_status(status.error().code), &status.error());
  }
  if (answer_status_ < 200 || answer_status_ >= 300) return end_error_answer();
  if (!status) return end_message(transport_status(status.error().code), &status.error());
  if (frames_) {
    bool going = true;
    const Status last = frames_->finish([&](const std::vector<pbay_frame>& frames) {
      going = take_frames(frames);
      return going;
    });
    if (!going) return;
    if (!last) return fail_body(last.error());
  }
  end_message(PBAY_OK, nullptr);
}

// What the upstream says about its refusal goes to the plugin in one piece; it knows its vendor's
// ways of saying what went wrong.
void Attempt::end_error_answer() {
  transfer_.reset();
  pbay_frame frame{};
  frame.data = as_bytes(error_body_);
  if (const pbay_status status = call_->on_frames(&frame, 1); status < 0) {
    return fail_plugin(status);
  }
  end_message(PBAY_OK, nullptr);
}

void Attempt::end_message(pbay_status status, const Error* error) {
  pbay_http_end end{};
  end.size = sizeof(end);
  end.status = status;
  if (error != nullptr) end.detail = as_str(error->message);
  end.bytes_received = transfer_ ? transfer_->received() : 0;
  event_status_ = PBAY_OK;
  const pbay_status said = call_->on_end(end);
  if (said == PBAY_S_NEXT_REQUEST && error == nullptr) return next_request();
  if (error != nullptr) return fail(transport_failure(*error));
  if (said < 0) return fail_plugin(said);
  if (event_status_ < 0) return fail_plugin(event_status_);
  if (answer_status_ >= 300) return fail_plugin(PBAY_E_FAIL);  // an error must not end well
  done();
}

pbay_status Attempt::on_event(const pbay_event& event) {
  answered_ = true;
  const pbay_status status = observer_.on_event(event);
  if (status < 0) event_status_ = status;
  if (active()) watch_silence(provider_.timeouts.idle);
  return status;
}

void Attempt::on_complete(pbay_status status) {
  if (status < 0 || event_status_ < 0) return fail_plugin(status < 0 ? status : event_status_);
  done();
}

void Attempt::done() {
  observer_.on_done();
}

void Attempt::fail(chat::Failure failure) {
  transfer_.reset();
  observer_.on_failed(std::move(failure), answer_headers_);
}

void Attempt::fail_body(const Error& error) {
  series_.failed(kProtocol);
  fail(transport_failure(error));
}

void Attempt::fail_plugin(pbay_status status) {
  if (!renew_credential()) fail(plugin_failure(status));
}

}  // namespace patchbay::relay
