#include "core/storage/sql/cutter.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/telemetry/log.hpp"

namespace patchbay::storage::sql {
namespace {

constexpr int kLooksPerPatience = 4;

}  // namespace

Cutter::Cutter(std::chrono::milliseconds patience)
    : patience_(patience), thread_([this] { run(); }) {}

Cutter::~Cutter() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Cutter::run() {
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, patience_ / kLooksPerPatience, [&] { return closed_; })) {
    const Time now = Clock::now();
    for (Line* line : lines_) {
      if (line->own_ < 0 || line->since_ == Time::max() || now - line->since_ < patience_) continue;
      line->since_ = Time::max();
      ::shutdown(line->own_, SHUT_RDWR);
      log::warn("storage_hangs").text("message", "a connection to the database was cut");
    }
  }
}

Cutter::Line::Line(Cutter* cutter) : cutter_(cutter) {
  if (cutter_ == nullptr) return;
  const std::lock_guard lock(cutter_->mutex_);
  cutter_->lines_.insert(this);
}

Cutter::Line::~Line() {
  if (cutter_ == nullptr) return;
  let_go();
  const std::lock_guard lock(cutter_->mutex_);
  cutter_->lines_.erase(this);
}

void Cutter::Line::hold(int socket) {
  if (cutter_ == nullptr) return;
  const std::lock_guard lock(cutter_->mutex_);
  if (own_ >= 0) ::close(own_);
  own_ = socket < 0 ? -1 : ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
}

void Cutter::Line::begin() {
  wait_from(1);
}

void Cutter::Line::end() {
  wait_from(-1);
}

void Cutter::Line::wait_from(int change) {
  if (cutter_ == nullptr) return;
  const std::lock_guard lock(cutter_->mutex_);
  depth_ += change;
  since_ = depth_ > 0 ? Clock::now() : Time::max();
}

}  // namespace patchbay::storage::sql
