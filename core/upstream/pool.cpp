#include "core/upstream/pool.hpp"

#include <algorithm>
#include <utility>

namespace patchbay::upstream {
namespace {

// A connection that waited this long is looked at before it is used: its end may lie in the
// kernel already, not yet told. Younger ones are spared the system call; should one of them be
// gone, the request is sent again.
constexpr std::chrono::seconds kTrustedFor{1};

}  // namespace

Pool::Pool(reactor::Worker& worker, const Client::Options& options)
    : worker_(worker),
      idle_max_(options.idle_max),
      idle_timeout_(options.idle_timeout),
      expiry_(
          worker, [this] { expire(); }, "upstream connections that grow old"),
      burial_(
          worker, [this] { closed_.clear(); }, "closed upstream connections"),
      cells_(worker.metrics().upstream) {}

Pool::~Pool() = default;

Link& Pool::adopt(std::unique_ptr<Link> link) {
  busy_.push_back(std::move(link));
  Link& adopted = *busy_.back();
  adopted.place_ = std::prev(busy_.end());
  count();
  return adopted;
}

Link* Pool::take(Endpoint& endpoint) {
  while (!endpoint.idle.empty()) {
    Link& link = *endpoint.idle.back();
    if (worker_.now() - link.idle_since_ < kTrustedFor || still_quiet(link)) {
      leave_idle(link, busy_);
      count();
      return &link;
    }
    close(link);
  }
  return nullptr;
}

void Pool::put(Link& link) {
  link.serve(*this);
  if (idle_max_ == 0 || !link.want(reactor::Interest::kRead)) {
    close(link);
    return;
  }
  link.idle_ = true;
  link.idle_since_ = worker_.now();
  link.endpoint()->idle.push_back(&link);
  idle_.splice(idle_.end(), busy_, link.place_);
  count();
  if (idle_.size() > idle_max_) close(*idle_.front());
  if (!expiry_.armed()) expiry_.arm_at(worker_.now() + idle_timeout_);
}

void Pool::close(Link& link) {
  link.close();
  if (link.idle_) {
    leave_idle(link, closed_);
  } else {
    closed_.splice(closed_.end(), busy_, link.place_);
  }
  count();
  burial_.schedule();
}

void Pool::leave_idle(Link& link, List& to) {
  link.idle_ = false;
  auto& idle = link.endpoint()->idle;
  // From the back, where the warm ones are: nearly always the first look finds it.
  idle.erase(std::prev(std::find(idle.rbegin(), idle.rend(), &link).base()));
  to.splice(to.end(), idle_, link.place_);
}

// After every change of the lists.
void Pool::count() {
  cells_.busy.set_size(busy_.size());
  cells_.idle.set_size(idle_.size());
}

void Pool::on_link_ready(Link& link, reactor::Ready ready) {
  // TLS may still bring session tickets, which are no bytes of ours.
  if (ready.readable && !ready.hangup && still_quiet(link)) return;
  close(link);
}

bool Pool::still_quiet(Link& link) {
  char byte = 0;
  std::size_t got = 0;
  return link.receive(&byte, 1, got) == Link::Io::kAgain;
}

void Pool::expire() {
  while (!idle_.empty() && idle_.front()->idle_since_ + idle_timeout_ <= worker_.now()) {
    close(*idle_.front());
  }
  if (!idle_.empty()) expiry_.arm_at(idle_.front()->idle_since_ + idle_timeout_);
}

}  // namespace patchbay::upstream
