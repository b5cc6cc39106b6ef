// A provider of type `replay`: answers from recordings, without a network and without a key.
//
// Immutable once created but for who had which turn, so calls share it freely.

#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "patchbay/plugin.hpp"
#include "plugins/replay/recording_shelf.hpp"
#include "plugins/replay/replay_call.hpp"
#include "plugins/shared/timer_thread.hpp"

namespace patchbay::plugins::replay {

class ReplayProvider {
 public:
  static constexpr std::string_view kType = "replay";
  static constexpr std::string_view kSchema =
#include "replay.schema.json.inc"
      ;
  static constexpr std::array kOps{sdk::op(PBAY_MODE_CHAT, "openai.chat/1"),
                                   sdk::op(PBAY_MODE_CHAT, "openai.completions/1"),
                                   sdk::op(PBAY_MODE_CHAT, "openai.responses/1"),
                                   sdk::op(PBAY_MODE_EMBEDDING, "openai.embeddings/1"),
                                   sdk::op(PBAY_MODE_IMAGE, "openai.images.generations/1"),
                                   sdk::op(PBAY_MODE_IMAGE, "openai.images.edits/1"),
                                   sdk::op(PBAY_MODE_IMAGE, "openai.images.variations/1"),
                                   sdk::op(PBAY_MODE_TRANSCRIBE, "openai.audio.transcriptions/1"),
                                   sdk::op(PBAY_MODE_TRANSCRIBE, "openai.audio.translations/1"),
                                   sdk::op(PBAY_MODE_SPEECH, "openai.audio.speech/1"),
                                   sdk::op(PBAY_MODE_MODERATION, "openai.moderations/1"),
                                   sdk::op(PBAY_MODE_MODELS, "openai.models/1")};
  using Call = ReplayCall;

  struct Options {
    bool exact_only = false;
    bool recorded_pace = false;
    std::optional<std::int64_t> first_delay_ms = {};  // both win over the recorded pace
    std::optional<std::int64_t> piece_delay_ms = {};
  };

  static std::unique_ptr<ReplayProvider> create(const sdk::Setup& setup);
  explicit ReplayProvider(const sdk::Host& given) : host(given) {}

  [[nodiscard]] const sdk::ModelList& models() const {
    return models_;
  }
  [[nodiscard]] const RecordingShelf& shelf() const {
    return shelf_;
  }
  [[nodiscard]] const Options& options() const {
    return options_;
  }
  // How long a piece of that recording waits.
  [[nodiscard]] std::int64_t delay_ms(const Recording& recording, bool is_first) const;

  const sdk::Host host;

 private:
  void tell(std::string_view instance) const;
  void list_models(std::string_view instance);

  Options options_;
  RecordingShelf shelf_;
  sdk::ModelList models_;
};

// The timer of this module, shared by its providers; the plugin's deinit() stops it.
TimerThread& timer();

}  // namespace patchbay::plugins::replay
