// What calls need of the worker they run on; one per worker, shared by all its calls.

#pragma once

#include <memory>
#include <set>

#include "core/reactor/worker.hpp"
#include "core/upstream/client.hpp"

namespace patchbay::relay {

// Something that goes on at a workplace for no call in particular.
class Errand {
 public:
  virtual ~Errand() = default;
};

class SignatureStore;

struct Workplace {
  explicit Workplace(reactor::Worker& on) : worker(on), client(on, {}) {}

  reactor::Worker& worker;
  upstream::Client client;
  SignatureStore* signatures = nullptr;            // shared by the workers; null: none are kept
  std::set<std::shared_ptr<Errand>> errands = {};  // end with the workplace, before its client
};

}  // namespace patchbay::relay
