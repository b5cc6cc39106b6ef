// A piece of configuration whose meaning somebody else knows: a provider's `config:` subtree, as
// the settings read it and as the plugin host checks it against the plugin's JSON Schema.
//
// Scalars keep their text. What type a plain (unquoted) scalar has is decided by the schema that
// asks: `port: 8080` is a number where a number is wanted and text where text is wanted, so that
// `api_key: ${KEY}` stays text when the key happens to be digits. Variables are already replaced.
// A scalar that holds a variable counts as plain even in quotes, because inside `{ ... }` YAML
// wants quotes around `"${PORT}"` whatever is meant.

#pragma once

#include <string>
#include <vector>

#include "core/base/origin.hpp"

namespace patchbay {

struct ConfigValue {
  enum class Kind { kNull, kScalar, kList, kMap };
  struct Member;

  Kind kind = Kind::kNull;
  std::string text;         // kScalar
  bool quoted = false;      // kScalar: written in quotes, so it is text whatever it looks like
  bool secret = false;      // kScalar: came from a file or the environment, or is named like a key,
                            // a token or a password; never shown
  std::string source = {};  // kScalar: where a secret came from, as "${PORT}"; may be shown:
                            // `got (value of ${PORT})`; empty for one written in the file itself
  Origin origin;
  std::vector<ConfigValue> items;  // kList
  std::vector<Member> members;     // kMap, in the order written, keys unique

  [[nodiscard]] inline const ConfigValue* find(const std::string& key) const;
};

struct ConfigValue::Member {
  std::string key;
  Origin key_origin;
  ConfigValue value;
};

inline const ConfigValue* ConfigValue::find(const std::string& key) const {
  for (const Member& member : members) {
    if (member.key == key) return &member.value;
  }
  return nullptr;
}

}  // namespace patchbay
