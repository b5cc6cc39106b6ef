// One statement with its values, run once.
//
//   Statement insert(connection, "insert into t (id, n) values (:id, :n) on conflict do nothing");
//   const bool added = insert.use(id).use(n).run() == 1;
//
//   Statement select(connection, "select id, n from t where n > :n");
//   select.use(7).into(id).into(n);
//   while (select.next()) ...;
//
// It ends with the object: a SELECT of SQLite that is kept and was not read to its end would hold
// an old snapshot, so no statement outlives the call that made it.
//
// Values stand in the order of their names, and no name stands twice: the two databases disagree on
// what that would mean. Everything may throw soci::soci_error, and use() UnstorableText: call it
// within Connection::guarded().

#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <utility>

#include <soci/soci.h>

#include "core/storage/sql/connection.hpp"

namespace patchbay::storage::sql {

class Statement {
 public:
  Statement(Connection& connection, const std::string& sql);
  ~Statement() = default;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& use(const std::string& text);
  Statement& use(std::int64_t number);

  // Both are written by next(), and outlive its last call.
  Statement& into(std::string& text);
  Statement& into(std::int64_t& number);

  // The number of rows that it has written.
  std::int64_t run();
  // Reads the next row. False when there is none.
  bool next();

 private:
  void execute();

  Connection& connection_;
  const std::string sql_;
  std::deque<std::string> texts_;  // what use() was given; addresses stay
  std::deque<long long> numbers_;
  std::deque<std::pair<long long, std::int64_t*>> results_;
  soci::statement statement_;
  bool executed_ = false;
};

}  // namespace patchbay::storage::sql
