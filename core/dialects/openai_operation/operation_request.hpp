// The requests of the endpoints beside chat, read as far as routing and the answer's form need it:
// JSON bodies and forms alike. Everything else in them is the upstream's to judge.

#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/chat/failure.hpp"
#include "core/http/form.hpp"
#include "core/json/scan.hpp"

namespace patchbay::dialects::openai_operation {

struct OperationRequest {
  std::string model;       // decoded; "" when the client named none
  json::Span model_value;  // where it stands in a JSON body, quotes included; empty otherwise
  bool stream = false;
  bool include_usage = false;   // stream_options.include_usage
  std::string response_format;  // "b64_json", "srt", ...; "" where it is none or no text
  std::string encoding_format;  // of embeddings
  std::string stream_format;    // of speech: "sse", "audio"
  std::string output_format;    // of images: "png", "webp", ...
};

using ReadResult = std::variant<OperationRequest, chat::Failure>;

// Fails with what the client did wrong: not JSON (with the offset), a wrong type, or a member of
// `required` that is missing. At most four are required; an empty name is none.
ReadResult read_json(json::Padded body, std::span<const std::string_view> required);

// The same for a form. A required part may also be there as a list, "image" as "image[]".
ReadResult read_fields(const std::vector<http::FormPart>& parts,
                       std::span<const std::string_view> required);

}  // namespace patchbay::dialects::openai_operation
