// The Store over SQLite or PostgreSQL.
//
//   auto store = SqlStore::open(settings);
//   if (!store) ...;               // it must not be used: another program's database, say
//   (*store)->write(...);          // refused while it cannot be reached, which is no error above
//   (*store)->close();             // before the workers go that its answers are posted to

#pragma once

#include <memory>
#include <string>

#include "core/base/result.hpp"
#include "core/storage/sql/settings.hpp"
#include "core/storage/store.hpp"

namespace patchbay::storage::sql {

class SqlStore : public Store {
 public:
  // Looks for the database, makes its tables and starts the threads. kInvalid when the database
  // must not be used (migrations.hpp); one that cannot be reached is looked for from now on.
  static Result<std::shared_ptr<SqlStore>> open(const StoreSettings& settings);

  ~SqlStore() override;
  SqlStore(const SqlStore&) = delete;
  SqlStore& operator=(const SqlStore&) = delete;

  void write(Job job, Done done, Cost cost) override;
  void write_if_room(Job job, Cost cost) override;
  void read(Job job, Done done) override;
  [[nodiscard]] bool available() const override;
  [[nodiscard]] const std::string& instance() const override { return instance_; }

  // Takes no more, finishes what waits, as far as there is time for it, and ends the threads. The
  // same again does nothing. Not for several threads at once.
  void close();

 private:
  explicit SqlStore(const StoreSettings& settings);

  struct Parts;  // the database's own types stay behind it

  const std::string instance_;
  const std::unique_ptr<Parts> parts_;
};

}  // namespace patchbay::storage::sql
