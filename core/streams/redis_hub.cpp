#include "core/streams/redis_hub.hpp"

#include <utility>

#include "core/base/uuid.hpp"
#include "core/streams/kept_reading.hpp"
#include "core/streams/redis_orders.hpp"
#include "core/streams/redis_reader.hpp"
#include "core/streams/redis_writer.hpp"

namespace patchbay::streams {

// What the hub has on one worker. All of it on that worker alone.
class RedisHub::Place {
 public:
  Place(RedisHub& hub, reactor::Worker& worker, const std::string& name)
      : client(worker, hub.address_, {.name = "streams"}),
        orders(worker, client, name),
        writer(worker,
               client,
               hub.address_,
               name,
               hub.bounds_,
               {.stop = [&local = hub.local_](const std::string& id) { local.ask_to_stop(id); },
                .give_way =
                    [&local = hub.local_](const std::string& id, std::function<void(bool)> then) {
                      local.ask_to_give_way(id, std::move(then));
                    },
                .answer = [this](const std::string& id, bool ends) { orders.answered(id, ends); }}),
        reader(worker, client, hub.address_, name) {
    client.on_connected([this] {
      reader.connected();
      writer.connected();
    });
  }

  storage::redis::Client client;
  RedisOrders orders;
  RedisWriter writer;
  RedisReader reader;
};

class RedisHub::SharedLog final : public Log {
 public:
  SharedLog(const std::shared_ptr<Place>& place,
            std::shared_ptr<RedisWriter::Upload> upload,
            std::unique_ptr<Log> local)
      : place_(place), upload_(std::move(upload)), local_(std::move(local)) {}
  ~SharedLog() override { finish(); }
  SharedLog(const SharedLog&) = delete;
  SharedLog& operator=(const SharedLog&) = delete;

  void append(std::string_view frames) override {
    local_->append(frames);
    if (const auto place = place_.lock()) place->writer.changed(*upload_);
  }

  void finish() override {
    if (std::exchange(finished_, true)) return;
    local_->finish();
    if (const auto place = place_.lock()) place->writer.finished(*upload_);
  }

  [[nodiscard]] std::size_t readers() const override {
    const auto place = place_.lock();
    return local_->readers() + (place != nullptr && place->writer.read_elsewhere(*upload_) ? 1 : 0);
  }

 private:
  const std::weak_ptr<Place> place_;  // which may leave first
  const std::shared_ptr<RedisWriter::Upload> upload_;
  const std::unique_ptr<Log> local_;
  bool finished_ = false;
};

RedisHub::RedisHub(storage::redis::Address address, Bounds bounds)
    : address_(std::move(address)), bounds_(bounds), name_(make_uuid()), local_(bounds) {}

RedisHub::~RedisHub() = default;

std::shared_ptr<RedisHub::Place> RedisHub::place_on(reactor::Worker& worker) {
  const std::lock_guard<std::mutex> lock(mutex_);
  auto& place = places_[&worker];
  if (place == nullptr) {
    place = std::make_shared<Place>(*this, worker, name_ + "." + std::to_string(worker.index()));
  }
  return place;
}

void RedisHub::leave(reactor::Worker& worker) {
  std::shared_ptr<Place> place;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (const auto found = places_.find(&worker); found != places_.end()) {
      place = std::move(found->second);
      places_.erase(found);
    }
  }
  local_.leave(worker);
}

std::unique_ptr<Log> RedisHub::open(reactor::Worker& worker,
                                    Description description,
                                    Orders orders) {
  const std::string id = description.id;
  auto local = local_.open(worker, std::move(description), std::move(orders));
  const auto place = place_on(worker);
  return std::make_unique<SharedLog>(place, place->writer.add(local_.kept(id)), std::move(local));
}

void RedisHub::find(reactor::Worker& worker,
                    const std::string& owner,
                    const std::string& id,
                    std::weak_ptr<void> alive,
                    std::function<void(std::optional<Description>)> then) {
  if (!is_stream_id(id) || local_.kept(id) != nullptr) {
    return local_.find(worker, owner, id, std::move(alive), std::move(then));
  }
  place_on(worker)->reader.find(owner, id, std::move(alive), std::move(then));
}

std::unique_ptr<Subscription> RedisHub::read(reactor::Worker& worker,
                                             const std::string& id,
                                             std::uint64_t after,
                                             Listener& listener) {
  auto log = local_.kept(id);
  if (log != nullptr || !is_stream_id(id))
    return read_kept(worker, std::move(log), after, listener);
  return place_on(worker)->reader.read(id, after, listener);
}

void RedisHub::stop(reactor::Worker& worker,
                    const std::string& owner,
                    const std::string& id,
                    std::weak_ptr<void> alive,
                    std::function<void(bool)> then) {
  if (!is_stream_id(id) || local_.kept(id) != nullptr) {
    return local_.stop(worker, owner, id, std::move(alive), std::move(then));
  }
  place_on(worker)->orders.stop(owner, id, std::move(alive), std::move(then));
}

void RedisHub::give_way(reactor::Worker& worker,
                        const std::string& owner,
                        const std::string& id,
                        std::weak_ptr<void> alive,
                        std::function<void(bool)> then) {
  if (!is_stream_id(id) || local_.kept(id) != nullptr) {
    return local_.give_way(worker, owner, id, std::move(alive), std::move(then));
  }
  place_on(worker)->orders.give_way(owner, id, std::move(alive), std::move(then));
}

}  // namespace patchbay::streams
