#include "core/storage/sql/retention.hpp"

#include <string>
#include <vector>

#include "core/storage/sql/statement.hpp"

namespace patchbay::storage::sql {
namespace {

std::vector<std::string> too_old(Connection& connection, std::int64_t age_ms, std::int64_t batch) {
  std::vector<std::string> ids;
  std::string id;
  Statement select(connection,
                   std::string("select id from conversations where pinned in (0, 1) "
                               "and updated_ms < ") +
                       connection.engine().now_ms() + " - cast(:age as bigint) limit :rows");
  select.use(age_ms).use(batch).into(id);
  while (select.next())
    ids.push_back(id);
  return ids;
}

std::vector<std::string> too_much(Connection& connection, std::int64_t bound, std::int64_t batch) {
  std::int64_t total = 0;
  Statement sum(connection, "select cast(coalesce(sum(bytes), 0) as bigint) from conversations");
  sum.into(total).next();
  std::vector<std::string> ids;
  if (total <= bound) return ids;
  std::string id;
  std::int64_t bytes = 0;
  Statement select(connection,
                   "select id, bytes from conversations order by pinned, updated_ms limit :rows");
  select.use(batch).into(id).into(bytes);
  while (total > bound && select.next()) {
    ids.push_back(id);
    total -= bytes;
  }
  return ids;
}

}  // namespace

Result<std::int64_t> delete_expired(Connection& connection,
                                    const RetentionRules& rules,
                                    std::int64_t batch) {
  return connection.guarded<std::int64_t>([&]() -> Result<std::int64_t> {
    std::vector<std::string> ids;
    if (rules.age_ms > 0) ids = too_old(connection, rules.age_ms, batch);
    if (ids.empty() && rules.bytes > 0) ids = too_much(connection, rules.bytes, batch);
    for (const std::string& id : ids) {
      Statement remove(connection, "delete from conversations where id = :id");
      remove.use(id).run();
    }
    return static_cast<std::int64_t>(ids.size());
  });
}

}  // namespace patchbay::storage::sql
