#include "core/storage/sql/secrets.hpp"

#include "core/crypto/hmac.hpp"
#include "core/storage/sql/sql_repository.hpp"
#include "core/storage/sql/statement.hpp"

namespace patchbay::storage::sql {

Status make_secrets(Connection& connection) {
  return connection.guarded<std::monostate>([&]() -> Status {
    Statement insert(connection,
                     "insert into secrets (name, value) values (:name, :value) "
                     "on conflict do nothing");
    insert.use(Repository::kFileUrlSecret).use(crypto::random_key()).run();
    return ok();
  });
}

Result<std::string> SqlRepository::secret(const std::string& name) {
  return connection_.guarded<std::string>([&]() -> Result<std::string> {
    std::string value;
    Statement select(connection_, "select value from secrets where name = :name");
    if (select.use(name).into(value).next()) return value;
    return make_error(ErrorCode::kNotFound, "there is no such secret");
  });
}

}  // namespace patchbay::storage::sql
