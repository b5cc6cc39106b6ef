#include "plugins/shared/redact.hpp"

namespace patchbay::plugins {

void redact(std::string& text, std::string_view secret) {
  constexpr std::size_t kShortestSecret = 8;
  constexpr std::string_view kInstead = "***";
  if (secret.size() < kShortestSecret) return;
  for (std::size_t at = text.find(secret); at != text.npos; at = text.find(secret, at)) {
    text.replace(at, secret.size(), kInstead);
    at += kInstead.size();
  }
}

void redact(std::string& text, std::span<const std::string> secrets) {
  for (const std::string& secret : secrets)
    redact(text, secret);
}

}  // namespace patchbay::plugins
