#include "plugins/shared/openai_models.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace patchbay::plugins {
namespace {

std::int64_t first_positive(std::initializer_list<JsonValue> places) {
  for (const JsonValue place : places) {
    const auto value = place.integer();
    if (value && *value > 0) return *value;
  }
  return 0;
}

// OpenRouter's way to say it: what goes in, what comes out.
std::uint64_t modes_of_architecture(JsonValue architecture) {
  struct Meaning {
    std::string_view word;
    pbay_mode mode;
  };
  static constexpr std::array kMeanings{Meaning{"text", PBAY_MODE_CHAT},
                                        Meaning{"image", PBAY_MODE_IMAGE},
                                        Meaning{"embeddings", PBAY_MODE_EMBEDDING},
                                        Meaning{"embedding", PBAY_MODE_EMBEDDING},
                                        Meaning{"speech", PBAY_MODE_SPEECH},
                                        Meaning{"transcription", PBAY_MODE_TRANSCRIBE},
                                        Meaning{"rerank", PBAY_MODE_RERANK}};
  std::uint64_t modes = 0;
  for (const JsonValue word : architecture["output_modalities"].elements()) {
    for (const Meaning& known : kMeanings) {
      if (word.says(known.word)) modes |= PBAY_MODE_BIT(known.mode);
    }
  }
  return modes;
}

bool has_any(std::string_view id, std::initializer_list<std::string_view> words) {
  return std::any_of(
      words.begin(), words.end(), [id](std::string_view word) { return id.find(word) != id.npos; });
}

}  // namespace

std::uint64_t mode_bit_of(std::string_view name) {
  struct Mode {
    std::string_view name;
    pbay_mode mode;
  };
  static constexpr std::array kModes{Mode{"chat", PBAY_MODE_CHAT},
                                     Mode{"image", PBAY_MODE_IMAGE},
                                     Mode{"embedding", PBAY_MODE_EMBEDDING},
                                     Mode{"transcribe", PBAY_MODE_TRANSCRIBE},
                                     Mode{"speech", PBAY_MODE_SPEECH},
                                     Mode{"moderation", PBAY_MODE_MODERATION}};
  for (const Mode& mode : kModes) {
    if (mode.name == name) return PBAY_MODE_BIT(mode.mode);
  }
  return 0;
}

std::uint64_t modes_of_model(std::string_view id) {
  std::string lower(id);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  if (has_any(lower, {"dall-e", "gpt-image", "chatgpt-image", "imagen", "stable-diffusion"})) {
    return PBAY_MODE_BIT(PBAY_MODE_IMAGE);
  }
  if (has_any(lower, {"embed"})) return PBAY_MODE_BIT(PBAY_MODE_EMBEDDING);
  if (has_any(lower, {"whisper", "transcribe"})) return PBAY_MODE_BIT(PBAY_MODE_TRANSCRIBE);
  if (lower.starts_with("tts-") || has_any(lower, {"-tts", "/tts-"})) {
    return PBAY_MODE_BIT(PBAY_MODE_SPEECH);
  }
  if (has_any(lower, {"moderation"})) return PBAY_MODE_BIT(PBAY_MODE_MODERATION);
  if (has_any(lower, {"realtime", "sora"})) return 0;  // nothing that goes through here
  return PBAY_MODE_BIT(PBAY_MODE_CHAT);
}

void OpenAiModels::say_model(JsonValue model, sdk::Sink& sink) {
  const std::string id = model["id"].string();
  if (id.empty()) return;
  std::string owner = model["owned_by"].string();
  // A name with a slash says whose it is.
  if (owner.empty()) owner = id.substr(0, id.find('/') == id.npos ? 0 : id.find('/'));

  extra_.assign(1, '{');
  for (const JsonValue value : model.members()) {
    const std::string_view name = value.key().escaped();
    if (name == "id" || name == "object" || name == "created" || name == "owned_by") continue;
    if (model[value.key().string()].offset() != value.offset()) continue;  // it comes again
    if (extra_.size() > 1) extra_ += ',';
    extra_.append(value.key().raw()).append(":").append(value.line(scratch_));
  }
  extra_ += '}';

  pbay_ev_model event{};
  event.id = sdk::str(id);
  event.owner = sdk::str(owner);
  event.modes = modes_of_architecture(model["architecture"]);
  if (event.modes == 0) event.modes = modes_of_model(id);
  event.context_tokens = first_positive({model["context_length"],
                                         model["context_window"],
                                         model["max_context_length"],
                                         model["max_model_len"]});
  event.max_output_tokens = first_positive({model["top_provider"]["max_completion_tokens"],
                                            model["max_completion_tokens"],
                                            model["max_output_tokens"]});
  event.created = first_positive({model["created"], model["created_at"]});
  if (extra_.size() > 2) event.extra_json = sdk::bytes(extra_);
  sink.model(event);
}

ReadOutcome OpenAiModels::chunk(std::string_view data, std::string_view, sdk::Sink& sink) {
  return trimmed(data) == "[DONE]" ? end(sink) : whole(data, sink);
}

ReadOutcome OpenAiModels::whole(std::string_view body, sdk::Sink& sink) {
  if (ended()) return ReadOutcome::kDone;
  const bool is_list = json_.parse(trimmed(body)) && json_.root().is_array();
  if (!is_list && !parse(body)) return ReadOutcome::kFailed;
  const JsonValue models = is_list ? json_.root() : json_.root()["data"];
  if (!models.is_array()) {
    return fail(upstream_fault("the upstream sent an answer without a list of models"));
  }
  for (const JsonValue model : models.elements())
    say_model(model, sink);
  read_ = true;
  return ReadOutcome::kMore;
}

ReadOutcome OpenAiModels::end(sdk::Sink&) {
  if (ended()) return ReadOutcome::kDone;
  if (!read_) return fail(upstream_fault("the upstream sent an answer without a list of models"));
  return done();
}

}  // namespace patchbay::plugins
