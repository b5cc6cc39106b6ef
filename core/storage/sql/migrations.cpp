#include <algorithm>
#include <charconv>
#include <cstring>
#include <map>

#include "core/base/clock.hpp"
#include "core/crypto/sha256.hpp"
#include "core/storage/sql/migrating.hpp"
#include "core/storage/sql/statement.hpp"

extern "C" {
extern const char patchbay_migrations[];
extern const char patchbay_migrations_end[];
}

namespace patchbay::storage::sql {
namespace {

constexpr const char* kTable = "schema_migrations";

struct Applied {
  std::string name;
  std::string sha256;
  std::int64_t applied_ms = 0;
};

Error refusal(const std::string& what) {
  return make_error(ErrorCode::kInvalid, "the database " + what);
}

// Within guarded().
bool has_table(Connection& connection, const char* name) {
  std::int64_t tables = 0;
  Statement count(connection, connection.engine().count_tables());
  count.use(name).into(tables).next();
  return tables != 0;
}

Result<std::map<std::int64_t, Applied>> applied_to(Connection& connection) {
  return connection.guarded<std::map<std::int64_t, Applied>>(
      [&]() -> Result<std::map<std::int64_t, Applied>> {
        std::map<std::int64_t, Applied> applied;
        if (!has_table(connection, kTable)) return applied;
        std::int64_t number = 0;
        Applied row;
        Statement select(connection,
                         "select number, name, sha256, applied_ms from schema_migrations");
        select.into(number).into(row.name).into(row.sha256).into(row.applied_ms);
        while (select.next())
          applied.emplace(number, row);
        return applied;
      });
}

Result<std::vector<MigrationState>> compare(const std::map<std::int64_t, Applied>& applied,
                                            const std::vector<Migration>& migrations) {
  std::vector<MigrationState> states;
  for (const Migration& migration : migrations) {
    const auto found = applied.find(migration.number);
    if (found == applied.end()) {
      states.push_back({migration, 0});
      continue;
    }
    if (found->second.sha256 != migration.sha256) {
      return refusal("has been through another migration " + migration.name +
                     " than the one of this program: one of them was edited");
    }
    states.push_back({migration, found->second.applied_ms});
  }
  for (const auto& [number, row] : applied) {
    const bool known = std::any_of(migrations.begin(),
                                   migrations.end(),
                                   [n = number](const Migration& m) { return m.number == n; });
    if (!known) {
      return refusal("was written by a newer program: it has been through migration " + row.name +
                     ", which this one does not know");
    }
  }
  return states;
}

Status apply(Connection& connection, const Migration& migration) {
  if (Status run = connection.run_script(std::string(migration.sql)); !run) {
    if (connection.failure() == Failure::kLost) return run;
    return make_error(ErrorCode::kInvalid,
                      "migration " + migration.name + " failed, and nothing was changed",
                      run.error().detail);
  }
  return connection.guarded<std::monostate>([&]() -> Status {
    Statement insert(connection,
                     "insert into schema_migrations (number, name, sha256, applied_ms) values "
                     "(:number, :name, :sha256, :applied)");
    insert.use(migration.number).use(migration.name).use(migration.sha256).use(unix_ms()).run();
    return ok();
  });
}

// A database in which nothing was migrated and whose tables are there all the same: those of the
// program that was there before, for instance.
Status check_unused(Connection& connection, const std::vector<MigrationState>& states) {
  const bool fresh = std::all_of(states.begin(), states.end(), [](const MigrationState& state) {
    return state.applied_ms == 0;
  });
  if (!fresh) return ok();
  return connection.guarded<std::monostate>([&]() -> Status {
    for (const char* table : {"conversations", "messages", "files"}) {
      if (!has_table(connection, table)) continue;
      return refusal(
          "has a table \"" + std::string(table) +
          "\" of another program: expected a database for Patchbay alone, or of "
          "PostgreSQL another schema, by ?options=-csearch_path%3DSCHEMA at the end of the URL");
    }
    return ok();
  });
}

Status make_schema(Connection& connection) {
  Status made = connection.run_script(connection.engine().make_schema());
  if (made || connection.failure() != Failure::kPoisoned) return made;
  Error error = refusal(
      "has no schema \"patchbay\", and this role may not make it: have it made (create schema "
      "patchbay "
      "authorization ROLE), or name another by ?options=-csearch_path%3DSCHEMA at the end of the "
      "URL");
  error.detail = made.error().detail;
  return error;
}

// Within the transaction that holds the lock.
Result<std::vector<Migration>> apply_missing(Connection& connection,
                                             const std::vector<Migration>& migrations) {
  if (const Status made = make_schema(connection); !made) return made.error();
  if (const Status made = connection.run_script(
          "create table if not exists schema_migrations (number bigint primary key, "
          "name text not null, sha256 text not null, applied_ms bigint not null)");
      !made) {
    return made.error();
  }
  const auto states = migration_states(connection, migrations);
  if (!states) return states.error();
  if (const Status unused = check_unused(connection, *states); !unused) return unused.error();
  std::vector<Migration> done;
  for (const MigrationState& state : *states) {
    if (state.applied_ms != 0) continue;
    if (const Status applied = apply(connection, state.migration); !applied) return applied.error();
    done.push_back(state.migration);
  }
  return done;
}

}  // namespace

std::vector<Migration> built_in_migrations(std::string_view engine) {
  std::vector<Migration> migrations;
  const std::string ending = "." + std::string(engine) + ".sql";
  for (const char* at = patchbay_migrations; at < patchbay_migrations_end;) {
    const std::string file = at;
    at += file.size() + 1;
    const std::string_view sql = at;
    at += sql.size() + 1;
    if (!file.ends_with(ending)) continue;
    Migration migration;
    migration.name = file.substr(0, file.size() - ending.size());
    std::from_chars(file.data(), file.data() + file.size(), migration.number);
    migration.sql = sql;
    migration.sha256 = crypto::sha256(sql);
    migrations.push_back(std::move(migration));
  }
  return migrations;
}

Result<std::vector<MigrationState>> migration_states(Connection& connection,
                                                     const std::vector<Migration>& migrations) {
  const auto applied = applied_to(connection);
  if (!applied) return applied.error();
  return compare(*applied, migrations);
}

Result<std::vector<Migration>> migrate(Connection& connection,
                                       const std::vector<Migration>& migrations) {
  connection.start_work();
  if (const Status begun = connection.begin_migration(); !begun) {
    connection.roll_back();
    return begun.error();
  }
  auto done = apply_missing(connection, migrations);
  if (done) {
    if (const Status committed = connection.commit(); !committed) done = committed.error();
  }
  if (!done) connection.roll_back();
  return done;
}

Result<std::vector<MigrationState>> migration_states(const DatabaseUrl& url) {
  const auto engine = make_engine(url);
  Connection connection(*engine, Engine::Use::kWrite);
  if (const Status opened = connection.open(); !opened) return opened.error();
  return migration_states(connection, built_in_migrations(engine->name()));
}

Result<std::vector<Migration>> migrate(const DatabaseUrl& url) {
  const auto engine = make_engine(url);
  Connection connection(*engine, Engine::Use::kWrite);
  if (const Status opened = connection.open(); !opened) return opened.error();
  return migrate(connection, built_in_migrations(engine->name()));
}

}  // namespace patchbay::storage::sql
