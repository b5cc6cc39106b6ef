// What is checked: a plugin as its manifest describes it, and how the user wants it to be checked.

#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/origin.hpp"
#include "core/base/result.hpp"
#include "core/plugin_host/manifest.hpp"

namespace patchbay::check {

struct Subject {
  plugin_host::Manifest manifest;
  std::vector<Problem> problems;  // of the manifest
  std::string manifest_text;
  std::filesystem::path library;  // the manifest's, or the one that was named in its place

  std::optional<std::string> config;              // JSON text
  std::string type;                               // the one to check; empty: all
  std::optional<std::filesystem::path> fixtures;  // a folder of recordings
  std::uint64_t seed = 0;

  [[nodiscard]] bool wants(std::string_view type_name) const {
    return type.empty() || type == type_name;
  }
};

// What the command line named.
struct SubjectFiles {
  std::filesystem::path manifest;
  std::optional<std::filesystem::path> library;
  std::optional<std::filesystem::path> config;
  std::optional<std::filesystem::path> fixtures;
  std::string type;
  std::uint64_t seed = 0;
};

// Fails only for what cannot be read at all; what is wrong with the manifest is for a check to say.
Result<Subject> read_subject(const SubjectFiles& files);

}  // namespace patchbay::check
