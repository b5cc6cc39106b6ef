// A plugin's library in this process, as far as its entry function.

#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "core/base/result.hpp"
#include "core/plugin_host/private_copy.hpp"
#include "core/sdk/patchbay/abi.h"

namespace patchbay::check {

// Stays mapped when it goes, unless close() was called: reports about leaks need its symbols.
class Library {
 public:
  // Loads the file itself, or a copy of it that nobody else has.
  static Result<std::unique_ptr<Library>> open(const std::filesystem::path& file);
  static Result<std::unique_ptr<Library>> open_copy(const std::filesystem::path& file,
                                                    const std::string& name);

  // nullptr when it has none.
  [[nodiscard]] pbay_plugin_entry_fn entry() const { return entry_; }

  // Asks to have it unmapped. True when it is gone afterwards.
  bool close();

 private:
  explicit Library(std::string path) : path_(std::move(path)) {}
  Status load();

  const std::string path_;
  std::optional<plugin_host::PrivateCopy> copy_;
  void* handle_ = nullptr;
  pbay_plugin_entry_fn entry_ = nullptr;
};

// As the host says hello; `minor` is the host's.
const pbay_plugin* say_hello(pbay_plugin_entry_fn entry, std::uint32_t major, std::uint32_t minor);

// Why the descriptor is not even fit to be looked at further; empty when it is.
std::string why_unusable(const pbay_plugin* plugin);

}  // namespace patchbay::check
