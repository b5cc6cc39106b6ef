#include "core/storage/redis/connection.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

#include "core/base/clock.hpp"
#include "core/telemetry/log.hpp"

namespace patchbay::storage::redis {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kRestMin{100};
constexpr milliseconds kRestMax{5'000};
constexpr milliseconds kLookEvery{10};

// Every worker has some connections and loses them together: one line is enough.
constexpr std::int64_t kLineEveryMs = 1'000;

bool may_tell(std::atomic<std::int64_t>& last) {
  const std::int64_t now = unix_ms();
  std::int64_t before = last.load(std::memory_order_relaxed);
  return now - before >= kLineEveryMs &&
         last.compare_exchange_strong(before, now, std::memory_order_relaxed);
}

void tell_down(const Address& address, const char* name, const Error& why) {
  static std::atomic<std::int64_t> last{0};
  if (!may_tell(last)) return;
  log::warn("redis_down")
      .text("host", address.host)
      .number("port", address.port)
      .text("connection", name)
      .text("error", why.message)
      .text("detail", why.detail);
}

void tell_up(const Address& address) {
  static std::atomic<std::int64_t> last{0};
  if (!may_tell(last)) return;
  log::info("redis_up").text("host", address.host).number("port", address.port);
}

}  // namespace

Connection::Connection(reactor::Worker& worker,
                       Address address,
                       milliseconds connect_timeout,
                       const char* name,
                       Events& events)
    : worker_(worker),
      address_(std::move(address)),
      connect_timeout_(connect_timeout),
      name_(name),
      events_(events),
      rest_(kRestMin),
      timer_(
          worker, [this] { time_passed(); }, "redis") {}

Connection::~Connection() = default;

void Connection::start() {
  if (state_ == State::kIdle) attempt();
}

void Connection::attempt() {
  if (const auto address = known_address(address_.host)) return connect(*address);
  if (lookup_ == nullptr) lookup_ = std::make_unique<Lookup>(address_.host);
  state_ = State::kLooking;
  timer_.arm(kLookEvery);
}

void Connection::look() {
  const auto found = lookup_->found();
  if (!found) return timer_.arm(kLookEvery);
  lookup_.reset();
  if (!*found) return give_up(found->error());
  // One after the other, as long as they fail: a name may have an address that is not served.
  const std::vector<std::string>& addresses = **found;
  connect(addresses[attempts_ % addresses.size()]);
}

void Connection::connect(const std::string& address) {
  ++attempts_;
  state_ = State::kConnecting;
  timer_.arm(connect_timeout_);
  link_ = std::make_unique<Link>(worker_, *this);
  if (auto opened = link_->open(address, address_.port); !opened) give_up(opened.error());
}

void Connection::on_open() {
  state_ = State::kGreeting;
  std::vector<std::vector<std::string>> words;
  if (!address_.user.empty()) {
    words.push_back({"AUTH", address_.user, address_.password});
  } else if (!address_.password.empty()) {
    words.push_back({"AUTH", address_.password});
  }
  if (address_.db != 0) words.push_back({"SELECT", std::to_string(address_.db)});
  words.push_back({"PING"});  // what accepts a connection need not be ready
  greetings_ = words.size();
  for (const auto& word : words)
    link_->send(word);
}

void Connection::on_reply(Result<Reply> reply) {
  if (state_ == State::kUp) return events_.on_reply(std::move(reply));
  if (state_ != State::kGreeting) return;  // answered after it was given up
  if (!reply) {
    // Given up in a moment: the link is the one that is calling.
    state_ = State::kRefused;
    refusal_ = reply.error();
    return timer_.arm(milliseconds(0));
  }
  if (--greetings_ == 0) come_up();
}

void Connection::come_up() {
  state_ = State::kUp;
  timer_.cancel();
  rest_ = kRestMin;
  attempts_ = 0;
  if (std::exchange(failing_, false)) tell_up(address_);
  events_.on_up();
}

void Connection::give_up(const Error& why) {
  const Error reason = why;  // it may be the link's
  link_.reset();
  if (!std::exchange(failing_, true)) tell_down(address_, name_, reason);
  state_ = State::kResting;
  timer_.arm(rest_);
  rest_ = std::min(rest_ * 2, kRestMax);
  events_.on_down(reason);
}

void Connection::time_passed() {
  switch (state_) {
    case State::kLooking:
      return look();
    case State::kConnecting:
    case State::kGreeting:
      return give_up(make_error(ErrorCode::kUnavailable, "Redis does not answer", "timed out"));
    case State::kRefused:
      return give_up(Error(refusal_));
    case State::kResting:
      return attempt();
    case State::kIdle:
    case State::kUp:
      return;
  }
}

}  // namespace patchbay::storage::redis
