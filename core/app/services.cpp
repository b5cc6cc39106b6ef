#include "core/app/services.hpp"

#include "core/base/redis_address.hpp"
#include "core/streams/memory_hub.hpp"
#include "core/streams/redis_hub.hpp"

namespace patchbay::app {

Result<storage::sql::StoreSettings> store_settings(const settings::Storage& storage) {
  const auto url = parse_database_url(storage.url);
  if (!url) return url.error();
  storage::sql::StoreSettings settings;
  settings.url = *url;
  settings.retention = {storage.retention_ms, storage.retention_bytes};
  return settings;
}

namespace {

std::shared_ptr<streams::Hub> make_hub(const settings::Settings& settings,
                                       const std::optional<RedisAddress>& redis) {
  streams::Bounds bounds;
  bounds.bytes = static_cast<std::size_t>(settings.chat.stream_buffer_bytes);
  if (redis) return std::make_shared<streams::RedisHub>(*redis, bounds);
  return std::make_shared<streams::MemoryHub>(bounds);
}

}  // namespace

Result<std::unique_ptr<RunningServices>> RunningServices::start(
    const settings::Settings& settings) {
  std::unique_ptr<RunningServices> running(new RunningServices);
  if (auto redis = parse_redis_url(settings.redis.url)) running->services_.redis = *redis;
  if (!settings.storage.enabled) return running;
  const auto storage = store_settings(settings.storage);
  if (!storage) return storage.error();
  auto store = storage::sql::SqlStore::open(*storage);
  if (!store) {
    return make_error(store.error().code,
                      "storage.url (" + storage->url.shown + "): " + store.error().message,
                      store.error().detail);
  }
  running->store_ = *store;
  running->services_.store = running->store_;
  running->services_.preparer = std::make_shared<documents::Preparer>();
  running->services_.streams = make_hub(settings, running->services_.redis);
  return running;
}

void RunningServices::close() {
  if (services_.preparer != nullptr) services_.preparer->close();
  if (store_ != nullptr) store_->close();
}

}  // namespace patchbay::app
