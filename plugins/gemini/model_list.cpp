#include "plugins/gemini/model_list.hpp"

#include <algorithm>
#include <utility>

#include "plugins/gemini/model_traits.hpp"
#include "plugins/gemini/one_line.hpp"
#include "plugins/gemini/vendor_error.hpp"
#include "plugins/shared/openai_reading.hpp"

namespace patchbay::plugins::gemini {
namespace {

constexpr unsigned kPagesMax = 50;  // of up to 1000 models: a list that never ends is none
constexpr std::string_view kPrefix = "models/";

// The modes that the vendor's names of methods stand for.
std::uint64_t modes_of_methods(JsonValue model, std::string_view id) {
  std::uint64_t modes = 0;
  for (const JsonValue method : model["supportedGenerationMethods"].elements()) {
    if (method.says("generateContent")) {
      modes |= PBAY_MODE_BIT(PBAY_MODE_CHAT);
      if (traits_of(id).makes_images) modes |= PBAY_MODE_BIT(PBAY_MODE_IMAGE);
    } else if (method.says("embedContent")) {
      modes |= PBAY_MODE_BIT(PBAY_MODE_EMBEDDING);
    } else if (method.says("predict") && traits_of(id).is_imagen) {
      modes |= PBAY_MODE_BIT(PBAY_MODE_IMAGE);
    }
  }
  return modes;
}

std::string encoded(std::string_view token) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : token) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    const auto byte = static_cast<unsigned char>(c);
    if (plain) {
      out.push_back(c);
    } else {
      out.append({'%', kHex[byte >> 4], kHex[byte & 0x0F]});
    }
  }
  return out;
}

}  // namespace

std::uint64_t modes_of(std::string_view model) {
  const ModelTraits traits = traits_of(model);
  if (traits.is_imagen) return PBAY_MODE_BIT(PBAY_MODE_IMAGE);
  if (traits.is_embedding) return PBAY_MODE_BIT(PBAY_MODE_EMBEDDING);
  const std::uint64_t chat = PBAY_MODE_BIT(PBAY_MODE_CHAT);
  return traits.makes_images ? chat | PBAY_MODE_BIT(PBAY_MODE_IMAGE) : chat;
}

void ModelPages::build(UpstreamRequest& out) const {
  out.is_get = true;
  out.target = "models?pageSize=1000";
  if (!next_.empty()) out.target += "&pageToken=" + encoded(next_);
}

Outcome ModelPages::fail(UpstreamError error) {
  error_ = std::move(error);
  return Outcome::kFailed;
}

void ModelPages::say(JsonValue model, sdk::Sink& sink) {
  std::string_view id = model["name"].text(scratch_);
  if (id.starts_with(kPrefix)) id.remove_prefix(kPrefix.size());
  if (id.empty()) return;
  pbay_ev_model event{};
  event.id = sdk::str(id);
  event.owner = sdk::str("google");
  event.modes = modes_of_methods(model, id);
  event.context_tokens = std::max<std::int64_t>(model["inputTokenLimit"].integer().value_or(0), 0);
  event.max_output_tokens =
      std::max<std::int64_t>(model["outputTokenLimit"].integer().value_or(0), 0);
  event.extra_json = sdk::bytes(one_line(model, line_));
  sink.model(event);
}

Outcome ModelPages::piece(std::string_view data, sdk::Sink& sink) {
  if (!json_.parse(trimmed(data)) || !json_.root().is_object()) {
    return fail(upstream_fault("the upstream sent a list of models that is not JSON"));
  }
  const JsonValue root = json_.root();
  if (const JsonValue error = root["error"]) return fail(classify_vendor_value(error));
  for (const JsonValue model : root["models"].elements())
    say(model, sink);
  std::string next = root["nextPageToken"].string();
  if (next == next_) next.clear();  // it would be the same page again
  next_ = std::move(next);
  answered_ = true;
  return Outcome::kMore;
}

Outcome ModelPages::end() {
  if (!std::exchange(answered_, false)) {
    return fail(upstream_fault("the upstream sent no list of models"));
  }
  return next_.empty() || ++pages_ == kPagesMax ? Outcome::kDone : Outcome::kNext;
}

}  // namespace patchbay::plugins::gemini
