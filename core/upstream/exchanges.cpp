#include "core/upstream/exchanges.hpp"

#include <utility>

namespace patchbay::upstream {
namespace {

// Exchanges kept for later; those of a burst beyond it are freed.
constexpr std::size_t kSpareMax = 256;

}  // namespace

Exchanges::Exchanges(reactor::Worker& worker, const Client::Options& options)
    : worker_(worker),
      options_(options),
      dialer_(worker, options.dials_max),
      pool_(worker, options),
      read_buffer_(new char[options.head_bytes_max + kReadBytes]),
      send_buffer_(new char[Link::kRecordBytes]),
      end_of_turn_(
          worker, [this] { run_soon(); }, "upstream answers at the end of a turn"),
      turn_(
          worker,
          [this] {
            for (Exchange* exchange : next_turn_)
              soon_.push_back(exchange);
            next_turn_.clear();
            end_of_turn_.schedule();
          },
          "upstream answers of the next turn"),
      cells_(worker.metrics().upstream) {}

// Only exchanges that drain after finish() are left; their connections go with the pool.
Exchanges::~Exchanges() = default;

std::size_t Exchanges::read_buffer_size() const {
  return options_.head_bytes_max + kReadBytes;
}

Exchange& Exchanges::start() {
  if (spare_.empty()) {
    all_.push_back(std::make_unique<Exchange>(*this));
    all_.back()->index_ = all_.size() - 1;
    return *all_.back();
  }
  Exchange& exchange = *spare_.back();
  spare_.pop_back();
  return exchange;
}

void Exchanges::soon(Exchange& exchange) {
  if (exchange.queued_) return;
  exchange.queued_ = true;
  soon_.push_back(&exchange);
  end_of_turn_.schedule();
}

void Exchanges::next_turn(Exchange& exchange) {
  if (exchange.queued_) return;
  exchange.queued_ = true;
  next_turn_.push_back(&exchange);
  turn_.arm(Clock::duration::zero());
}

void Exchanges::retire(Exchange& exchange) {
  retired_.push_back(&exchange);
  end_of_turn_.schedule();
}

void Exchanges::give_back(Link& link) {
  if (DialRequester* waiting = dialer_.take_waiting(*link.endpoint())) {
    count_reused();
    waiting->on_link_free(link);
  } else {
    pool_.put(link);
  }
}

void Exchanges::run_soon() {
  running_.swap(soon_);
  for (Exchange* exchange : running_) {
    exchange->queued_ = false;
    exchange->run();
  }
  running_.clear();
  bury();
}

void Exchanges::bury() {
  std::erase_if(retired_, [this](Exchange* exchange) {
    if (exchange->queued_) return false;  // its turn comes first
    exchange->reset();
    if (spare_.size() < kSpareMax) {
      spare_.push_back(exchange);
    } else {
      const std::size_t index = exchange->index_;
      all_.back()->index_ = index;
      std::swap(all_[index], all_.back());
      all_.pop_back();
    }
    return true;
  });
}

}  // namespace patchbay::upstream
