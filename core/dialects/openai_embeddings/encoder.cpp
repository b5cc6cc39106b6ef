#include "core/dialects/openai_embeddings/encoder.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <optional>

#include "core/base/base64.hpp"
#include "core/chat/event.hpp"
#include "core/dialects/vector_data.hpp"
#include "core/json/write.hpp"

namespace patchbay::dialects::openai_embeddings {
namespace {

using chat::event_as;
using chat::view;

constexpr std::uint32_t kInputsMax = 64 * 1024;

// The shortest text that reads back as the same float. JSON has no word for what is no number.
void append_number(std::string& out, float number) {
  std::array<char, 32> text{};
  if (!std::isfinite(number)) number = 0;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  out.append(text.data(), end);
}

std::string numbers_of(std::string_view floats) {
  std::string list = "[";
  for (std::size_t at = 0; at + sizeof(float) <= floats.size(); at += sizeof(float)) {
    float number = 0;
    std::memcpy(&number, floats.data() + at, sizeof number);
    if (at > 0) list += ',';
    append_number(list, number);
  }
  return list += ']';
}

std::string quoted_base64(std::string_view bytes) {
  std::string text = "\"";
  append_base64(text, bytes);
  return text += '"';
}

// The vector as the client wants it; nothing if it is not what the event says.
std::optional<std::string> vector_of(const pbay_ev_embedding& event, bool base64) {
  const std::string_view data = view(event.data);
  if (event.kind == PBAY_VEC_JSON && !base64) return std::string(data);
  if (event.kind == PBAY_VEC_BASE64 && base64) return '"' + std::string(data) + '"';
  const auto floats = float_bytes(event);
  if (!floats) return std::nullopt;
  return base64 ? quoted_base64(*floats) : numbers_of(*floats);
}

}  // namespace

pbay_status Encoder::on_event(const pbay_event& event, std::string& out) {
  if (event.type != PBAY_EV_EMBEDDING) return OperationEncoder::on_event(event, out);
  const auto* embedding = event_as<pbay_ev_embedding>(event);
  if (embedding == nullptr || event.choice >= kInputsMax) return PBAY_E_PROTOCOL;
  auto vector = vector_of(*embedding, base64_);
  if (!vector || !hold(vector->size())) return PBAY_E_PROTOCOL;
  if (event.choice >= vectors_.size()) vectors_.resize(event.choice + 1);
  vectors_[event.choice] = std::move(*vector);
  return PBAY_OK;
}

void Encoder::finish(std::string& out) {
  if (raw()) return OperationEncoder::finish(out);
  out += R"({"object":"list","data":[)";
  for (std::size_t i = 0; i < vectors_.size(); ++i) {
    if (i > 0) out += ',';
    out += R"({"object":"embedding","index":)" + std::to_string(i) + ",\"embedding\":";
    out += vectors_[i].empty() ? "[]" : vectors_[i];
    out += '}';
  }
  out += "],\"model\":";
  json::append_string(out, model());
  const std::int64_t tokens = std::max<std::int64_t>(usage().input, 0);
  out += ",\"usage\":{\"prompt_tokens\":" + std::to_string(tokens) +
         ",\"total_tokens\":" + std::to_string(tokens) + "}}";
}

}  // namespace patchbay::dialects::openai_embeddings
