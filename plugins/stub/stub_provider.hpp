// A provider of type `stub`: answers by script instead of by a model. It is the demo, the test
// double and the fault injector. script.hpp has the keys, docs/providers/stub.md the examples.
//
// Immutable once created, so calls share it freely.

#pragma once

#include <array>
#include <memory>
#include <string_view>

#include "patchbay/plugin.hpp"
#include "plugins/shared/timer_thread.hpp"
#include "plugins/stub/script.hpp"
#include "plugins/stub/stub_call.hpp"

namespace patchbay::plugins::stub {

class StubProvider {
 public:
  static constexpr std::string_view kType = "stub";
  static constexpr std::string_view kSchema =
#include "stub.schema.json.inc"
      ;
  static constexpr std::array kOps{sdk::op(PBAY_MODE_CHAT, "openai.chat/1"),
                                   sdk::op(PBAY_MODE_CHAT, "openai.completions/1"),
                                   sdk::op(PBAY_MODE_EMBEDDING, "openai.embeddings/1"),
                                   sdk::op(PBAY_MODE_IMAGE, "openai.images.generations/1"),
                                   sdk::op(PBAY_MODE_IMAGE, "openai.images.edits/1"),
                                   sdk::op(PBAY_MODE_IMAGE, "openai.images.variations/1"),
                                   sdk::op(PBAY_MODE_TRANSCRIBE, "openai.audio.transcriptions/1"),
                                   sdk::op(PBAY_MODE_TRANSCRIBE, "openai.audio.translations/1"),
                                   sdk::op(PBAY_MODE_SPEECH, "openai.audio.speech/1"),
                                   sdk::op(PBAY_MODE_MODERATION, "openai.moderations/1"),
                                   sdk::op(PBAY_MODE_MODELS, "openai.models/1")};
  using Call = StubCall;

  static std::unique_ptr<StubProvider> create(const sdk::Setup& setup);
  explicit StubProvider(const sdk::Host& given) : host(given) {}

  [[nodiscard]] const sdk::ModelList& models() const {
    return models_;
  }
  // What its list of models says: one model at least, since it answers to any name.
  [[nodiscard]] const sdk::ModelList& listed() const {
    return models_.entries().empty() ? any_model_ : models_;
  }
  [[nodiscard]] const Script& script() const {
    return script_;
  }

  const sdk::Host host;

 private:
  Script script_;
  sdk::ModelList models_;  // that were configured
  sdk::ModelList any_model_;
};

// The timer of this module, shared by its providers; the plugin's deinit() stops it.
TimerThread& timer();

}  // namespace patchbay::plugins::stub
