// What two requests have in common: the fingerprints by which a recording is found again.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/replay/form_text.hpp"
#include "plugins/shared/json_text.hpp"
#include "plugins/shared/openai_operation.hpp"

namespace patchbay::plugins::replay {

// 0 stands for "not known", which matches nothing.
struct RequestKey {
  std::uint64_t exact = 0;    // all that the client asked, but for the model and how it is sent
  std::uint64_t subject = 0;  // what it asked about: the messages, the prompt, the file
  std::uint64_t last = 0;     // the last thing that a person said
  std::string shown;          // that in words, shortened, for people
};

// Of a JSON body; of none or of one that is not JSON, `exact` is that of its bytes.
RequestKey key_of_json(OpenAiOperation operation, std::string_view body);

// Of a form.
RequestKey key_of_form(OpenAiOperation operation, const std::vector<FormField>& fields);

}  // namespace patchbay::plugins::replay
