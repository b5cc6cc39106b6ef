// What a shared object says about itself in its dynamic section and symbol table.

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.hpp"

namespace patchbay::check {

struct ElfFile {
  std::vector<std::string> exports;    // defined, and visible to others
  std::vector<std::string> uniques;    // defined as STB_GNU_UNIQUE
  std::vector<std::string> imports;    // undefined
  std::vector<std::string> needed;     // DT_NEEDED
  std::vector<std::string> versions;   // needed of libraries: "GLIBC_2.34"
  std::vector<std::string> run_paths;  // DT_RPATH and DT_RUNPATH
  std::uint64_t flags = 0;             // DT_FLAGS
  std::uint64_t flags_1 = 0;           // DT_FLAGS_1
  bool has_text_relocations = false;
  bool binds_now = false;
  bool has_executable_stack = false;  // or does not say that it needs none
  bool has_writable_code = false;     // a segment that is both

  [[nodiscard]] bool imports_symbol(std::string_view name) const;
};

// Fails with kInvalid, and why, for what is no shared object of this machine's kind.
Result<ElfFile> read_elf(const std::filesystem::path& file);

}  // namespace patchbay::check
