#include "core/dialects/prompt_chat/friendly_error.hpp"

namespace patchbay::dialects::prompt_chat {

std::string friendly_error(std::string_view provider, const chat::Failure& failure) {
  const std::string name(provider);
  switch (failure.category) {
    case PBAY_ERR_RATE_LIMIT:
    case PBAY_ERR_QUOTA:  // vendors answer both alike, and so did what these words come from
      return "Rate limit exceeded. Please try again later.";
    case PBAY_ERR_AUTH:
      return "Invalid " + name + " API key.";
    case PBAY_ERR_BAD_REQUEST:
    case PBAY_ERR_CONTENT:
    case PBAY_ERR_CONTEXT_LEN:
    case PBAY_ERR_MODEL_NOT_FOUND:
    case PBAY_ERR_TOO_LARGE:
      return "Invalid request to " + name + " API: " + failure.message;
    default:
      if (failure.unreachable) return "Failed to connect to " + name + " API.";
      return name + " API Error: " + failure.message;
  }
}

}  // namespace patchbay::dialects::prompt_chat
