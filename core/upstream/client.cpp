#include "core/upstream/client.hpp"

#include <utility>

#include "core/upstream/exchange.hpp"
#include "core/upstream/exchanges.hpp"

namespace patchbay::upstream {
namespace {

// What the caller holds: a pointer at the exchange, which stays where it is when this goes.
class Handle final : public Transfer {
 public:
  explicit Handle(Exchange& exchange) : exchange_(&exchange) {}
  ~Handle() override {
    if (exchange_ != nullptr) exchange_->cancel();
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  void pause() override { exchange_->pause(); }
  void resume() override { exchange_->resume(); }
  [[nodiscard]] std::uint64_t received() const override { return exchange_->received(); }

 private:
  void detach() override { std::exchange(exchange_, nullptr)->finish(); }

  Exchange* exchange_;
};

}  // namespace

void Transfer::finish(std::unique_ptr<Transfer> transfer) {
  if (transfer != nullptr) transfer->detach();
}

class Client::Impl {
 public:
  Impl(reactor::Worker& worker, const Options& options) : exchanges(worker, options) {}

  Exchanges exchanges;
};

Client::Client(reactor::Worker& worker, Options options)
    : impl_(std::make_unique<Impl>(worker, options)) {}

Client::~Client() = default;

std::unique_ptr<Transfer> Client::start(Request request, ResponseHandler& handler) {
  Exchange& exchange = impl_->exchanges.start();
  exchange.begin(std::move(request), handler);
  return std::make_unique<Handle>(exchange);
}

Client::Counters Client::counters() const {
  Counters counters = impl_->exchanges.counters();
  counters.idle = impl_->exchanges.pool().idle();
  counters.busy = impl_->exchanges.pool().busy();
  return counters;
}

}  // namespace patchbay::upstream
