#include "plugins/gemini/model_traits.hpp"

#include <array>

namespace patchbay::plugins::gemini {
namespace {

bool has(std::string_view name, std::string_view word) {
  return name.find(word) != name.npos;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// The version behind "gemini-" in tenths: 25 for gemini-2.5-pro; 0 where there is none.
int version_of(std::string_view name) {
  constexpr std::string_view kFamily = "gemini-";
  const std::size_t family = name.find(kFamily);
  if (family == name.npos) return 0;
  name.remove_prefix(family + kFamily.size());
  if (name.empty() || !is_digit(name[0])) return 0;
  const bool has_minor = name.size() >= 3 && name[1] == '.' && is_digit(name[2]);
  return (name[0] - '0') * 10 + (has_minor ? name[2] - '0' : 0);
}

Thinking thinking_of(std::string_view name, int version) {
  constexpr int kFirstBudget = 25;
  constexpr int kFirstLevel = 30;
  const bool speaks = has(name, "-tts") || has(name, "native-audio");
  const bool other = has(name, "gemma") || has(name, "learnlm") || has(name, "embedding");
  if (other || speaks || (version > 0 && version < kFirstBudget)) return Thinking::kNone;
  if (version >= kFirstLevel || version == 0) return Thinking::kLevel;
  return has(name, "-image") ? Thinking::kNone : Thinking::kBudget;
}

bool may_stand_in_path(char c) {
  constexpr std::string_view kSigns = "-._~@";
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         kSigns.find(c) != kSigns.npos;
}

void append_encoded(std::string& out, std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  for (const char c : text) {
    if (may_stand_in_path(c)) {
      out.push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out.push_back('%');
      out.push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 0x0F]);
    }
  }
}

}  // namespace

ModelTraits traits_of(std::string_view model) {
  ModelTraits traits;
  const int version = version_of(model);
  traits.thinking = thinking_of(model, version);
  traits.is_pro = has(model, "-pro");
  traits.has_two_levels = traits.is_pro && version == 30;
  traits.is_imagen = has(model, "imagen");
  traits.is_embedding = has(model, "embedding");
  traits.makes_images = !traits.is_imagen && has(model, "-image");
  traits.wants_signatures = traits.thinking == Thinking::kLevel && !traits.is_imagen;
  return traits;
}

std::string model_path(std::string_view model) {
  constexpr std::array<std::string_view, 2> kCollections{"models/", "tunedModels/"};
  std::string path = "models/";
  for (const std::string_view collection : kCollections) {
    if (!model.starts_with(collection)) continue;
    path = collection;
    model.remove_prefix(collection.size());
    break;
  }
  append_encoded(path, model);
  return path;
}

}  // namespace patchbay::plugins::gemini
