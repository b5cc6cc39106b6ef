// What a plugin says of itself before any of its code runs: the manifest.json beside its library.
//
//   { "manifest": 1, "id": "patchbay.example", "version": "1.0.0",
//     "library": "libpatchbay_example.so", "arch": "x86_64",
//     "abi": {"major": 1, "minor": 0, "need_host_minor": 0},
//     "license": "MIT", "flags": ["never_unload"], "needs": ["patchbay.host.async/1"],
//     "sha256": "<64 hexadecimal digits, of the library>",
//     "types": [{"type": "example", "modes": ["chat"], "config_schema": "example.schema.json"}] }
//
// Keys that are not listed here are skipped, so that newer manifests can be read. The hash is not
// compared here, but with the copy of the library that is loaded.

#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/origin.hpp"
#include "core/json/value.hpp"

namespace patchbay::plugin_host {

// One provider type that a plugin offers.
struct ManifestType {
  std::string type;         // what `plugin:` names in the configuration
  std::uint64_t modes = 0;  // PBAY_MODE_BIT()s of those this host knows
  std::string schema_text;  // JSON Schema of `config:`; empty when the manifest names no file
  std::filesystem::path schema_file;
};

struct Manifest {
  std::filesystem::path file;
  std::string id;
  std::string version;
  std::filesystem::path library;  // beside the manifest
  std::string license;
  std::string sha256;  // of the library, in lower case; empty when the manifest has none
  std::string digest;  // of the manifest itself and its schemas: what tells two editions apart
  bool never_unload = false;
  std::vector<ManifestType> types;
};

// Reads one manifest and the schemas it names, and checks that this host can load the plugin:
// architecture, ABI, needed extensions, and that no other user could have changed the files.
// Adds every problem found, with its place in the file, and then returns what could be read.
Manifest read_manifest(const std::filesystem::path& file, std::vector<Problem>& problems);

// Whether it is a SHA-256 as manifests spell it: 64 hexadecimal digits in lower case.
bool is_sha256(std::string_view text);

// The architecture this program was compiled for, as manifests spell it: "x86_64".
std::string_view host_architecture();

}  // namespace patchbay::plugin_host
