#include "tests/churn/crowd.hpp"

#include <cstdio>
#include <utility>

namespace patchbay::churn {
namespace {

constexpr std::size_t kComplaintsMax = 50;  // the first few tell what is wrong

}  // namespace

Crowd::Crowd(CrowdOptions options)
    : options_(std::move(options)),
      planner_(options_.seed, options_.models),
      dice_(options_.seed + 1) {}

void Crowd::run() {
  ClientHome& home = *this;
  while (tally_.connections < options_.connections || loop_.guests() > 0) {
    while (tally_.connections < options_.connections && loop_.guests() < options_.at_once) {
      const Id id = loop_.next_id();
      auto client = std::make_unique<Client>(home, id, planner_.make());
      Client& opened = *client;
      loop_.add(id, std::move(client));
      opened.open();
    }
    loop_.turn();
  }
}

void Crowd::complain(std::string_view what) {
  if (++complaints_ > kComplaintsMax) return;
  std::fprintf(stderr, "%.*s\n", static_cast<int>(what.size()), what.data());
}

}  // namespace patchbay::churn
