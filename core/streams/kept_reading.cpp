#include "core/streams/kept_reading.hpp"

#include <utility>

namespace patchbay::streams {
namespace {

// Told in one turn; the next piece follows in the next, so that one reader does not hold others up.
constexpr std::size_t kPieceBytes = 64 * 1024;

// Outlives its subscription by what was posted for it.
class Reading final : public Waker, public std::enable_shared_from_this<Reading> {
 public:
  Reading(reactor::Worker& worker,
          std::shared_ptr<KeptLog> log,
          std::uint64_t after,
          Listener& listener)
      : worker_(worker), log_(std::move(log)), next_(after + 1), listener_(&listener) {
    if (log_ != nullptr) ++log_->readers;
  }

  // Any thread.
  void wake() override {
    worker_.post([self = shared_from_this()] { self->go_on(); }, "a reader of a stream");
  }

  void set_wanted(bool wanted) {
    wanted_ = wanted;
    if (wanted && !busy_) {
      busy_ = true;
      wake();
    }
  }

  void close() {
    if (std::exchange(listener_, nullptr) == nullptr || log_ == nullptr) return;
    log_->forget(*this);
    --log_->readers;
  }

 private:
  void go_on() {
    busy_ = false;
    if (listener_ == nullptr || !wanted_) return;
    KeptLog::Piece piece;
    const auto next = log_ == nullptr ? KeptLog::Next::kGone
                                      : log_->take(next_, kPieceBytes, piece, shared_from_this());
    switch (next) {
      case KeptLog::Next::kFrames:
        next_ = piece.last + 1;
        listener_->on_frames(piece.first, piece.frames);
        if (listener_ != nullptr) set_wanted(wanted_);
        return;
      case KeptLog::Next::kNothing:
        busy_ = true;  // until it is woken
        if (!std::exchange(caught_up_, true)) listener_->on_caught_up();
        return;
      case KeptLog::Next::kEnd:
        return finish()->on_end();
      case KeptLog::Next::kGone:
        return finish()->on_lost();
    }
  }

  Listener* finish() {
    Listener* listener = listener_;
    close();
    return listener;
  }

  reactor::Worker& worker_;
  const std::shared_ptr<KeptLog> log_;
  std::uint64_t next_;
  Listener* listener_;  // null once it is over
  bool wanted_ = true;
  bool busy_ = false;  // go_on() will be called
  bool caught_up_ = false;
};

class KeptSubscription final : public Subscription {
 public:
  explicit KeptSubscription(std::shared_ptr<Reading> reading) : reading_(std::move(reading)) {
    reading_->set_wanted(true);
  }
  ~KeptSubscription() override { reading_->close(); }
  KeptSubscription(const KeptSubscription&) = delete;
  KeptSubscription& operator=(const KeptSubscription&) = delete;

  void set_wanted(bool wanted) override { reading_->set_wanted(wanted); }

 private:
  const std::shared_ptr<Reading> reading_;
};

}  // namespace

std::unique_ptr<Subscription> read_kept(reactor::Worker& worker,
                                        std::shared_ptr<KeptLog> log,
                                        std::uint64_t after,
                                        Listener& listener) {
  return std::make_unique<KeptSubscription>(
      std::make_shared<Reading>(worker, std::move(log), after, listener));
}

}  // namespace patchbay::streams
