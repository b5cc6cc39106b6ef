// Collects what is wrong with a configuration while it is read, so that all of it is told at once.
//
// Reading goes on after a mistake, with the default in place of what is wrong. What follows from
// a mistake is not a second mistake: once a setting has a problem, further ones at the same place
// are dropped.
//
// Not thread-safe: one Report serves one reading.

#pragma once

#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "core/base/config_value.hpp"
#include "core/base/origin.hpp"

namespace patchbay::settings {

class Report {
 public:
  void problem(const Origin& origin, const std::string& path, std::string message);
  void warning(const Origin& origin, const std::string& path, std::string message);

  // The problems in the order of the file, and the warnings in the order they were given.
  [[nodiscard]] std::vector<Problem> problems() const;
  [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }
  // Whether this setting has a problem already, so that it is not known what was meant.
  [[nodiscard]] bool told(const Origin& origin, const std::string& path) const;
  [[nodiscard]] bool clean() const { return problems_.empty(); }

 private:
  std::vector<Problem> problems_;
  std::vector<std::string> warnings_;
  std::set<std::tuple<int, int, std::string>> told_;  // line, column, path
};

// "providers" and "local" make "providers.local"; a key that is not a plain word is quoted:
// models."gpt-4.1". `path` may be empty.
std::string path_to(const std::string& path, std::string_view key);

// "defaults.provider" and 1 make "defaults.provider[1]".
std::string path_to(const std::string& path, std::size_t index);

// The value for the end of a message, as in `got "fast"`: a scalar in quotes, shortened; "a list",
// "a mapping", "nothing". A secret is never quoted: `(value of ${PORT})`.
std::string shown(const ConfigValue& value);

// Whether a setting of this name holds a secret by its nature: api_key, password, Authorization.
bool names_a_secret(std::string_view key);

}  // namespace patchbay::settings
