// The checks that read the plugin's files and run none of its code.

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <elf.h>

#include "core/check/checks.hpp"
#include "core/check/elf_file.hpp"
#include "core/crypto/sha256.hpp"
#include "core/json/value.hpp"
#include "core/plugin_host/elf_scan.hpp"
#include "core/plugin_host/trusted_path.hpp"
#include "core/sdk/patchbay/abi.h"

namespace patchbay::check {
namespace {

// The library's own account of itself; tells why there is none.
std::optional<ElfFile> elf_of(const Subject& subject, Findings& findings) {
  Result<ElfFile> elf = read_elf(subject.library);
  if (elf) return *std::move(elf);
  findings.fail(subject.library.string() + ": " + elf.error().message);
  return std::nullopt;
}

std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 5;
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kMost); ++i)
    text += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > kMost) text += " and " + std::to_string(names.size() - kMost) + " more";
  return text;
}

bool is_sanitizer(std::string_view library) {
  for (const std::string_view name : {"libasan", "libubsan", "libtsan", "liblsan"}) {
    if (library.starts_with(name)) return true;
  }
  return false;
}

// "2.36" as {2, 36, 0}; nothing for what is no such number.
std::optional<std::array<int, 3>> version_of(std::string_view text) {
  std::array<int, 3> parts{};
  const char* at = text.data();
  const char* end = at + text.size();
  for (int& part : parts) {
    const auto read = std::from_chars(at, end, part);
    if (read.ec != std::errc()) return std::nullopt;
    at = read.ptr;
    if (at == end) return parts;
    if (*at++ != '.') return std::nullopt;
  }
  return std::nullopt;
}

struct Newest {
  std::string_view prefix;
  std::array<int, 3> version;
  std::string_view advice;
};

// Those of Debian 12.
constexpr Newest kNewest[] = {
    {"GLIBC_", {2, 36, 0}, "build on Debian 12 or older"},
    {"GLIBCXX_", {3, 4, 30}, "build with g++ 12 or older, or link the standard library statically"},
    {"CXXABI_", {1, 3, 13}, "build with g++ 12 or older, or link the standard library statically"}};

}  // namespace

void check_manifest(const Subject& subject, Findings& findings) {
  for (const Problem& problem : subject.problems)
    findings.fail(problem.text());
  if (subject.library.empty()) return;
  if (subject.library != subject.manifest.library) {
    if (const auto why = plugin_host::why_untrusted(subject.library)) findings.fail(*why);
  }
  const Result<json::Value> manifest = json::parse(subject.manifest_text);
  const json::Value* named = manifest ? manifest->find("sha256") : nullptr;
  if (named == nullptr) return;
  if (!named->as_string()) return findings.fail("sha256 is not a text");
  std::ifstream in(subject.library, std::ios::binary);
  const std::string digest = crypto::sha256(std::string(std::istreambuf_iterator<char>(in), {}));
  if (digest != *named->as_string()) {
    findings.fail("sha256 in the manifest is not that of the library, which is " + digest);
  }
}

void check_exports(const Subject& subject, Findings& findings) {
  const std::optional<ElfFile> elf = elf_of(subject, findings);
  if (!elf) return;
  std::vector<std::string> others;
  bool found = false;
  for (const std::string& name : elf->exports) {
    // A plugin for hosts of several majors has an entry for each.
    if (name == PBAY_ENTRY_SYMBOL) {
      found = true;
    } else if (!name.starts_with("patchbay_plugin_entry_v")) {
      others.push_back(name);
    }
  }
  if (!found) findings.fail("it exports no function " PBAY_ENTRY_SYMBOL);
  // A sanitizer's marks are of a build that nobody ships.
  std::erase_if(others, [](const std::string& name) {
    return name.starts_with("__asan_") || name.starts_with("__odr_asan");
  });
  if (!others.empty()) {
    findings.fail(std::to_string(others.size()) + " further symbols are exported: " +
                  listed(others) + "; link with the version script of the SDK");
  }
}

void check_needed(const Subject& subject, Findings& findings) {
  constexpr std::array<std::string_view, 10> kAllowed{"libc.so.6",
                                                      "libm.so.6",
                                                      "libpthread.so.0",
                                                      "libdl.so.2",
                                                      "librt.so.1",
                                                      "libgcc_s.so.1",
                                                      "libstdc++.so.6",
                                                      "libatomic.so.1",
                                                      "ld-linux-x86-64.so.2",
                                                      "ld-linux-aarch64.so.1"};
  const std::optional<ElfFile> elf = elf_of(subject, findings);
  if (!elf) return;
  for (const std::string& library : elf->needed) {
    if (std::find(kAllowed.begin(), kAllowed.end(), library) != kAllowed.end()) continue;
    if (is_sanitizer(library)) {
#ifndef PATCHBAY_SANITIZED
      findings.fail("it needs " + library + ": it was built with a sanitizer; build it without");
#endif
      continue;
    }
    findings.fail("it needs " + library +
                  ", which a host need not have; link it statically, and hide its symbols");
  }
}

void check_versions(const Subject& subject, Findings& findings) {
  const std::optional<ElfFile> elf = elf_of(subject, findings);
  if (!elf) return;
  for (const std::string& needed : elf->versions) {
    for (const Newest& newest : kNewest) {
      if (!needed.starts_with(newest.prefix)) continue;
      const auto version = version_of(std::string_view(needed).substr(newest.prefix.size()));
      if (version && *version <= newest.version) continue;
      findings.fail("it needs " + needed + "; " + std::string(newest.advice));
    }
  }
}

void check_hardening(const Subject& subject, Findings& findings) {
  const std::optional<ElfFile> elf = elf_of(subject, findings);
  if (!elf) return;
  if (!elf->run_paths.empty()) {
    findings.fail("it has a run path (" + listed(elf->run_paths) +
                  "); a plugin is moved by copying its folder");
  }
  if (elf->has_text_relocations) {
    findings.fail("its code is changed when it is loaded (DT_TEXTREL); compile with -fPIC");
  }
  if (elf->has_executable_stack) {
    findings.fail("it wants an executable stack; link with -Wl,-z,noexecstack");
  }
  if (elf->has_writable_code) findings.fail("a segment of it is both writable and executable");
  if (!elf->binds_now) {
    findings.fail("its symbols are bound when they are first called; link with -Wl,-z,now");
  }
}

void check_unloadable(const Subject& subject, Findings& findings) {
  const std::optional<ElfFile> elf = elf_of(subject, findings);
  if (!elf) return;
  if (!elf->uniques.empty()) {
    findings.fail("it defines unique symbols (" + listed(elf->uniques) +
                  "), which two loaded copies share; compile with -fno-gnu-unique");
  }
  if (subject.manifest.never_unload) return;
  if ((elf->flags_1 & DF_1_NODELETE) != 0) {
    findings.fail(
        "it is marked never to be unloaded (DF_1_NODELETE), and the manifest's flags do "
        "not say never_unload");
  }
  for (const char* tie :
       {"__cxa_thread_atexit", "__cxa_thread_atexit_impl", "pthread_key_create"}) {
    if (!elf->imports_symbol(tie)) continue;
    findings.fail("it imports " + std::string(tie) +
                  ", so a thread may run its code after it has gone; do without thread-local "
                  "objects, or declare never_unload");
  }
  const std::string kept = plugin_host::why_kept_mapped(subject.library);
  if (!findings.failed() && !kept.empty()) {
    findings.fail("the host would keep it mapped, for " + kept +
                  ", and the manifest's flags do not say never_unload");
  }
}

void check_imports(const Subject& subject, Findings& findings) {
  constexpr std::array<std::string_view, 29> kOfTheProcess{
      "sigaction",  "signal",   "sigset",      "setlocale", "setenv",        "unsetenv",
      "putenv",     "clearenv", "chdir",       "fchdir",    "umask",         "fork",
      "vfork",      "execv",    "execve",      "execvp",    "execl",         "execlp",
      "system",     "popen",    "posix_spawn", "exit",      "_exit",         "_Exit",
      "quick_exit", "setuid",   "setrlimit",   "tzset",     "pthread_detach"};
  const std::optional<ElfFile> elf = elf_of(subject, findings);
  if (!elf) return;
  for (const std::string_view name : kOfTheProcess) {
    if (elf->imports_symbol(name)) {
      findings.warn("it imports " + std::string(name) +
                    "(), which changes or ends the whole process, or leaves it a thread");
    }
  }
}

}  // namespace patchbay::check
