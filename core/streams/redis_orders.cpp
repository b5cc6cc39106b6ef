#include "core/streams/redis_orders.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/streams/redis_names.hpp"

namespace patchbay::streams {
namespace {

using storage::redis::Reply;

// Whoever writes a stream answers within that, or is taken for unwilling.
constexpr std::chrono::milliseconds kAnswerPatience{1'000};

}  // namespace

RedisOrders::RedisOrders(reactor::Worker& worker, storage::redis::Client& client, std::string name)
    : worker_(worker),
      client_(client),
      name_(std::move(name)),
      unanswered_(
          worker, [this] { on_unanswered(); }, "streams that are to give way") {}

// `then` is told whether somebody heard it.
void RedisOrders::send(const std::string& owner,
                       const std::string& id,
                       std::weak_ptr<void> alive,
                       std::string order,
                       std::function<void(bool)> then) {
  auto publish = [this, here = std::weak_ptr<int>(alive_), owner, order, alive, then](
                     const Result<Reply>& reply) {
    const bool running = reply && reply->items.size() == 3 && !reply->items[0].is_nil() &&
                         reply->items[0].text == owner && reply->items[2].is_nil();
    if (!running || here.expired()) return then(false);
    // How many heard it is the acknowledgement: the writer alone listens there.
    client_.command({"PUBLISH", writer_key(reply->items[1].text), order},
                    alive,
                    [then](const Result<Reply>& heard) { then(heard && heard->integer > 0); });
  };
  client_.command({"HMGET", stream_key(id), "owner", "writer", "ended"}, alive, std::move(publish));
}

void RedisOrders::stop(const std::string& owner,
                       const std::string& id,
                       std::weak_ptr<void> alive,
                       std::function<void(bool)> then) {
  send(owner, id, std::move(alive), kStop + id, std::move(then));
}

void RedisOrders::give_way(const std::string& owner,
                           const std::string& id,
                           std::weak_ptr<void> alive,
                           std::function<void(bool)> then) {
  asked_.push_back({id, alive, std::move(then), worker_.now() + kAnswerPatience});
  if (!unanswered_.armed()) unanswered_.arm(kAnswerPatience);
  const auto heard = [this, here = std::weak_ptr<int>(alive_), id](bool somebody) {
    if (!somebody && !here.expired()) answered(id, false);
  };
  send(owner, id, std::move(alive), kYield + id + ' ' + name_, heard);
}

void RedisOrders::answered(const std::string& id, bool ends) {
  settle([&](const Asked& asked) { return asked.id == id; }, ends);
}

void RedisOrders::on_unanswered() {
  const Time now = worker_.now();
  settle([&](const Asked& asked) { return asked.until <= now; }, false);
  if (!asked_.empty()) unanswered_.arm_at(asked_.front().until);
}

// Whoever is told may ask again at once.
void RedisOrders::settle(const std::function<bool(const Asked&)>& which, bool ends) {
  const auto settled = std::stable_partition(
      asked_.begin(), asked_.end(), [&](const Asked& asked) { return !which(asked); });
  const std::vector<Asked> over(std::make_move_iterator(settled),
                                std::make_move_iterator(asked_.end()));
  asked_.erase(settled, asked_.end());
  for (const Asked& asked : over) {
    if (!asked.alive.expired()) asked.then(ends);
  }
}

}  // namespace patchbay::streams
