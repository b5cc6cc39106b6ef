#include "core/plugin_host/manifest.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "core/crypto/sha256.hpp"
#include "core/plugin_host/trusted_path.hpp"
#include "core/plugin_host/vocabulary.hpp"

namespace patchbay::plugin_host {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMaxFileBytes = 1024 * 1024;

std::optional<std::string> read_file(const fs::path& file) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(file, error);
  if (error || size > kMaxFileBytes) return std::nullopt;
  std::ifstream in(file, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

// Reads the members it is asked for and reports, with its place, each that is not as it must be.
class ManifestReader {
 public:
  ManifestReader(Manifest& manifest, std::string text, std::vector<Problem>& problems)
      : manifest_(manifest), text_(std::move(text)), problems_(problems) {}

  void read() {
    const Result<json::Value> parsed = json::parse(text_);
    if (!parsed) return report_file(parsed.error().message);
    const json::Value& root = *parsed;
    if (!expect(root, json::Kind::kObject, "the manifest")) return;
    if (integer(root, "manifest").value_or(1) != 1) {
      return report(*root.find("manifest"),
                    "manifest",
                    "this Patchbay reads manifests of format 1 only; update Patchbay");
    }
    manifest_.id = string(root, "id", true);
    manifest_.version = string(root, "version", true);
    manifest_.license = string(root, "license", false);
    read_library(root);
    read_hash(root);
    read_arch(root);
    read_abi(root);
    for (const json::Value* flag : strings(root, "flags", "flags")) {
      if (flag->as_string() == "never_unload") manifest_.never_unload = true;
    }
    for (const json::Value* need : strings(root, "needs", "needs")) {
      if (need->as_string() == PBAY_EXT_HOST_ASYNC) continue;
      report(*need,
             "needs",
             "the plugin needs the host extension \"" + std::string(*need->as_string()) +
                 "\", which this Patchbay does not have; update Patchbay");
    }
    read_types(root);
  }

 private:
  void report(const json::Value& at, std::string path, std::string message) {
    const json::Position position = json::position_of(text_, at.offset());
    problems_.push_back(Problem{{manifest_.file.string(), position.line, position.column},
                                std::move(path),
                                std::move(message)});
  }

  void report_file(std::string message) {
    problems_.push_back(Problem{{manifest_.file.string(), 0, 0}, {}, std::move(message)});
  }

  bool expect(const json::Value& value, json::Kind kind, const std::string& path) {
    if (value.is(kind)) return true;
    report(value,
           path,
           "expected " + std::string(json::kind_name(kind)) + ", got " +
               std::string(json::kind_name(value.kind())));
    return false;
  }

  // The member, if it is there and of that kind; says so otherwise.
  const json::Value* member(const json::Value& object,
                            std::string_view name,
                            json::Kind kind,
                            bool required,
                            const std::string& prefix = {}) {
    const json::Value* value = object.find(name);
    const std::string path = prefix + std::string(name);
    if (value == nullptr) {
      if (required) report(object, path, "missing required key \"" + std::string(name) + "\"");
      return nullptr;
    }
    return expect(*value, kind, path) ? value : nullptr;
  }

  std::string string(const json::Value& object,
                     std::string_view name,
                     bool required,
                     const std::string& prefix = {}) {
    const json::Value* value = member(object, name, json::Kind::kString, required, prefix);
    if (value == nullptr) return {};
    if (required && value->as_string()->empty()) {
      report(*value, prefix + std::string(name), "must not be empty");
    }
    return std::string(*value->as_string());
  }

  std::optional<std::int64_t> integer(const json::Value& object,
                                      std::string_view name,
                                      const std::string& prefix = {}) {
    const json::Value* value = member(object, name, json::Kind::kNumber, true, prefix);
    if (value == nullptr) return std::nullopt;
    const std::optional<std::int64_t> number = value->as_int64();
    if (!number || *number < 0) {
      report(*value, prefix + std::string(name), "expected a whole number from 0");
      return std::nullopt;
    }
    return number;
  }

  std::vector<const json::Value*> strings(const json::Value& object,
                                          std::string_view name,
                                          const std::string& path) {
    std::vector<const json::Value*> found;
    const json::Value* list = object.find(name);
    if (list == nullptr || !expect(*list, json::Kind::kArray, path)) return found;
    for (const json::Value& item : list->items()) {
      if (expect(item, json::Kind::kString, path)) found.push_back(&item);
    }
    return found;
  }

  void read_library(const json::Value& root) {
    const std::string name = string(root, "library", true);
    if (name.empty()) return;
    const json::Value& value = *root.find("library");
    if (name.find('/') != std::string::npos || name == "." || name == "..") {
      return report(value, "library", "expected the name of a file beside the manifest");
    }
    manifest_.library = manifest_.file.parent_path() / name;
    std::error_code error;
    if (!fs::is_regular_file(manifest_.library, error)) {
      return report(value, "library", "there is no file \"" + manifest_.library.string() + "\"");
    }
    if (auto reason = why_untrusted(manifest_.library)) report(value, "library", *reason);
  }

  void read_hash(const json::Value& root) {
    manifest_.sha256 = string(root, "sha256", false);
    if (manifest_.sha256.empty() || is_sha256(manifest_.sha256)) return;
    report(*root.find("sha256"), "sha256", "expected 64 hexadecimal digits in lower case");
  }

  void read_arch(const json::Value& root) {
    const std::string arch = string(root, "arch", true);
    if (arch.empty() || arch == host_architecture()) return;
    report(*root.find("arch"),
           "arch",
           "the plugin is for \"" + arch + "\", this Patchbay for \"" +
               std::string(host_architecture()) + "\"; install the plugin's build for it");
  }

  void read_abi(const json::Value& root) {
    const json::Value* abi = member(root, "abi", json::Kind::kObject, true);
    if (abi == nullptr) return;
    const auto major = integer(*abi, "major", "abi.");
    const auto need = integer(*abi, "need_host_minor", "abi.");
    const std::string ours = std::to_string(PBAY_ABI_MAJOR) + "." + std::to_string(PBAY_ABI_MINOR);
    if (major && *major != PBAY_ABI_MAJOR) {
      report(*abi->find("major"),
             "abi.major",
             "the plugin is made for plugin ABI " + std::to_string(*major) +
                 ", this Patchbay has " + ours + "; install a plugin made for it");
    } else if (need && *need > PBAY_ABI_MINOR) {
      report(*abi->find("need_host_minor"),
             "abi.need_host_minor",
             "the plugin needs plugin ABI 1." + std::to_string(*need) + ", this Patchbay has " +
                 ours + "; update Patchbay or install an older version of the plugin");
    }
  }

  void read_types(const json::Value& root) {
    const json::Value* types = member(root, "types", json::Kind::kArray, true);
    if (types == nullptr) return;
    if (types->items().empty()) report(*types, "types", "must name at least one type");
    for (const json::Value& item : types->items()) {
      const std::string prefix = "types[" + std::to_string(manifest_.types.size()) + "].";
      ManifestType& type = manifest_.types.emplace_back();
      if (!expect(item, json::Kind::kObject, prefix.substr(0, prefix.size() - 1))) continue;
      type.type = string(item, "type", true, prefix);
      for (const json::Value* mode : strings(item, "modes", prefix + "modes")) {
        type.modes |= mode_bit(*mode->as_string());
      }
      read_schema(item, type, prefix);
    }
  }

  void read_schema(const json::Value& item, ManifestType& type, const std::string& prefix) {
    const std::string name = string(item, "config_schema", false, prefix);
    if (name.empty()) return;
    const json::Value& value = *item.find("config_schema");
    type.schema_file = manifest_.file.parent_path() / name;
    std::optional<std::string> text = read_file(type.schema_file);
    if (name.find('/') != std::string::npos || !text) {
      return report(value,
                    prefix + "config_schema",
                    "cannot read \"" + type.schema_file.string() +
                        "\" (a file beside the "
                        "manifest of at most 1 MiB)");
    }
    if (auto reason = why_untrusted(type.schema_file)) {
      report(value, prefix + "config_schema", *reason);
    }
    type.schema_text = std::move(*text);
  }

  Manifest& manifest_;
  const std::string text_;
  std::vector<Problem>& problems_;
};

}  // namespace

bool is_sha256(std::string_view text) {
  constexpr std::size_t kDigits = 64;
  return text.size() == kDigits && text.find_first_not_of("0123456789abcdef") == text.npos;
}

std::string_view host_architecture() {
#if defined(__x86_64__)
  return "x86_64";
#elif defined(__aarch64__)
  return "aarch64";
#elif defined(__riscv) && __riscv_xlen == 64
  return "riscv64";
#else
  return "unknown";
#endif
}

Manifest read_manifest(const fs::path& file, std::vector<Problem>& problems) {
  Manifest manifest;
  manifest.file = file;
  if (auto reason = why_untrusted(file)) {
    problems.push_back(Problem{{file.string(), 0, 0}, {}, *reason});
    return manifest;
  }
  std::optional<std::string> text = read_file(file);
  if (!text) {
    problems.push_back(
        Problem{{file.string(), 0, 0}, {}, "cannot be read (a file of at most 1 MiB)"});
    return manifest;
  }
  crypto::Sha256 digest;
  digest.update(*text);
  ManifestReader(manifest, std::move(*text), problems).read();
  for (const ManifestType& type : manifest.types)
    digest.update(type.schema_text);
  manifest.digest = digest.finish();
  return manifest;
}

}  // namespace patchbay::plugin_host
