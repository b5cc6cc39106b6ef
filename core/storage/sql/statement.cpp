#include "core/storage/sql/statement.hpp"

#include "core/json/utf8.hpp"

namespace patchbay::storage::sql {

Statement::Statement(Connection& connection, const std::string& sql)
    : connection_(connection), sql_(sql), statement_(connection.session()) {}

Statement& Statement::use(const std::string& text) {
  if (text.find('\0') != text.npos || !json::is_valid_utf8(text)) throw UnstorableText();
  texts_.push_back(text);
  statement_.exchange(soci::use(texts_.back()));
  return *this;
}

Statement& Statement::use(std::int64_t number) {
  numbers_.push_back(number);
  statement_.exchange(soci::use(numbers_.back()));
  return *this;
}

Statement& Statement::into(std::string& text) {
  statement_.exchange(soci::into(text));
  return *this;
}

Statement& Statement::into(std::int64_t& number) {
  results_.emplace_back(0, &number);
  statement_.exchange(soci::into(results_.back().first));
  return *this;
}

// Prepared for this one time, it takes one exchange with PostgreSQL instead of three.
void Statement::execute() {
  executed_ = true;
  statement_.alloc();
  statement_.prepare(sql_, soci::details::st_one_time_query);
  statement_.define_and_bind();
}

std::int64_t Statement::run() {
  execute();
  statement_.execute(true);
  const std::int64_t rows = statement_.get_affected_rows();
  connection_.count_written(rows);
  return rows;
}

bool Statement::next() {
  if (!executed_) {
    execute();
    statement_.execute(false);
  }
  if (!statement_.fetch()) return false;
  for (const auto& [number, out] : results_)
    *out = number;
  return true;
}

}  // namespace patchbay::storage::sql
