#include "core/upstream/exchange.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "core/upstream/exchange_error.hpp"
#include "core/upstream/exchanges.hpp"
#include "core/upstream/request_head.hpp"

namespace patchbay::upstream {
namespace {

using reactor::Interest;

// After finish(): how long, and for how much, the end of the message is waited for. It mostly
// comes in the packet after the last one that mattered.
constexpr std::chrono::milliseconds kDrainFor{250};
constexpr std::size_t kDrainBytesMax = 64 * 1024;

// An exchange that is over keeps small memory for the next one and gives large memory back.
constexpr std::size_t kKeptBytes = 4 * 1024;

void empty(std::string& text) {
  if (text.capacity() > kKeptBytes) {
    std::string().swap(text);
  } else {
    text.clear();
  }
}

}  // namespace

Exchange::Exchange(Exchanges& home)
    : home_(home),
      timer_(
          home.worker(), [this] { on_time(); }, "upstream time-out"),
      parser_(home.head_bytes_max()) {}

void Exchange::begin(Request request, ResponseHandler& handler) {
  handler_ = &handler;
  series_ = request.series;
  timeouts_ = request.timeouts;
  if (timeouts_.total.count() > 0) {
    total_until_ =
        (request.begun_at == Time{} ? home_.worker().now() : request.begun_at) + timeouts_.total;
  }
  if (Status prepared = prepare(request); !prepared) {
    settle(std::move(prepared));
    home_.soon(*this);
    return;
  }
  find_link();
}

Status Exchange::prepare(Request& request) {
  const Result<http::Url> url = http::parse_url(request.url);
  if (!url) return url.error();
  endpoint_ = home_.endpoints().find(*url, request.connection);
  to_head_request_ = request.method == "HEAD";
  if (Status written = write_request_head(request, *url, *endpoint_, outgoing_.head()); !written) {
    return written;
  }
  outgoing_.set_body(std::move(request.body));
  return ok();
}

void Exchange::find_link() {
  // After a retry only a new connection will do: other warm ones may be as stale as the first.
  Link* const link = retried_ ? nullptr : home_.pool().take(*endpoint_);
  if (link == nullptr) {
    dial_ = home_.dialer().dial(endpoint_, *this, !retried_);
    expect_the_deadline();
    return;
  }
  home_.count_reused();
  use(*link, true);
}

void Exchange::on_dialled(std::unique_ptr<Link> link) {
  dial_ = nullptr;
  home_.count_dialled();
  use(home_.pool().adopt(std::move(link)), false);
}

void Exchange::on_link_free(Link& link) {
  dial_ = nullptr;
  use(link, true);
}

void Exchange::on_dial_failed(Error error) {
  dial_ = nullptr;
  settle(std::move(error));
  deliver({});
}

void Exchange::use(Link& link, bool warm) {
  link_ = &link;
  warm_ = warm;
  link.serve(*this);
  parser_.begin(to_head_request_, head_);
  touch();
  send();
}

void Exchange::send() {
  const std::size_t before = outgoing_.left();
  const Link::Io io = link_->flush(outgoing_, home_.send_buffer());
  if (series_ != nullptr) series_->bytes_sent.add(before - outgoing_.left());
  if (io == Link::Io::kFailed) {
    // An upstream that refuses a body may have answered before it closed, so the answer is looked
    // for; not here, since nobody is called back from begin().
    send_failed_ = true;
    outgoing_.drop_the_rest();
    home_.soon(*this);
  }
  if (outgoing_.left() != before) touch();
  set_interest();
}

void Exchange::set_interest() {
  const bool writing = !outgoing_.done();
  const Interest interest = paused_ ? (writing ? Interest::kWrite : Interest::kNone)
                                    : (writing ? Interest::kReadWrite : Interest::kRead);
  if (Status watched = link_->want(interest); !watched) {
    settle(std::move(watched));
    home_.soon(*this);
  }
}

void Exchange::on_link_ready(Link& link, reactor::Ready ready) {
  if (ready.writable && !outgoing_.done()) send();
  if (link_ == nullptr) return;
  // The kernel tells of some failures without saying that there is something to read.
  const bool gone = ready.hangup || (!ready.readable && !ready.writable);
  if (paused_) {
    // A hang-up is told every turn until somebody listens; we do not want to yet.
    if (gone && outgoing_.done()) link.ignore();
    return;
  }
  if (ready.readable || gone) read();
}

void Exchange::read() {
  char* const data = home_.read_buffer();
  // No more at once, however large the buffer: whoever is slow to take it has it all in memory.
  const std::size_t room = std::min(home_.read_buffer_size(), rest_.size() + kReadBytes);
  std::size_t filled = rest_.copy(data, rest_.size());
  std::size_t parsed = 0;
  parser_.forget_body();

  Link::Io io = Link::Io::kMoved;
  while (room - filled >= Link::kRecordBytes) {
    std::size_t got = 0;
    io = link_->receive(data + filled, room - filled, got);
    if (io != Link::Io::kMoved) break;
    heard_ = true;
    filled += got;
    if (series_ != nullptr) series_->bytes_received.add(got);
    parsed += parser_.feed(data + parsed, filled - parsed);
    if (parser_.complete() || !parser_.fault().empty()) break;
    // The kernel tells again of what is left; libcurl would not.
    if (!link_->holds_bytes()) break;
  }
  rest_.assign(data + parsed, filled - parsed);
  touch();
  judge(io, filled == parsed);
  deliver(parser_.body());
}

// Decides after a read whether the exchange is over, and how.
void Exchange::judge(Link::Io io, bool all_parsed) {
  if (io == Link::Io::kEnd && heard_) parser_.end_of_input();
  if (parser_.complete()) {
    const bool keep = all_parsed && io != Link::Io::kEnd && outgoing_.done() && sent_whole_ &&
                      !send_failed_ && parser_.keeps_connection();
    settle(ok(), keep);
  } else if (!parser_.fault().empty()) {
    settle(answer_error(*endpoint_, parser_));
  } else if (io == Link::Io::kEnd || io == Link::Io::kFailed) {
    lose(io);
  } else if (io == Link::Io::kAgain && send_failed_) {
    lose(Link::Io::kFailed);
  } else if (io == Link::Io::kMoved && link_->holds_bytes()) {
    home_.next_turn(*this);
  }
}

// The connection broke before the answer was whole.
void Exchange::lose(Link::Io how) {
  if (warm_ && !heard_) {
    // The upstream had closed it while it was idle; that is nobody's fault.
    let_link_go(false);
    retried_ = true;
    send_failed_ = false;
    warm_ = false;
    home_.count_retried();
    outgoing_.rewind();
    find_link();
    return;
  }
  const bool broke = how == Link::Io::kFailed;
  settle(lost_error(*endpoint_, parser_.has_head(), broke, broke ? link_->fault() : std::string()));
}

void Exchange::settle(Status outcome, bool keep_link) {
  if (!outcome && series_ != nullptr && !draining_) {
    series_->failed(kind_of(outcome.error(), link_ != nullptr, parser_));
  }
  outcome_ = std::move(outcome);
  let_link_go(keep_link);
}

void Exchange::let_link_go(bool keep) {
  rest_.clear();
  Link* const link = std::exchange(link_, nullptr);
  if (link == nullptr) return;
  if (keep) {
    home_.give_back(*link);
  } else {
    home_.pool().close(*link);
  }
}

// Gives the handler what it has not been given. After each call to it the exchange may be over:
// handler_ is null then, and whoever did that has seen to the rest.
void Exchange::deliver(std::string_view body) {
  if (draining_) {
    drained_ += body.size();
    if (outcome_) {
      retire();
    } else if (drained_ > kDrainBytesMax) {
      cancel();
    }
    return;
  }
  if (handler_ == nullptr) return;
  if (parser_.has_head() && !head_given_) {
    head_given_ = true;
    mind_the_unsent();
    handler_->on_head(head_);
    if (handler_ == nullptr) return;
  }
  if (!body.empty()) {
    if (paused_) {
      held_.append(body);
    } else {
      received_ += body.size();
      handler_->on_body(body);
      if (handler_ == nullptr) return;
    }
  }
  if (outcome_ && !paused_ && held_.empty()) deliver_end();
}

void Exchange::deliver_end() {
  timer_.cancel();
  std::exchange(handler_, nullptr)->on_end(*outcome_);
}

// The caller's body may go once the head was told, and it may not be sent yet.
void Exchange::mind_the_unsent() {
  if (outgoing_.done()) return;
  if (link_ != nullptr && head_.status < 400) {
    outgoing_.own_the_rest();
    return;
  }
  // An upstream that refuses does not want the rest.
  sent_whole_ = false;
  outgoing_.drop_the_rest();
  if (link_ != nullptr) set_interest();
}

void Exchange::pause() {
  if (paused_) return;
  paused_ = true;
  if (link_ != nullptr) set_interest();
}

void Exchange::resume() {
  if (!paused_) return;
  paused_ = false;
  if (link_ != nullptr) {
    touch();
    set_interest();
  }
  const bool unseen = link_ != nullptr && (link_->holds_bytes() || send_failed_);
  if (!held_.empty() || outcome_ || unseen) home_.soon(*this);
}

void Exchange::run() {
  if (retired_ || paused_) return;
  if (!held_.empty() || outcome_) {
    std::string held;
    held.swap(held_);
    deliver(held);
  }
  if (link_ != nullptr && !paused_) read();
}

void Exchange::cancel() {
  handler_ = nullptr;
  draining_ = false;
  if (dial_ != nullptr) home_.dialer().cancel(std::exchange(dial_, nullptr));
  let_link_go(false);
  retire();
}

void Exchange::finish() {
  const bool can_end_well = link_ != nullptr && parser_.has_head() && outgoing_.done();
  if (!can_end_well) {
    cancel();
    return;
  }
  handler_ = nullptr;
  draining_ = true;
  drain_until_ = home_.worker().now() + kDrainFor;
  paused_ = false;
  held_.clear();
  touch();
  set_interest();
  if (link_ != nullptr && link_->holds_bytes()) home_.soon(*this);
}

void Exchange::touch() {
  activity_ = home_.worker().now();
  expect_the_deadline();
}

// The timer is only ever moved forward; on_time() finds out what it is worth.
void Exchange::expect_the_deadline() {
  const Time due = deadline();
  if (due != Time::max() && (!timer_.armed() || due < timer_.due())) timer_.arm_at(due);
}

Time Exchange::deadline() const {
  if (draining_) return drain_until_;
  if (outcome_) return Time::max();
  if (link_ == nullptr || paused_) return total_until_;
  const auto limit = parser_.started() ? timeouts_.idle : timeouts_.first_byte;
  return limit.count() == 0 ? total_until_ : std::min(total_until_, activity_ + limit);
}

void Exchange::on_time() {
  const Time due = deadline();
  if (due == Time::max()) return;
  if (home_.worker().now() < due) {
    timer_.arm_at(due);
    return;
  }
  if (draining_) {
    cancel();
    return;
  }
  if (dial_ != nullptr) home_.dialer().cancel(std::exchange(dial_, nullptr));
  settle(due == total_until_ ? total_time_error(*endpoint_, timeouts_)
                             : silence_error(*endpoint_, timeouts_, parser_.started()));
  deliver({});
}

void Exchange::retire() {
  if (retired_) return;
  retired_ = true;
  timer_.cancel();
  home_.retire(*this);
}

void Exchange::reset() {
  assert(link_ == nullptr && dial_ == nullptr);
  endpoint_.reset();
  total_until_ = Time::max();
  outgoing_.clear();
  warm_ = retried_ = send_failed_ = heard_ = false;
  sent_whole_ = true;
  parser_.clear();
  empty(rest_);
  empty(held_);
  head_given_ = paused_ = false;
  received_ = 0;
  outcome_.reset();
  draining_ = false;
  drained_ = 0;
  retired_ = false;
}

}  // namespace patchbay::upstream
