// A folder for recordings that goes with the test, and what is in it.

#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/json/value.hpp"

namespace patchbay::relay {

class RecordingFolder {
 public:
  RecordingFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "recordings-XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    path_ = name;
  }
  ~RecordingFolder() {
    std::error_code ignored;
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all, ignored);
    std::filesystem::remove_all(path_, ignored);
  }
  RecordingFolder(const RecordingFolder&) = delete;
  RecordingFolder& operator=(const RecordingFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  // Every file below it.
  [[nodiscard]] std::vector<std::filesystem::path> files() const {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path_)) {
      if (entry.is_regular_file()) found.push_back(entry.path());
    }
    return found;
  }

  // Every line in them; a line that is not JSON fails the test.
  [[nodiscard]] std::vector<json::Value> lines() const {
    std::vector<json::Value> found;
    for (const auto& file : files()) {
      std::ifstream in(file);
      for (std::string line; std::getline(in, line);) {
        auto value = json::parse(line);
        EXPECT_TRUE(value) << line;
        if (value) found.push_back(std::move(*value));
      }
    }
    return found;
  }

 private:
  std::filesystem::path path_;
};

// The text at a path of members: text_at(line, {"meta", "id"}).
inline std::string text_at(const json::Value& value, std::initializer_list<const char*> path) {
  const json::Value* at = &value;
  for (const char* name : path) {
    at = at->find(name);
    if (at == nullptr) return "(none)";
  }
  return std::string(at->as_string().value_or("(no text)"));
}

}  // namespace patchbay::relay
