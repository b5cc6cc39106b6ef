#include "plugins/replay/replay_provider.hpp"

#include <algorithm>
#include <string>

namespace patchbay::plugins::replay {
namespace {

using enum OpenAiOperation;

// A recording does not say when its pieces came: they are spread over its time evenly.
constexpr std::int64_t kBytesAPiece = 200;  // about, of a stream
constexpr std::int64_t kDelayMsMax = 600'000;

pbay_mode mode_of(OpenAiOperation operation) {
  switch (operation) {
    case kEmbeddings:
      return PBAY_MODE_EMBEDDING;
    case kImages:
    case kImageEdits:
    case kImageVariations:
      return PBAY_MODE_IMAGE;
    case kTranscriptions:
    case kTranslations:
      return PBAY_MODE_TRANSCRIBE;
    case kSpeech:
      return PBAY_MODE_SPEECH;
    case kModerations:
      return PBAY_MODE_MODERATION;
    default:
      return PBAY_MODE_CHAT;
  }
}

}  // namespace

TimerThread& timer() {
  static TimerThread the_timer;
  return the_timer;
}

std::int64_t ReplayProvider::delay_ms(const Recording& recording, bool is_first) const {
  const auto& configured = is_first ? options_.first_delay_ms : options_.piece_delay_ms;
  if (configured) return *configured;
  if (!options_.recorded_pace) return 0;
  if (is_first) return std::min(recording.first_byte_ms, kDelayMsMax);
  const auto pieces = static_cast<std::int64_t>(recording.body.size()) / kBytesAPiece + 1;
  return std::min((recording.took_ms - recording.first_byte_ms) / pieces, kDelayMsMax);
}

void ReplayProvider::tell(std::string_view instance) const {
  std::string text = "recordings that `" + std::string(instance) +
                     "` answers with: " + std::to_string(shelf_.size());
  const auto also = [&text](std::size_t count, std::string_view what) {
    if (count > 0) text.append("; ").append(what).append(": ") += std::to_string(count);
  };
  also(shelf_.broken(), "lines that cannot be read");
  also(shelf_.unanswered(), "without a complete answer");
  also(shelf_.compressed(), "compressed files, left out");
  if (!shelf_.foreign().empty()) text += "; not read here: " + shelf_.foreign_text();
  const bool all_read = shelf_.broken() + shelf_.compressed() == 0;
  host.log(all_read ? PBAY_LOG_INFO : PBAY_LOG_WARN, 0, text);
}

void ReplayProvider::list_models(std::string_view instance) {
  for (const auto& [model, operations] : shelf_.models()) {
    std::uint64_t modes = 0;
    for (const OpenAiOperation operation : operations)
      modes |= PBAY_MODE_BIT(mode_of(operation));
    models_.add(model, instance, modes);
  }
}

std::unique_ptr<ReplayProvider> ReplayProvider::create(const sdk::Setup& setup) {
  if (setup.host().extension<pbay_host_async>(PBAY_EXT_HOST_ASYNC) == nullptr) {
    return setup.refuse("", "this host does not offer " PBAY_EXT_HOST_ASYNC);
  }
  JsonText json;
  if (!json.parse(setup.json())) return setup.refuse("", "the configuration is not JSON");
  const JsonValue config = json.root();
  auto made = std::make_unique<ReplayProvider>(setup.host());
  made->options_ = {.exact_only = config["match"].says("exact"),
                    .recorded_pace = config["pace"].says("recorded"),
                    .first_delay_ms = config["first_delay_ms"].integer(),
                    .piece_delay_ms = config["piece_delay_ms"].integer()};
  const std::string path = config["recordings"].string();
  if (path.empty()) return setup.refuse("/recordings", "must name a folder or a file");
  if (const std::string wrong = made->shelf_.load(path); !wrong.empty()) {
    return setup.refuse("/recordings", wrong);
  }
  made->tell(setup.instance());
  made->list_models(setup.instance());
  return made;
}

}  // namespace patchbay::plugins::replay
