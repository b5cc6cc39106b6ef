// What a running turn leaves in the store while it goes on, and at its end.

#include <utility>

#include "core/api/turns/running_turn.hpp"
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
  if (!pace_.due(record_.bytes())) return;
  context_.snapshot->services.store->write_if_room(
      [update = update(VersionStatus::kStreaming)](Repository& repository) {
        return repository.update_version(update);
      },
      {.bytes = record_.bytes()});
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

TurnEncoder::Kept RunningTurn::keep(storage::StoredFile file) {
  file.id = make_uuid();
  file.owner = plan_.opening.owner;
  file.conversation_id = opened_.conversation.id;
  file.created_ms = unix_ms();
  TurnEncoder::Kept shown{
      .id = file.id, .stored_url = links_.plain(file.id), .shown_url = links_.shown(file.id)};
  ++files_;
  const std::size_t bytes = file.bytes.size();
  const auto kept = std::make_shared<const storage::StoredFile>(std::move(file));
  asker_.write<bool>(
      [kept](Repository& repository) -> Result<bool> {
        if (auto added = repository.add_file(*kept); !added) return added.error();
        return true;
      },
      [this, url = shown.stored_url](const Result<bool>& done) {
        --files_;
        if (!done) return on_file_lost(url, done.error());
        if (files_ > 0) return;
        show(std::exchange(held_, {}));
        if (state_ == State::kSaving) store();
      },
      {.bytes = bytes});
  return shown;
}

// An answer with an image that is nowhere ends here: neither its client nor what is stored of it
// may name that image.
void RunningTurn::on_file_lost(const std::string& url, const Error& error) {
  record_.drop_image(url);
  held_.clear();
  if (!failure_) failure_ = storage_failure(error);
  if (call_ && state_ == State::kAnswering) outcome_ = call_->outcome();
  call_.reset();
  end_tools();
  save(VersionStatus::kError);
}

}  // namespace patchbay::api
