// What the process offers to all its requests beside providers, from settings to the threads of it.

#pragma once

#include <memory>

#include "core/api/services.hpp"
#include "core/base/result.hpp"
#include "core/settings/settings.hpp"
#include "core/storage/sql/sql_store.hpp"

namespace patchbay::app {

class RunningServices {
 public:
  // kInvalid when the configured database must not be used; one that cannot be reached is waited
  // for while everything else runs.
  static Result<std::unique_ptr<RunningServices>> start(const settings::Settings& settings);

  ~RunningServices() { close(); }
  RunningServices(const RunningServices&) = delete;
  RunningServices& operator=(const RunningServices&) = delete;

  // For snapshots.
  [[nodiscard]] const api::Services& services() const { return services_; }

  // Writes what waits. After the last request and before the workers, which its answers go to; the
  // same again does nothing.
  void close();

 private:
  RunningServices() = default;

  api::Services services_;
  std::shared_ptr<storage::sql::SqlStore> store_;  // null: nothing is stored
};

// What `storage:` says, for the store.
//
// REQUIRES: storage.url is as the settings let it through.
Result<storage::sql::StoreSettings> store_settings(const settings::Storage& storage);

}  // namespace patchbay::app
