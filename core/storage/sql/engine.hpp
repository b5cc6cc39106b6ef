// All that differs between SQLite and PostgreSQL, for code that is otherwise the same for both.
//
// What throws, throws soci::soci_error, which classify() tells apart; nothing of it leaves this
// folder. Immutable and so thread-safe; a session belongs to one thread at a time.

#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <soci/soci.h>

#include "core/base/database_url.hpp"
#include "core/base/error.hpp"

namespace patchbay::storage::sql {

// What an error of the database means for whoever ran into it.
enum class Failure {
  kNone,
  kLost,       // the connection is gone, or the database behind it: open it again
  kBusy,       // another transaction was in the way: try the same again
  kFull,       // no room or no time now; the connection is good
  kReference,  // what was referred to is not there
  kPoisoned,   // it will never do
};

class Engine {
 public:
  virtual ~Engine() = default;

  enum class Use { kRead, kWrite };

  // Opens a connection. No call waits for longer than some seconds.
  virtual void open(soci::session& session, Use use) const = 0;
  // Makes its settings; before anything else.
  virtual void set_up(soci::session& session, Use use) const = 0;
  // Where the server is heard; -1 where there is none.
  [[nodiscard]] virtual int socket(soci::session& session) const = 0;

  virtual void begin(soci::session& session, Use use) const = 0;
  // A transaction that excludes every other process that wants one of these.
  virtual void begin_migration(soci::session& session) const = 0;

  // Statements that make the room which the tables stand in, where it is missing and making it is
  // ours; within that transaction. Empty where there is nothing to make.
  [[nodiscard]] virtual const char* make_schema() const = 0;

  // Several statements, without values.
  virtual void run_script(soci::session& session, const std::string& sql) const = 0;

  [[nodiscard]] virtual Failure classify(soci::session& session,
                                         const soci::soci_error& error) const = 0;
  // Whether it was broken off because it took too long.
  [[nodiscard]] virtual bool took_too_long(const soci::soci_error& error) const = 0;
  // For the log: what it was, without any value that somebody stored and without a password.
  [[nodiscard]] virtual std::string describe(const soci::soci_error& error) const = 0;

  // "sqlite" or "postgresql", as the files of migrations are called.
  [[nodiscard]] virtual std::string_view name() const = 0;
  // Whether a table of this name is there: SQL with one value, which counts them.
  [[nodiscard]] virtual const char* count_tables() const = 0;
  // An expression: the time of the one clock that all processes share, in milliseconds.
  [[nodiscard]] virtual const char* now_ms() const = 0;
  // What a SELECT ends with that waits for whoever is changing its row.
  [[nodiscard]] virtual const char* for_update() const = 0;
  // A condition on conversations `c`: that one of their finished versions, which must be of one
  // owner's, has a word. With two values, from search_owner() and search_word(), in this order;
  // their names begin with `parameter`. Of other owners' versions none is looked at.
  [[nodiscard]] virtual std::string search_condition(const std::string& parameter) const = 0;
  [[nodiscard]] virtual std::string search_owner(const std::string& owner) const = 0;
  // REQUIRES: `word` has no blanks and no ASCII punctuation.
  [[nodiscard]] virtual std::string search_word(const std::string& word) const = 0;
};

std::unique_ptr<const Engine> make_engine(const DatabaseUrl& url);

}  // namespace patchbay::storage::sql
