#include <algorithm>
#include <array>
#include <string>

#include "core/tokens/counter.hpp"

namespace patchbay::tokens {
namespace {

struct Family {
  std::string_view name;  // a model's name begins so; "-" or "." at its end is part of it
  Encoding encoding;
};

// The first that fits counts.
constexpr std::array kFamilies{
    Family{"gpt-4o", Encoding::kO200k},
    Family{"chatgpt-4o", Encoding::kO200k},
    Family{"gpt-4.1", Encoding::kO200k},
    Family{"gpt-4.5", Encoding::kO200k},
    Family{"gpt-5", Encoding::kO200k},
    Family{"gpt-5.", Encoding::kO200k},
    Family{"gpt-oss", Encoding::kO200k},
    Family{"gpt-audio", Encoding::kO200k},
    Family{"gpt-realtime", Encoding::kO200k},
    Family{"codex-mini", Encoding::kO200k},
    Family{"o1", Encoding::kO200k},
    Family{"o3", Encoding::kO200k},
    Family{"o4-", Encoding::kO200k},
    Family{"gpt-4", Encoding::kCl100k},
    Family{"gpt-3.5", Encoding::kCl100k},
    Family{"gpt-35", Encoding::kCl100k},
    Family{"text-embedding-3", Encoding::kCl100k},
    Family{"text-embedding-ada-002", Encoding::kCl100k},
};

bool fits(std::string_view model, std::string_view family) {
  if (!model.starts_with(family)) return false;
  if (family.ends_with('-') || family.ends_with('.') || model.size() == family.size()) return true;
  return std::string_view("-:@_").find(model[family.size()]) != std::string_view::npos;
}

}  // namespace

Encoding encoding_of(std::string_view model) {
  std::string name(model);
  std::transform(name.begin(), name.end(), name.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  std::string_view bare = name;
  // A vendor in front, and the mark of a model that was trained further: "ft:gpt-4o-mini:mine::1".
  if (const auto slash = bare.rfind('/'); slash != std::string_view::npos) {
    bare.remove_prefix(slash + 1);
  }
  if (bare.starts_with("ft:")) bare.remove_prefix(3);
  for (const Family& family : kFamilies) {
    if (fits(bare, family.name)) return family.encoding;
  }
  return Encoding::kEstimate;
}

}  // namespace patchbay::tokens
