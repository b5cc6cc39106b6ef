#include "core/storage/sql/connection.hpp"

#include <utility>

namespace patchbay::storage::sql {

const char* UnstorableText::what() const noexcept {
  return "text with a NUL character, or that is not UTF-8, cannot be stored";
}

Error Connection::failed(const soci::soci_error& error) {
  const Failure failure = engine_.classify(session_, error);
  if (failure_ == Failure::kNone) failure_ = failure;
  const std::string detail = engine_.describe(error);
  if (engine_.took_too_long(error)) {
    return make_error(ErrorCode::kTimeout, "this takes the database too long", detail);
  }
  switch (failure) {
    case Failure::kReference:
      return make_error(ErrorCode::kNotFound, "what it belongs to does not exist", detail);
    case Failure::kBusy:
    case Failure::kFull:
      return make_error(ErrorCode::kUnavailable, "the database is busy", detail);
    case Failure::kLost:
      return make_error(ErrorCode::kUnavailable, "the database cannot be reached", detail);
    case Failure::kNone:
    case Failure::kPoisoned:
      break;
  }
  return make_error(ErrorCode::kInternal, "the database refused what it was given", detail);
}

Status Connection::open() {
  close();
  Status opened = guarded<std::monostate>([&]() -> Status {
    engine_.open(session_, use_);
    line_.hold(engine_.socket(session_));
    engine_.set_up(session_, use_);
    return ok();
  });
  open_ = opened.has_value();
  if (!open_) close();
  start_work();
  return opened;
}

void Connection::close() {
  open_ = false;
  line_.let_go();
  try {
    session_.close();
  } catch (const soci::soci_error&) {
    // It is gone either way.
  }
}

Status Connection::begin() {
  return guarded<std::monostate>([&]() -> Status {
    engine_.begin(session_, use_);
    return ok();
  });
}

// Others may be migrating just now, and a migration takes its time.
Status Connection::begin_migration() {
  line_.let_go();
  migrating_ = true;
  return guarded<std::monostate>([&]() -> Status {
    engine_.begin_migration(session_);
    return ok();
  });
}

Status Connection::commit() {
  Status committed = run_script("commit");
  if (std::exchange(migrating_, false) && open_) line_.hold(engine_.socket(session_));
  return committed;
}

void Connection::roll_back() {
  const Failure failure = failure_;
  if (!run_script("rollback") && failure == Failure::kNone) close();
  failure_ = failure;
}

Status Connection::run_script(const std::string& sql) {
  return guarded<std::monostate>([&]() -> Status {
    engine_.run_script(session_, sql);
    return ok();
  });
}

}  // namespace patchbay::storage::sql
