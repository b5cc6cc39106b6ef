// OpenRouter's errors: {"error": {"code": 429, "message", "metadata": {"provider_name", "raw"}}},
// as the body of a refusal, or beside the choices of a chunk in the middle of a stream.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "plugins/shared/json_text.hpp"
#include "plugins/shared/upstream_error.hpp"

namespace patchbay::plugins::openrouter {

// The error in a chunk or a whole answer of status 200: an `error` at its top or in a choice, or a
// choice whose finish_reason is "error". Nothing where it is a sound piece of an answer.
std::optional<UpstreamError> error_in(JsonValue answer);

// `error` with what the metadata of its JSON form add: OpenRouter often says no more than "Provider
// returned error", and what the provider said stands in `raw`.
UpstreamError with_metadata(UpstreamError error, JsonValue json);

// The body of a refusal as OpenAI's clients expect it: the code is text, and type, param and code
// are there. Everything else stays, byte by byte; so does a body that is no such object.
std::string as_openai_error(std::string_view body, const UpstreamError& error);

}  // namespace patchbay::plugins::openrouter
