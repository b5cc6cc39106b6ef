#include "core/app/migrate_command.hpp"

#include <filesystem>
#include <iostream>
#include <system_error>
#include <utility>
#include <vector>

#include "core/app/composition.hpp"
#include "core/app/services.hpp"
#include "core/storage/sql/migrations.hpp"

namespace patchbay::app {
namespace {

namespace sql = storage::sql;

int failed(const Error& error) {
  std::cerr << "patchbay: " << error.message;
  if (!error.detail.empty()) std::cerr << " (" << error.detail << ")";
  std::cerr << '\n';
  return 1;
}

// How far the database is. Whoever looks must not make one.
Result<std::vector<sql::MigrationState>> states_of(const DatabaseUrl& url) {
  const std::filesystem::path file = url.location;
  std::error_code error;
  const bool folder =
      file.parent_path().empty() || std::filesystem::exists(file.parent_path(), error);
  const bool to_be_made =
      url.engine == DatabaseUrl::Engine::kSqlite && folder && !std::filesystem::exists(file, error);
  if (!to_be_made) return sql::migration_states(url);
  std::vector<sql::MigrationState> states;
  for (sql::Migration& migration : sql::built_in_migrations("sqlite"))
    states.push_back({.migration = std::move(migration), .applied_ms = 0});
  return states;
}

int show(const DatabaseUrl& url, bool only_missing) {
  const auto states = states_of(url);
  if (!states) return failed(states.error());
  bool any = false;
  for (const sql::MigrationState& state : *states) {
    const bool missing = state.applied_ms == 0;
    if (only_missing && !missing) continue;
    any = true;
    std::cout << (missing ? "missing  " : "applied  ") << state.migration.name << "  "
              << state.migration.sha256 << '\n';
  }
  if (!any) std::cout << "nothing is missing\n";
  return 0;
}

int apply(const DatabaseUrl& url) {
  const auto done = sql::migrate(url);
  if (!done) return failed(done.error());
  for (const sql::Migration& migration : *done)
    std::cout << "applied  " << migration.name << '\n';
  if (done->empty()) std::cout << "nothing is missing\n";
  return 0;
}

}  // namespace

int migrate(const CommandLine& command_line) {
  const settings::Loaded loaded = load_settings(command_line);
  if (!loaded.ok()) {
    print_problems(loaded.problems);
    return kExitConfiguration;
  }
  if (!loaded.settings.storage.enabled) {
    std::cout << "storage is switched off: there is no database\n";
    return 0;
  }
  const auto url = parse_database_url(loaded.settings.storage.url);
  if (!url) return failed(url.error());
  std::cout << url->shown << '\n';
  if (command_line.migration == CommandLine::Migration::kApply) return apply(*url);
  return show(*url, command_line.migration == CommandLine::Migration::kDryRun);
}

}  // namespace patchbay::app
