#include "core/server/connection.hpp"

#include <cerrno>
#include <utility>

#include <sys/socket.h>
#include <unistd.h>

#include "core/http/status.hpp"

namespace patchbay::server {

using reactor::Interest;
using linger_option = struct ::linger;  // its name is a member function's here

namespace {

std::string seconds_text(std::chrono::milliseconds time) {
  if (time.count() % 1000 != 0) return std::to_string(time.count()) + " ms";
  return std::to_string(time.count() / 1000) + " s";
}

}  // namespace

Connection::Connection(ConnectionHome& home, int fd, std::string peer, Welcome welcome)
    : home_(home),
      welcome_(welcome),
      fd_(fd),
      watch_(
          home.worker(), [this](reactor::Ready ready) { on_ready(ready); }, "client connection"),
      timer_(
          home.worker(), [this] { on_time(); }, "client connection's time-out"),
      turn_end_(
          home.worker(), [this] { on_turn_end(); }, "client connection's output"),
      parser_(home.limits()) {
  request_.peer = std::move(peer);
}

Connection::~Connection() {
  responder_.reset();
  watch_.stop();
  ::close(fd_);
}

bool Connection::open() {
  if (!watch_.start(fd_, Interest::kRead)) return false;
  wait_for(Waiting::kHead);
  return true;
}

void Connection::on_ready(reactor::Ready ready) {
  if (ready.hangup) return gone();
  if (ready.writable) flush();
  if (ready.readable && phase_ != Phase::kClosed) read_some();
}

void Connection::read_some() {
  const auto [buffer, capacity] = home_.receive_buffer();
  const ssize_t received = ::recv(fd_, buffer, capacity, MSG_DONTWAIT);
  if (received < 0) {
    if (errno != EAGAIN && errno != EINTR) gone();
    return;
  }
  if (received == 0) return peer_finished();
  home_.cells().bytes_in.add(static_cast<std::uint64_t>(received));
  if (phase_ == Phase::kLingering) return;  // read and thrown away

  const std::string_view fresh(buffer, static_cast<std::size_t>(received));
  if (input_.empty()) {
    const std::size_t used = consume(fresh);
    input_.assign(fresh.substr(used));
  } else {
    input_.append(fresh);
    const std::size_t used = consume(input_);
    input_.erase(0, used);
  }
  update_interest();
}

// Reads as far as one request; what follows waits until it is answered.
std::size_t Connection::consume(std::string_view bytes) {
  if (phase_ != Phase::kReading || bytes.empty()) return 0;
  const auto step = parser_.feed(bytes, request_);
  const bool has_head = step.state != RequestParser::State::kHead;
  if (turned_away() && has_head && step.state != RequestParser::State::kFault) {
    reject(503,
           "Too many connections: the server has as many as its limit of " +
               std::to_string(home_.limits().connections_max) + "; try again shortly");
    return bytes.size();
  }
  switch (step.state) {
    case RequestParser::State::kHead:
      if (waiting_ != Waiting::kHead && step.consumed < bytes.size()) wait_for(Waiting::kHead);
      return step.consumed;
    case RequestParser::State::kBody:
      wait_for(Waiting::kBody);
      if (parser_.take_wants_continue()) {
        output_.append("HTTP/1.1 100 Continue\r\n\r\n");
        turn_end_.schedule();
      }
      return step.consumed;
    case RequestParser::State::kComplete:
      take_request();
      return step.consumed;
    case RequestParser::State::kFault:
      reject(step.status, step.message);
      break;
  }
  return bytes.size();
}

void Connection::take_request() {
  phase_ = Phase::kAnswering;
  wait_for(Waiting::kNothing);
  begun_ = answered_ = aborted_ = chunked_ = false;
  sent_ = 0;
  head_only_ = request_.method == "HEAD";
  keep_alive_ = request_.keep_alive && !home_.draining();
  home_.handler().handle(*this);
}

void Connection::reject(int status, std::string_view message) {
  phase_ = Phase::kAnswering;
  wait_for(Waiting::kNothing);
  begun_ = answered_ = aborted_ = chunked_ = false;
  head_only_ = status == 503 && request_.method == "HEAD";  // otherwise nobody knows what was asked
  sent_ = 0;
  keep_alive_ = false;  // where the next request would begin is anybody's guess
  const Rejection rejection = home_.handler().reject(status, message, request_);
  respond(status, rejection.headers, rejection.body);
}

// The client will send no more. In the middle of an answer that may mean that it has left, or only
// that it has nothing to add: the bytes of an interim answer reach the one that waits harmlessly
// and make the system of the one that left say so, at once.
void Connection::peer_finished() {
  peer_done_ = true;
  if (phase_ == Phase::kReading) return finish_output();
  if (phase_ == Phase::kLingering) return close();
  if (input_.empty()) keep_alive_ = false;  // otherwise there is one more request to answer
  update_interest();
  if (!begun_ && !request_.http_1_0) {
    output_.append("HTTP/1.1 100 Continue\r\n\r\n");
    turn_end_.schedule();
  }
  if (responder_) responder_->on_half_close();
}

// No further request will be taken; what earlier answers still have to say goes out first.
void Connection::finish_output() {
  if (output_.pending() == 0) return close();
  phase_ = Phase::kAnswering;
  answered_ = true;
  keep_alive_ = false;
  update_interest();
}

void Connection::on_turn_end() {
  if (phase_ == Phase::kClosed) return;
  flush();
  while (phase_ == Phase::kAnswering && answered_) {
    responder_.reset();
    if (aborted_) return cut_off();
    if (!may_go_on()) return;  // flush() comes back here once enough was sent
    if (is_last()) return linger();
    next_request();
    flush();
  }
}

bool Connection::is_last() {
  return !keep_alive_ || home_.draining() || (peer_done_ && input_.empty());
}

// After an answer: the last one must be sent whole; before another, a client that asks without
// reading must not make answers pile up.
bool Connection::may_go_on() {
  return output_.pending() == 0 ||
         (!is_last() && output_.pending() < home_.limits().output_high_bytes);
}

void Connection::next_request() {
  phase_ = Phase::kReading;
  answered_ = false;
  parser_.reset();
  request_.method.clear();
  request_.target.clear();
  request_.headers.clear();
  request_.http_1_0 = false;
  request_.padded_body.clear();
  if (request_.padded_body.capacity() > 64 * 1024) request_.padded_body.shrink_to_fit();
  wait_for(Waiting::kIdle);
  if (!input_.empty()) {
    const std::string pipelined = std::move(input_);
    input_.clear();
    const std::size_t used = consume(pipelined);
    input_.assign(pipelined, used);
  }
  if (peer_done_ && phase_ == Phase::kReading) return finish_output();
  update_interest();
}

void Connection::flush() {
  if (phase_ == Phase::kClosed || output_.pending() == 0) return;
  const std::size_t before = output_.pending();
  const Output::Result result = output_.send_to(fd_);
  count_output(before);
  if (result == Output::Result::kFailed) return gone();
  blocked_ = result == Output::Result::kBlocked;
  if (blocked_) {
    // A slow reader is not a stalled one: every byte it takes starts the clock anew.
    if (waiting_ != Waiting::kStall || output_.pending() < before) wait_for(Waiting::kStall);
  } else if (waiting_ == Waiting::kStall) {
    wait_for(what_is_awaited());
  }
  if (paused_source_ && output_.pending() < home_.limits().output_high_bytes / 2) {
    paused_source_ = false;
    if (responder_) responder_->on_drain();
  }
  if (phase_ == Phase::kAnswering && answered_ && may_go_on()) turn_end_.schedule();
  update_interest();
}

// After sending, when `before` bytes were pending.
void Connection::count_output(std::size_t before) {
  telemetry::ClientCells& cells = home_.cells();
  cells.bytes_out.add(before - output_.pending());
  count_waiting(output_.pending());
}

void Connection::count_waiting(std::size_t bytes) {
  if (bytes == counted_waiting_) return;
  const std::size_t counted = std::exchange(counted_waiting_, bytes);
  home_.cells().bytes_waiting.add(static_cast<std::int64_t>(bytes) -
                                  static_cast<std::int64_t>(counted));
}

Connection::Waiting Connection::what_is_awaited() const {
  if (phase_ != Phase::kReading) return Waiting::kNothing;
  if (parser_.in_body()) return Waiting::kBody;
  return input_.empty() ? Waiting::kIdle : Waiting::kHead;
}

// Ends an answer in the middle so that the client sees it. A body that ends with its connection
// (HTTP/1.0) would look complete after an orderly close, so there it takes a reset.
void Connection::cut_off() {
  if (request_.http_1_0) {
    const linger_option hard{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
  }
  close();
}

// Our last words are sent; closing at once could make the system take them back (a reset, when the
// client has sent something that nobody read), so the client gets a moment to read and close.
void Connection::linger() {
  responder_.reset();
  if (peer_done_) return close();
  phase_ = Phase::kLingering;
  blocked_ = false;
  ::shutdown(fd_, SHUT_WR);
  input_.clear();
  wait_for(Waiting::kLinger);
  update_interest();
}

void Connection::gone() {
  if (phase_ == Phase::kClosed) return;
  if (responder_ && !answered_) responder_->on_gone();
  close();
}

void Connection::close() {
  if (phase_ == Phase::kClosed) return;
  phase_ = Phase::kClosed;
  count_waiting(0);
  responder_.reset();
  timer_.cancel();
  turn_end_.cancel();
  watch_.stop();
  home_.retire(*this);
}

void Connection::drain() {
  const bool idle = phase_ == Phase::kReading && !parser_.in_body() && input_.empty();
  if (idle) return finish_output();
  keep_alive_ = keep_alive_ && begun_;  // a head already sent may have promised otherwise
}

void Connection::cut() {
  if (phase_ == Phase::kClosed) return;
  if (responder_ && !answered_) responder_->on_shutdown();
  flush();
  close();
}

void Connection::on_time() {
  switch (std::exchange(waiting_, Waiting::kNothing)) {
    case Waiting::kHead:
      if (input_.empty()) return close();  // connected and never said a word
      return reject(408,
                    "The request's head did not arrive within " + seconds_text(head_timeout()));
    case Waiting::kBody:
      return reject(408,
                    "Nothing more of the request's body arrived for " +
                        seconds_text(home_.limits().body_timeout));
    case Waiting::kStall:
      return gone();
    case Waiting::kIdle:
    case Waiting::kLinger:
      return close();
    case Waiting::kNothing:
      return;
  }
}

std::chrono::milliseconds Connection::head_timeout() const {
  return turned_away() ? home_.limits().linger_timeout : home_.limits().head_timeout;
}

void Connection::wait_for(Waiting what) {
  // While output waits, the client's reading is what counts; flush() finds the way back.
  if (blocked_ && what != Waiting::kStall && what != Waiting::kLinger) return;
  waiting_ = what;
  const Limits& limits = home_.limits();
  switch (what) {
    case Waiting::kNothing:
      return timer_.cancel();
    case Waiting::kHead:
      return timer_.arm(head_timeout());
    case Waiting::kBody:
      return timer_.arm(limits.body_timeout);
    case Waiting::kIdle:
      return timer_.arm(limits.idle_timeout);
    case Waiting::kStall:
      return timer_.arm(limits.stall_timeout);
    case Waiting::kLinger:
      return timer_.arm(limits.linger_timeout);
  }
}

void Connection::update_interest() {
  if (phase_ == Phase::kClosed) return;
  const bool read = !peer_done_ && (phase_ != Phase::kAnswering ||
                                    input_.size() < home_.limits().pipelined_bytes_max);
  if (blocked_) {
    watch_.set(read ? Interest::kReadWrite : Interest::kWrite);
  } else {
    watch_.set(read ? Interest::kRead : Interest::kNone);
  }
}

}  // namespace patchbay::server
