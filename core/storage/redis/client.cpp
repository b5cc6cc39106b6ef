#include "core/storage/redis/client.hpp"

#include <algorithm>
#include <utility>

#include "core/storage/redis/connection.hpp"

namespace patchbay::storage::redis {
namespace {

// What may wait for answers on one connection; a healthy Redis is never this far behind.
constexpr std::size_t kPendingMax = 10'000;
constexpr std::size_t kPendingBytesMax = 16 * 1024 * 1024;

// For the first connection, which takes a moment.
constexpr std::size_t kWaitingMax = 1'000;

Error no_connection() {
  return make_error(ErrorCode::kUnavailable, "there is no connection to Redis");
}

}  // namespace

class Client::Events final : public Connection::Events {
 public:
  explicit Events(Client& client) : client_(client) {}
  void on_up() override { client_.came_up(); }
  void on_reply(Result<Reply> reply) override { client_.came_reply(std::move(reply)); }
  void on_down(const Error& why) override { client_.went_down(why); }

 private:
  Client& client_;
};

Client::Client(reactor::Worker& worker, Address address)
    : Client(worker, std::move(address), Options{}) {}

Client::Client(reactor::Worker& worker, Address address, Options options)
    : worker_(worker),
      options_(options),
      due_(
          worker, [this] { too_late(); }, "redis"),
      tell_(
          worker, [this] { deliver(); }, "an answer of redis"),
      events_(std::make_unique<Events>(*this)),
      connection_(std::make_unique<Connection>(
          worker, std::move(address), options.connect_timeout, options.name, *events_)) {}

Client::~Client() = default;

bool Client::connected() const {
  return connection_->up();
}

void Client::on_connected(std::function<void()> callback) {
  on_connected_ = std::move(callback);
  connection_->start();
}

void Client::command(std::vector<std::string> arguments, std::weak_ptr<void> alive, Then then) {
  Pending pending{std::move(alive), std::move(then), worker_.now() + options_.command_timeout, 0};
  for (const std::string& argument : arguments)
    pending.bytes += argument.size();
  if (connection_->up()) return send(std::move(arguments), std::move(pending));
  if (connection_->failing() || waiting_.size() >= kWaitingMax) {
    return answer(std::move(pending), no_connection());
  }
  waiting_.push_back({std::move(arguments), std::move(pending)});
  watch_time();
  connection_->start();
}

void Client::send(std::vector<std::string> arguments, Pending pending) {
  if (pending_.size() >= kPendingMax || pending_bytes_ + pending.bytes > kPendingBytesMax) {
    return answer(std::move(pending),
                  make_error(ErrorCode::kUnavailable, "too much waits for Redis"));
  }
  pending_bytes_ += pending.bytes;
  pending_.push_back(std::move(pending));
  watch_time();
  connection_->send(arguments);
}

void Client::answer(Pending pending, Result<Reply> reply) {
  answers_.push_back({std::move(pending), std::move(reply)});
  tell_.schedule();
}

void Client::came_up() {
  tell_connected_ = true;
  tell_.schedule();
  std::deque<Waiting> waiting;
  waiting.swap(waiting_);
  for (Waiting& each : waiting)
    send(std::move(each.arguments), std::move(each.pending));
}

void Client::came_reply(Result<Reply> reply) {
  if (pending_.empty()) return;  // nothing was asked: not an answer to anybody
  Pending pending = std::move(pending_.front());
  pending_.pop_front();
  pending_bytes_ -= pending.bytes;
  if (pending_.empty()) due_.cancel();
  answer(std::move(pending), std::move(reply));
}

void Client::went_down(const Error& error) {
  due_.cancel();
  tell_connected_ = false;
  std::deque<Pending> pending;
  pending.swap(pending_);
  pending_bytes_ = 0;
  for (Pending& each : pending)
    answer(std::move(each), error);
  std::deque<Waiting> waiting;
  waiting.swap(waiting_);
  for (Waiting& each : waiting)
    answer(std::move(each.pending), error);
}

// All have the same patience, so the first is the first to lose it.
void Client::watch_time() {
  if (due_.armed()) return;
  if (!pending_.empty()) {
    due_.arm_at(pending_.front().due);
  } else if (!waiting_.empty()) {
    due_.arm_at(waiting_.front().pending.due);
  }
}

void Client::too_late() {
  const Time now = worker_.now();
  while (!waiting_.empty() && waiting_.front().pending.due <= now) {
    answer(std::move(waiting_.front().pending), no_connection());
    waiting_.pop_front();
  }
  if (pending_.empty() || pending_.front().due > now) return watch_time();
  const Error error = make_error(ErrorCode::kTimeout, "Redis did not answer in time");
  while (!pending_.empty() && pending_.front().due <= now) {
    answer(std::move(pending_.front()), error);
    pending_.pop_front();
  }
  connection_->give_up(error);
}

void Client::deliver() {
  const std::weak_ptr<int> here = alive_;
  std::vector<Answer> answers;
  answers.swap(answers_);
  if (std::exchange(tell_connected_, false) && on_connected_) {
    const auto callback = on_connected_;
    callback();
    if (here.expired()) return;
  }
  for (Answer& each : answers) {
    if (each.pending.alive.expired() || !each.pending.then) continue;
    each.pending.then(std::move(each.reply));
    if (here.expired()) return;
  }
}

}  // namespace patchbay::storage::redis
