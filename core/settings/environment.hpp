// What surrounds the process: its variables, and the folder it was started in.
//
// Tests give a lookup of their own, so nothing has to be set for the whole process:
//
//   Environment environment{.lookup = [](const std::string& name) -> std::optional<std::string> {
//     if (name == "PORT") return "9000";
//     return std::nullopt;
//   }};

#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace patchbay::settings {

struct Environment {
  using Lookup = std::function<std::optional<std::string>(const std::string& name)>;

  Lookup lookup;                         // nothing for a variable that is not set
  std::filesystem::path current_folder;  // relative names on the command line start here
  bool reads_env_files = false;          // whether `.env` files add to `lookup`; see load.hpp

  // The variable, and nothing as well when there is no lookup.
  [[nodiscard]] std::optional<std::string> find(const std::string& name) const {
    return lookup ? lookup(name) : std::nullopt;
  }
};

// The real one: getenv, the working folder, and `.env` files.
//
// Threads: its lookups must not run while another thread changes the environment; this program
// never does.
Environment process_environment();

}  // namespace patchbay::settings
