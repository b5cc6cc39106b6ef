// What calls need of the worker they run on; one per worker, shared by all its calls.

#pragma once

#include "core/reactor/worker.hpp"
#include "core/upstream/client.hpp"

namespace patchbay::relay {

struct Workplace {
  explicit Workplace(reactor::Worker& on) : worker(on), client(on, {}) {}

  reactor::Worker& worker;
  upstream::Client client;
};

}  // namespace patchbay::relay
