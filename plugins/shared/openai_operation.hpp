// The operations of OpenAI's API: which dialect names them, where they are, what they answer with.

#pragma once

#include <cstdint>
#include <string_view>

#include "patchbay/abi.h"

namespace patchbay::plugins {

enum class OpenAiOperation : std::uint8_t {
  kChat,
  kCompletions,
  kResponses,
  kEmbeddings,
  kImages,
  kImageEdits,
  kImageVariations,
  kTranscriptions,
  kTranslations,
  kSpeech,
  kModerations,
  kModels,
  kRaw
};

// By the dialect of a request, which is one of its provider's ops; kRaw for PBAY_MODE_RAW and for
// what is not known.
OpenAiOperation operation_of(const pbay_request& request);

// The path behind the base URL: "/chat/completions"; empty for kRaw.
std::string_view path_of(OpenAiOperation operation);

// Whether an answer of this content type can be one of that operation. Some servers send neither
// the right type nor any; what is refused is what certainly is something else, such as the login
// page of a gateway. Of kRaw everything is an answer.
bool may_answer(OpenAiOperation operation, std::string_view content_type);

// What is expected, for a message: "JSON or an event stream".
std::string_view expected_of(OpenAiOperation operation);

// The value of an Accept header for it.
std::string_view accept_of(OpenAiOperation operation, bool streaming);

// Whether the path and query of a raw request may be put behind a base URL: it begins with a slash
// and, with its percent signs read, has no `..`, no control character and no scheme.
bool is_safe_path(std::string_view path);

}  // namespace patchbay::plugins
