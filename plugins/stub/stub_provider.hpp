// A provider of type `stub`: answers by script instead of by a model. It is the demo, the test
// double and the fault injector. script.hpp has the keys, docs/providers/stub.md the examples.
//
// Immutable once created, so calls share it freely.

#pragma once

#include <array>
#include <memory>
#include <string_view>

#include "patchbay/plugin.hpp"
#include "plugins/stub/script.hpp"
#include "plugins/stub/stub_call.hpp"
#include "plugins/stub/timer_thread.hpp"

namespace patchbay::plugins::stub {

class StubProvider {
 public:
  static constexpr std::string_view kType = "stub";
  static constexpr std::string_view kSchema =
#include "stub.schema.json.inc"
      ;
  static constexpr std::array kOps{sdk::op(PBAY_MODE_CHAT, "openai.chat/1")};
  using Call = StubCall;

  static std::unique_ptr<StubProvider> create(const sdk::Setup& setup);
  explicit StubProvider(const sdk::Host& given) : host(given) {}

  [[nodiscard]] const sdk::ModelList& models() const {
    return models_;
  }
  [[nodiscard]] const Script& script() const {
    return script_;
  }

  const sdk::Host host;

 private:
  Script script_;
  sdk::ModelList models_;
};

// The timer of this module, shared by its providers; the plugin's deinit() stops it.
TimerThread& timer();

}  // namespace patchbay::plugins::stub
