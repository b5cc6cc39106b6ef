#include "core/storage/redis/subscriber.hpp"

#include <chrono>
#include <utility>

#include "core/storage/redis/connection.hpp"

namespace patchbay::storage::redis {
namespace {

constexpr std::chrono::milliseconds kConnectTimeout{1'000};

}  // namespace

class Subscriber::Events final : public Connection::Events {
 public:
  explicit Events(Subscriber& subscriber) : subscriber_(subscriber) {}
  void on_up() override { subscriber_.came_up(); }
  void on_reply(Result<Reply> reply) override { subscriber_.came_reply(std::move(reply)); }
  void on_down(const Error& /*why*/) override { subscriber_.subscribed_ = false; }

 private:
  Subscriber& subscriber_;
};

Subscriber::Subscriber(reactor::Worker& worker,
                       Address address,
                       std::string channel,
                       OnMessage on_message)
    : channel_(std::move(channel)),
      on_message_(std::move(on_message)),
      tell_(
          worker, [this] { deliver(); }, "a message of redis"),
      events_(std::make_unique<Events>(*this)),
      connection_(std::make_unique<Connection>(
          worker, std::move(address), kConnectTimeout, "subscriber", *events_)) {
  connection_->start();
}

Subscriber::~Subscriber() = default;

void Subscriber::came_up() {
  connection_->send({"SUBSCRIBE", channel_});
}

// ["subscribe", channel, 1] once, then ["message", channel, text] for each.
void Subscriber::came_reply(Result<Reply> reply) {
  if (!reply || reply->items.size() != 3) return;
  std::vector<Reply>& words = reply->items;
  if (words[0].text == "subscribe") subscribed_ = true;
  if (words[0].text != "message") return;
  messages_.push_back(std::move(words[2].text));
  tell_.schedule();
}

void Subscriber::deliver() {
  const std::weak_ptr<int> here = alive_;
  std::vector<std::string> messages;
  messages.swap(messages_);
  const OnMessage on_message = on_message_;
  for (std::string& message : messages) {
    on_message(std::move(message));
    if (here.expired()) return;
  }
}

}  // namespace patchbay::storage::redis
