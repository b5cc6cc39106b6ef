// A Store on a SQLite of its own, which goes with it, and calls of it that wait for their answer.
//
//   TemporaryStore store;
//   ASSERT_TRUE(write(*store, [](storage::Repository& r) { return r.create_conversation(c); }));
//   auto path = read<std::vector<storage::Message>>(
//       *store, [&](storage::Repository& r) { return r.active_path(c.id); });

#pragma once

#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <stdlib.h>

#include "core/storage/sql/sql_store.hpp"
#include "core/storage/store.hpp"

namespace patchbay {

// A folder in memory where there is one: what a test stores is nobody's after it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = std::filesystem::is_directory("/dev/shm")
                           ? "/dev/shm/patchbay-XXXXXX"
                           : (std::filesystem::temp_directory_path() / "patchbay-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TemporaryFolder() {
    std::error_code none;
    std::filesystem::remove_all(path_, none);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

class TemporaryStore {
 public:
  explicit TemporaryStore(storage::sql::StoreSettings settings = {}) {
    settings.url = *parse_database_url("sqlite:" + (folder_.path() / "test.db").string());
    store_ = *storage::sql::SqlStore::open(settings);
  }
  TemporaryStore(const TemporaryStore&) = delete;
  TemporaryStore& operator=(const TemporaryStore&) = delete;
  ~TemporaryStore() { store_->close(); }

  [[nodiscard]] storage::Store& operator*() const { return *store_; }
  [[nodiscard]] storage::Store* operator->() const { return store_.get(); }
  [[nodiscard]] std::shared_ptr<storage::Store> shared() const { return store_; }

 private:
  TemporaryFolder folder_;
  std::shared_ptr<storage::sql::SqlStore> store_;
};

// Not on a thread of the store's.
inline Status write(storage::Store& store, storage::Store::Job job) {
  std::promise<Status> told;
  store.write(std::move(job), [&told](Status status) { told.set_value(std::move(status)); }, {});
  return told.get_future().get();
}

template <typename T, typename Job>
Result<T> answered(Job job, bool by_writing, storage::Store& store) {
  std::optional<T> found;
  const storage::Store::Job run = [&](storage::Repository& repository) -> Status {
    Result<T> result = job(repository);
    if (!result) return result.error();
    found = *std::move(result);
    return ok();
  };
  std::promise<Status> told;
  const auto done = [&told](Status status) { told.set_value(std::move(status)); };
  if (by_writing) {
    store.write(run, done, {});
  } else {
    store.read(run, done);
  }
  const Status status = told.get_future().get();
  if (!status) return status.error();
  return std::move(*found);
}

template <typename T, typename Job>
Result<T> read(storage::Store& store, Job job) {
  return answered<T>(std::move(job), false, store);
}

// Of a write that has something to tell.
template <typename T, typename Job>
Result<T> write_for(storage::Store& store, Job job) {
  return answered<T>(std::move(job), true, store);
}

}  // namespace patchbay
