// Where a setting stands, and what is wrong with it.
//
// Every mistake in a configuration is reported as one line that an editor can jump to:
//   patchbay.yaml:14:7: providers.main.config.base_url: expected a URL, got "htp:/x"

#pragma once

#include <string>

namespace patchbay {

struct Origin {
  std::string file;  // as the user named it; "built-in" for the embedded defaults
  int line = 0;      // from 1; 0 when the place is unknown
  int column = 0;    // from 1
};

// One thing that is wrong with a configuration: all of them are collected, then shown at once.
struct Problem {
  Origin origin;
  std::string path;  // dotted path of the setting: "providers.main.config.base_url"; may be empty
  std::string message;  // what is wrong and what to do; never a secret's value

  [[nodiscard]] std::string text() const {
    std::string out = origin.file;
    if (origin.line > 0) {
      out += ':' + std::to_string(origin.line) + ':' + std::to_string(origin.column);
    }
    if (!out.empty()) out += ": ";
    if (!path.empty()) out += path + ": ";
    return out + message;
  }
};

}  // namespace patchbay
