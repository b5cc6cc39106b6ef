// The instances of this process: those in use, and those that still have calls.
//
// Thread-safe.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/plugin_host/control_thread.hpp"
#include "core/plugin_host/plugin_book.hpp"
#include "core/plugin_host/provider_instance.hpp"
#include "core/plugin_host/retirable_instance.hpp"

namespace patchbay::plugin_host {

// A provider's instance that exists: one of an old generation does until its last call has ended.
struct LiveInstance {
  std::string provider;  // the entry's name
  std::string plugin;    // the plugin's id
  std::uint32_t generation = 0;
  std::size_t calls = 0;  // under way
};

class Roster {
 public:
  using Instances = std::vector<std::shared_ptr<RetirableInstance>>;

  // `made_of`: what the object was made from.
  std::shared_ptr<RetirableInstance> add(std::shared_ptr<ProviderInstance> object,
                                         std::string made_of);

  // The instance in use of that name that was made of the same; null when there is none.
  [[nodiscard]] std::shared_ptr<RetirableInstance> in_use(const std::string& name,
                                                          const std::string& type,
                                                          const Module& module,
                                                          const std::string& made_of) const;

  // From now on these are in use. The others are retired: what they have under way is ended by
  // `control` after `drain_timeout`.
  void publish(const Instances& instances,
               std::chrono::milliseconds drain_timeout,
               ControlThread& control);

  // Nothing is in use any more.
  void clear();

  [[nodiscard]] std::vector<LiveInstance> live() const;

  // Fills in what the states do not know: providers, models, tools, calls. Which tools are offered
  // is not known here.
  void complete(std::vector<PluginState>& states) const;

 private:
  mutable std::mutex mutex_;  // guards what follows
  std::vector<std::weak_ptr<ProviderInstance>> live_;
  Instances in_use_;
};

}  // namespace patchbay::plugin_host
