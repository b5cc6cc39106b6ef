// One session with the database, its transactions, and what went wrong in them.
//
// Not thread-safe: each thread of the storage has its own.

#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <utility>

#include <soci/soci.h>

#include "core/base/result.hpp"
#include "core/storage/sql/cutter.hpp"
#include "core/storage/sql/engine.hpp"

namespace patchbay::storage::sql {

// Text that no database takes: one would cut it short in silence, another would refuse it.
class UnstorableText : public std::exception {
 public:
  [[nodiscard]] const char* what() const noexcept override;
};

class Connection {
 public:
  // Both outlive the connection. Without a cutter a call may wait for ever.
  Connection(const Engine& engine, Engine::Use use, Cutter* cutter = nullptr)
      : engine_(engine), use_(use), line_(cutter) {}

  // Closes what was open. The error tells why it cannot be reached.
  Status open();
  void close();
  [[nodiscard]] bool is_open() const { return open_; }

  Status begin();
  Status begin_migration();
  Status commit();
  void roll_back();  // whatever state it is in
  Status run_script(const std::string& sql);

  // Runs `work`, which uses the session, and makes a value of what the database throws. The first
  // failure is remembered: after it the transaction is worth nothing, whatever `work` made of it.
  template <typename T, typename Work>
  Result<T> guarded(Work work) {
    const Call call(line_);
    try {
      return work();
    } catch (const soci::soci_error& error) {
      return failed(error);
    } catch (const UnstorableText& error) {
      return make_error(ErrorCode::kInvalid, error.what());
    }
  }

  [[nodiscard]] Failure failure() const { return failure_; }
  // Rows written since start_work().
  [[nodiscard]] std::int64_t written() const { return written_; }
  void count_written(std::int64_t rows) { written_ += rows; }
  void start_work() {
    failure_ = Failure::kNone;
    written_ = 0;
  }

  [[nodiscard]] const Engine& engine() const { return engine_; }
  [[nodiscard]] soci::session& session() { return session_; }

 private:
  struct Call {
    explicit Call(Cutter::Line& on) : line(on) { line.begin(); }
    ~Call() { line.end(); }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;
    Cutter::Line& line;
  };

  Error failed(const soci::soci_error& error);

  const Engine& engine_;
  const Engine::Use use_;
  Cutter::Line line_;
  soci::session session_;
  bool open_ = false;
  bool migrating_ = false;
  Failure failure_ = Failure::kNone;
  std::int64_t written_ = 0;
};

}  // namespace patchbay::storage::sql
