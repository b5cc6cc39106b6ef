#include "core/storage/sql/engine.hpp"

#include <chrono>
#include <cstdint>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

namespace patchbay::storage::sql {
namespace {

// --- SQLite ---

constexpr int kBusyTimeoutMs = 5000;
constexpr int kMigrationTimeoutMs = 60'000;
constexpr std::intptr_t kReadTimeoutMs = 5000;

class Sqlite : public Engine {
 public:
  explicit Sqlite(std::string path) : path_(std::move(path)) {}

  void open(soci::session& session, Use use) const override {
    if (use == Use::kWrite) make_private();
    session.open(soci::sqlite3, "db=\"" + path_ + "\"");
    sqlite_api::sqlite3_extended_result_codes(handle(session), 1);
    sqlite_api::sqlite3_busy_timeout(handle(session), kBusyTimeoutMs);
  }

  void set_up(soci::session& session, Use use) const override {
    use_wal(session);
    run_script(session,
               "pragma synchronous = full; pragma foreign_keys = on;"
               "pragma journal_size_limit = 67108864;");
    if (use == Use::kRead) run_script(session, "pragma query_only = on");
  }

  int socket(soci::session&) const override { return -1; }

  // A plain BEGIN takes the lock at the first write, and fails at once where somebody else has
  // committed since the first read.
  void begin(soci::session& session, Use use) const override {
    if (use == Use::kRead) limit_time(session);
    run_script(session, use == Use::kWrite ? "begin immediate" : "begin");
  }

  void begin_migration(soci::session& session) const override {
    sqlite_api::sqlite3_busy_timeout(handle(session), kMigrationTimeoutMs);
    try {
      run_script(session, "begin exclusive");
    } catch (const soci::soci_error&) {
      sqlite_api::sqlite3_busy_timeout(handle(session), kBusyTimeoutMs);
      throw;
    }
    sqlite_api::sqlite3_busy_timeout(handle(session), kBusyTimeoutMs);
  }

  const char* make_schema() const override { return ""; }

  void run_script(soci::session& session, const std::string& sql) const override {
    const int result =
        sqlite_api::sqlite3_exec(handle(session), sql.c_str(), nullptr, nullptr, nullptr);
    if (result != SQLITE_OK) {
      throw soci::sqlite3_soci_error(sqlite_api::sqlite3_errmsg(handle(session)), result);
    }
  }

  Failure classify(soci::session& session, const soci::soci_error& error) const override {
    const auto* mine = dynamic_cast<const soci::sqlite3_soci_error*>(&error);
    if (mine == nullptr) {
      return session.get_backend() == nullptr ? Failure::kLost : Failure::kPoisoned;
    }
    if (mine->result() == SQLITE_CONSTRAINT_FOREIGNKEY) return Failure::kReference;
    switch (mine->result() & 0xff) {
      case SQLITE_BUSY:
      case SQLITE_LOCKED:
      case SQLITE_SCHEMA:
        return Failure::kBusy;
      case SQLITE_FULL:
      case SQLITE_NOMEM:
        return Failure::kFull;
      case SQLITE_CANTOPEN:
      case SQLITE_CORRUPT:
      case SQLITE_IOERR:
      case SQLITE_NOTADB:
      case SQLITE_PERM:
      case SQLITE_PROTOCOL:
      case SQLITE_READONLY:
        return Failure::kLost;
      default:
        return Failure::kPoisoned;
    }
  }

  bool took_too_long(const soci::soci_error& error) const override {
    const auto* mine = dynamic_cast<const soci::sqlite3_soci_error*>(&error);
    return mine != nullptr && (mine->result() & 0xff) == SQLITE_INTERRUPT;
  }

  std::string describe(const soci::soci_error& error) const override {
    const auto* mine = dynamic_cast<const soci::sqlite3_soci_error*>(&error);
    if (mine == nullptr) return "SQLite";
    return std::string("SQLite: ") + sqlite_api::sqlite3_errstr(mine->result() & 0xff) + " (" +
           std::to_string(mine->result()) + ")";
  }

  std::string_view name() const override { return "sqlite"; }
  const char* count_tables() const override {
    return "select count(*) from sqlite_master where type = 'table' and name = :name";
  }
  const char* now_ms() const override {
    return "cast((julianday('now') - 2440587.5) * 86400000 as integer)";
  }
  const char* for_update() const override { return ""; }
  std::string search_condition(const std::string& parameter) const override {
    return "c.id in (select v.conversation_id from version_words join versions v"
           " on v.row_number = version_words.rowid where version_words match :" +
           parameter + "_owner || :" + parameter + ")";
  }
  std::string search_owner(const std::string& owner) const override {
    std::string hex;
    for (const char c : owner) {
      constexpr std::string_view kDigits = "0123456789ABCDEF";
      const auto byte = static_cast<unsigned char>(c);
      hex += kDigits[byte >> 4U];
      hex += kDigits[byte & 0xFU];
    }
    return "owner : \"" + hex + "\" AND content : ";
  }
  // As a string of FTS5, in which nothing has a meaning.
  std::string search_word(const std::string& word) const override { return '"' + word + '"'; }

 private:
  static sqlite_api::sqlite3* handle(soci::session& session) {
    return static_cast<soci::sqlite3_session_backend*>(session.get_backend())->conn_;
  }

  // What a transaction reads is broken off after the time that PostgreSQL gives a statement. The
  // deadline itself is what the handler is given, as there is nobody who would keep it.
  static void limit_time(soci::session& session) {
    constexpr int kStepsBetween = 20'000;
    sqlite_api::sqlite3_progress_handler(
        handle(session), kStepsBetween, is_over, as_pointer(steady_ms() + kReadTimeoutMs));
  }
  static int is_over(void* deadline) {
    return steady_ms() > reinterpret_cast<std::intptr_t>(deadline) ? 1 : 0;
  }
  static void* as_pointer(std::intptr_t number) {
    return reinterpret_cast<void*>(number);  // NOLINT(performance-no-int-to-ptr)
  }
  static std::intptr_t steady_ms() {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  }

  // What people say to models is nobody else's on this machine. SQLite's other files get the rights
  // of the first; where it cannot be made, SQLite says so.
  void make_private() const {
    const int file =
        ::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (file >= 0) ::close(file);
  }

  // The change of the mode does not wait for others that are just doing the same.
  void use_wal(soci::session& session) const {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    for (;;) {
      try {
        std::string mode;
        session << "pragma journal_mode = wal", soci::into(mode);
        if (mode == "wal") return;
        throw soci::sqlite3_soci_error("the file system does not do for WAL", SQLITE_IOERR);
      } catch (const soci::soci_error& error) {
        if (classify(session, error) != Failure::kBusy ||
            std::chrono::steady_clock::now() > deadline) {
          throw;
        }
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }

  const std::string path_;
};

// --- PostgreSQL ---

// Any number will do that nobody else takes; these are the letters "patchbay".
constexpr const char* kMigrationLock =
    "begin; set local statement_timeout = 0; set local lock_timeout = '60s';"
    "select pg_advisory_xact_lock(8097882569545703801)";

// The tables stand in a schema of their own: another program's may have the same names. Whoever
// chose a search_path, in the URL or for the role or the database, is taken at their word.
constexpr const char* kUseSchema =
    "select set_config('search_path', 'patchbay', false) from pg_settings "
    "where name = 'search_path' and source in ('default', 'configuration file')";
constexpr const char* kMakeSchema =
    "do $$ begin if current_schema() is null and current_setting('search_path') = 'patchbay' "
    "then create schema patchbay; end if; end $$";

struct Parameter {
  const char* name;
  const char* value;
};
// A server that has gone without a word is noticed within seconds.
constexpr Parameter kParameters[] = {{"connect_timeout", "2"},
                                     {"keepalives_idle", "15"},
                                     {"keepalives_interval", "5"},
                                     {"keepalives_count", "3"},
                                     {"tcp_user_timeout", "5000"},
                                     {"application_name", "patchbay"}};

bool begins(const std::string& state, std::string_view with) {
  return std::string_view(state).starts_with(with);
}

class Postgresql : public Engine {
 public:
  explicit Postgresql(std::string url) : url_(std::move(url)) {
    for (const auto& [name, value] : kParameters) {
      const std::string key = std::string(name) + "=";
      if (url_.find("?" + key) != url_.npos || url_.find("&" + key) != url_.npos) continue;
      url_ += (url_.find('?') == url_.npos ? '?' : '&') + key + value;
    }
  }

  void open(soci::session& session, Use) const override {
    session.open(soci::postgresql, url_);
    // They would be written to standard error, and may quote what is stored.
    PQsetNoticeProcessor(
        handle(session), [](void*, const char*) {}, nullptr);
  }

  void set_up(soci::session& session, Use) const override {
    run_script(session,
               "set client_min_messages = error; set statement_timeout = '5s';"
               "set lock_timeout = '5s'; set idle_in_transaction_session_timeout = '30s';"
               "set client_encoding = 'UTF8'; set standard_conforming_strings = on");
    run_script(session, kUseSchema);
  }

  int socket(soci::session& session) const override { return PQsocket(handle(session)); }

  void begin(soci::session& session, Use use) const override {
    run_script(session,
               use == Use::kWrite ? "begin" : "begin isolation level repeatable read read only");
  }

  void begin_migration(soci::session& session) const override {
    run_script(session, kMigrationLock);
  }

  const char* make_schema() const override { return kMakeSchema; }

  void run_script(soci::session& session, const std::string& sql) const override {
    PGresult* result = PQexec(handle(session), sql.c_str());
    const ExecStatusType status = PQresultStatus(result);
    const char* field = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const std::string state = field == nullptr ? "08000" : field;
    PQclear(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY) {
      throw soci::postgresql_soci_error("a statement failed", state.c_str());
    }
  }

  Failure classify(soci::session& session, const soci::soci_error& error) const override {
    if (session.get_backend() == nullptr || PQstatus(handle(session)) != CONNECTION_OK) {
      return Failure::kLost;
    }
    const auto* mine = dynamic_cast<const soci::postgresql_soci_error*>(&error);
    if (mine == nullptr) return Failure::kPoisoned;
    const std::string state = mine->sqlstate();
    if (state == "40001" || state == "40P01" || state == "55P03") return Failure::kBusy;
    // 25006: a standby, which has been switched over from.
    if (begins(state, "08") || begins(state, "57P0") || begins(state, "58") || state == "25006") {
      return Failure::kLost;
    }
    if (begins(state, "53")) return Failure::kFull;
    // 57014: one job took too long, which is nobody else's affair.
    if (state == "23503") return Failure::kReference;
    return Failure::kPoisoned;
  }

  bool took_too_long(const soci::soci_error& error) const override {
    const auto* mine = dynamic_cast<const soci::postgresql_soci_error*>(&error);
    return mine != nullptr && mine->sqlstate() == "57014";
  }

  // PostgreSQL's own words quote values; only those about a connection that does not come about are
  // free of them, and the URL has been looked at so that they cannot hold a piece of the password.
  std::string describe(const soci::soci_error& error) const override {
    const auto* mine = dynamic_cast<const soci::postgresql_soci_error*>(&error);
    if (mine != nullptr) return "PostgreSQL: SQLSTATE " + mine->sqlstate();
    const std::string text = error.get_error_message();
    if (!text.starts_with("Cannot establish")) return "PostgreSQL";
    const std::size_t line = text.find('\n');
    if (line == text.npos) return "PostgreSQL: no connection";
    return "PostgreSQL: " + text.substr(line + 1, text.find('\n', line + 1) - line - 1);
  }

  std::string_view name() const override { return "postgresql"; }
  const char* count_tables() const override {
    return "select count(*) from pg_tables where schemaname = current_schema() and tablename = "
           ":name";
  }
  const char* now_ms() const override {
    return "cast(extract(epoch from clock_timestamp()) * 1000 as bigint)";
  }
  const char* for_update() const override { return " for update"; }
  std::string search_condition(const std::string& parameter) const override {
    return "c.id in (select v.conversation_id from versions v where v.words @@ "
           "cast('owner_' || md5(cast(:" +
           parameter +
           "_owner as text)) as tsquery) and v.words @@ plainto_tsquery('simple', :" + parameter +
           "))";
  }
  std::string search_owner(const std::string& owner) const override { return owner; }
  std::string search_word(const std::string& word) const override { return word; }

 private:
  static PGconn* handle(soci::session& session) {
    return static_cast<soci::postgresql_session_backend*>(session.get_backend())->conn_;
  }

  std::string url_;
};

}  // namespace

std::unique_ptr<const Engine> make_engine(const DatabaseUrl& url) {
  if (url.engine == DatabaseUrl::Engine::kSqlite) {
    return std::make_unique<const Sqlite>(url.location);
  }
  return std::make_unique<const Postgresql>(url.location);
}

}  // namespace patchbay::storage::sql
