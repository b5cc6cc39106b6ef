// The recorded exchanges of one provider family, as far as these tests read them.

#pragma once

#include <string>
#include <vector>

namespace patchbay::testing {

struct RecordedExchange {
  std::string id;
  std::string endpoint;  // "generateContent", "chat/completions", ...
  std::string model;     // as the URL of the request names it; may be empty
  std::string request;   // bodies; empty where there is none as text
  std::string response;
  std::string content_type;  // of the answer; empty where the recorder left it out
  int status = 0;
};

// The folder that PATCHBAY_RECORDINGS names; empty where it is unset.
std::string recordings_folder();

// All exchanges in `<folder>/<family>.jsonl.gz`.
std::vector<RecordedExchange> read_recorded(const std::string& folder, const std::string& family);

}  // namespace patchbay::testing
