// What a running turn leaves in the store while it goes on, and at its end.

#include <algorithm>
#include <utility>

#include "core/api/running_turn.hpp"
#include "core/base/clock.hpp"
#include "core/base/uuid.hpp"
#include "core/conversations/storable_text.hpp"
#include "core/telemetry/log.hpp"

namespace patchbay::api {
namespace {

using storage::Repository;
using storage::VersionStatus;

// How often an answer that is being written is stored as far as it is, so that little of it is lost
// with the process.
constexpr std::chrono::seconds kSaveEvery{1};

// An answer of up to this many bytes is stored every time.
constexpr std::size_t kOftenUpTo = 64 * 1024;

// Where the storage was away when an answer was complete, until it is back.
constexpr std::chrono::seconds kSaveAgain{2};

}  // namespace

storage::VersionUpdate RunningTurn::update(VersionStatus status) const {
  storage::VersionUpdate update;
  update.id = opened_.reply_version;
  update.content = record_.text();
  update.parts = record_.parts();
  const relay::Outcome outcome = call_ ? call_->outcome() : outcome_;
  update.provider = conversations::storable(outcome.provider);
  update.model = conversations::storable(outcome.upstream_model);
  update.status = status;
  if (failure_) update.error = conversations::storable(failure_->message);
  update.usage = dialect_ ? dialect_->usage() : record_.usage();
  update.updated_ms = unix_ms();
  return update;
}

void RunningTurn::save_some() {
  if (state_ == State::kSaving) return save(ending_);
  if (state_ != State::kAnswering) return;
  save_timer_.arm(kSaveEvery);
  // Each time the whole is written, so that a very long answer is written more rarely.
  const std::size_t grown = record_.bytes() - std::min(record_.bytes(), saved_bytes_);
  if (grown == 0 || (saved_bytes_ > kOftenUpTo && grown < saved_bytes_ / 10)) return;
  saved_bytes_ = record_.bytes();
  context_.snapshot->services.store->write_if_room(
      [update = update(VersionStatus::kStreaming)](Repository& repository) {
        return repository.update_version(update);
      },
      {.bytes = saved_bytes_});
}

// Images that belong to the answer are stored before it, so that it never names one that is not
// there.
void RunningTurn::save(VersionStatus status) {
  state_ = State::kSaving;
  ending_ = status;
  save_timer_.cancel();
  grace_timer_.cancel();
  if (files_ == 0) store();
}

void RunningTurn::store() {
  const bool unsaid = ending_ == VersionStatus::kError && record_.empty();
  if (plan_.forget_unsaid && unsaid) return forget();
  asker_.write<bool>(
      [update = update(ending_)](Repository& repository) -> Result<bool> {
        if (auto updated = repository.update_version(update); !updated) return updated.error();
        return true;
      },
      [this](const Result<bool>& saved) { on_saved(saved ? ok() : Status(saved.error())); },
      {.bytes = record_.bytes()});
}

// As if nobody had asked.
void RunningTurn::forget() {
  const std::string user = opened_.path.empty() ? "" : opened_.path.back().id;
  asker_.write<bool>(
      [opened = opened_, owner = plan_.opening.owner, user](
          Repository& repository) -> Result<bool> {
        if (opened.created) {
          auto removed = repository.delete_conversation(owner, opened.conversation.id);
          return removed ? Result<bool>(true) : removed.error();
        }
        for (const std::string& message : {opened.reply_id, user}) {
          if (auto removed = repository.remove_message(message); !removed) return removed.error();
        }
        return true;
      },
      [this](const Result<bool>& done) { on_saved(done ? ok() : Status(done.error())); },
      {});
}

// Where the storage is away the client hears of it at once; what it has read is stored when that
// can be done again.
void RunningTurn::on_saved(const Status& status) {
  if (state_ != State::kSaving) return;
  if (status) {
    state_ = State::kSaved;
    tell_end(failure_);
    return over();
  }
  const ErrorCode code = status.error().code;
  if (code == ErrorCode::kNotFound) {  // the conversation was deleted meanwhile
    tell_end(failure_);
    return over();
  }
  log::warn("answer_not_stored")
      .text("request_id", context_.request_id)
      .text("conversation", opened_.conversation.id)
      .text("error", status.error().message)
      .text("detail", status.error().detail);
  tell_end(failure_ ? failure_ : storage_failure(status.error()));
  if (code == ErrorCode::kUnavailable || code == ErrorCode::kTimeout) {
    save_timer_.arm(kSaveAgain);
  } else {
    store_failure();
  }
}

// This answer can never be stored; that there was one, and that it is over, can.
void RunningTurn::store_failure() {
  storage::VersionUpdate update;
  update.id = opened_.reply_version;
  update.status = VersionStatus::kError;
  update.error = "The answer could not be stored";
  update.updated_ms = unix_ms();
  asker_.write<bool>(
      [update](Repository& repository) -> Result<bool> {
        if (auto updated = repository.update_version(update); !updated) return updated.error();
        return true;
      },
      [this](const Result<bool>&) { over(); },
      {});
}

std::string RunningTurn::keep(storage::StoredFile file) {
  file.id = make_uuid();
  file.owner = plan_.opening.owner;
  file.conversation_id = opened_.conversation.id;
  file.created_ms = unix_ms();
  std::string url = base_url_ + "/files/" + file.id;
  ++files_;
  const std::size_t bytes = file.bytes.size();
  const auto kept = std::make_shared<const storage::StoredFile>(std::move(file));
  asker_.write<bool>(
      [kept](Repository& repository) -> Result<bool> {
        if (auto added = repository.add_file(*kept); !added) return added.error();
        return true;
      },
      [this](const Result<bool>& done) { on_file_kept(done ? ok() : Status(done.error())); },
      {.bytes = bytes});
  return url;
}

void RunningTurn::on_file_kept(const Status& status) {
  if (!status && !failure_) {
    failure_ = storage_failure(status.error());
    ending_ = VersionStatus::kError;
  }
  if (--files_ > 0) return;
  const std::string held = std::exchange(held_, {});
  if (!failure_) show(held);
  if (state_ == State::kSaving) store();
}

}  // namespace patchbay::api
