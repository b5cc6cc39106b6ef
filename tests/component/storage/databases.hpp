// The databases that the same tests run over, each test with one of its own.

#pragma once

#include <atomic>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "core/base/clock.hpp"
#include "core/base/uuid.hpp"
#include "core/storage/sql/sql_store.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/support/temporary_store.hpp"

namespace patchbay::storage::sql {

inline constexpr const char* kSqlite = "sqlite";
inline constexpr const char* kPostgresql = "postgresql";

// Started by the first test that wants it, and ended with the process.
inline PostgresServer& postgres() {
  static PostgresServer server;
  return server;
}

inline std::string name_of_engine(const testing::TestParamInfo<const char*>& info) {
  return info.param;
}

// A test over each engine: `settings()` lead to a database that is empty at first.
class OverBoth : public testing::TestWithParam<const char*> {
 protected:
  [[nodiscard]] bool sqlite() const { return std::string(GetParam()) == kSqlite; }

  StoreSettings settings() {
    if (url_.empty()) {
      url_ = sqlite() ? "sqlite:" + (folder_.path() / "a b=c.db").string()
                      : postgres().url("t" + std::to_string(next_++));
    }
    StoreSettings out;
    out.url = *parse_database_url(url_);
    return out;
  }

  // Another database, which is empty.
  void start_anew() {
    url_ = sqlite() ? "sqlite:" + (folder_.path() / "other.db").string()
                    : postgres().url("t" + std::to_string(next_++));
  }

  static std::shared_ptr<SqlStore> open(const StoreSettings& settings) {
    auto store = SqlStore::open(settings);
    EXPECT_TRUE(store) << store.error().message << " " << store.error().detail;
    return *store;
  }
  std::shared_ptr<SqlStore> open() { return open(settings()); }

 private:
  inline static std::atomic<int> next_ = 0;

  TemporaryFolder folder_;
  std::string url_;
};

// --- Things to store ---

inline Conversation a_conversation(const std::string& owner, std::int64_t at_ms = 1000) {
  Conversation c;
  c.id = make_uuid();
  c.owner = owner;
  c.dialect = "chat";
  c.title = "A title";
  c.created_ms = at_ms;
  c.updated_ms = at_ms;
  return c;
}

inline Version a_version(const std::string& text, std::int64_t at_ms = 1000) {
  Version v;
  v.id = make_uuid();
  v.content = text;
  v.created_ms = at_ms;
  return v;
}

inline Message a_message(const std::string& conversation,
                         const std::string& parent,
                         Role role,
                         const std::string& text,
                         std::int64_t at_ms = 1000) {
  Message m;
  m.id = make_uuid();
  m.conversation_id = conversation;
  m.parent_id = parent;
  m.role = role;
  m.created_ms = at_ms;
  m.version = a_version(text, at_ms);
  return m;
}

inline ErrorCode code_of(const Status& status) {
  EXPECT_FALSE(status.has_value());
  return status ? ErrorCode::kInternal : status.error().code;
}
template <typename T>
ErrorCode code_of(const Result<T>& result) {
  EXPECT_FALSE(result.has_value());
  return result ? ErrorCode::kInternal : result.error().code;
}

}  // namespace patchbay::storage::sql
