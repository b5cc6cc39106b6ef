// `plugins:`, the library that a provider insists on, and `admin:`.

#include <utility>

#include "core/settings/shape.hpp"

namespace patchbay::settings {
namespace {

// Shorter ones can be guessed.
constexpr std::size_t kKeyBytesMin = 16;
constexpr std::size_t kHashDigits = 64;

}  // namespace

void read_plugins(const ConfigValue* value,
                  const std::filesystem::path& folder,
                  Plugins& plugins,
                  Report& report) {
  Fields fields(value, "plugins", report);
  for (const auto& [path, written] : fields.texts("path")) {
    if (path.empty()) {
      fields.problem(*written, "path", "expected the path of a folder");
      continue;
    }
    plugins.path.push_back((folder / path).lexically_normal());
  }
  fields.boolean("watch", plugins.watch);
  fields.duration_ms("drain_timeout", plugins.drain_timeout_ms);
  fields.finish();
}

void read_library_hash(Fields& fields, Provider& provider) {
  std::string text;
  const ConfigValue* written = fields.text("sha256", text);
  if (written == nullptr || text.empty()) return;
  if (text.size() != kHashDigits || text.find_first_not_of("0123456789abcdef") != text.npos) {
    fields.problem(*written,
                   "sha256",
                   "expected the 64 hexadecimal digits, in lower case, that sha256sum prints for "
                   "the plugin's library");
    return;
  }
  provider.sha256 = std::move(text);
  provider.sha256_origin = written->origin;
}

void read_admin(const ConfigValue* value, Admin& admin, Report& report) {
  Fields fields(value, "admin", report);
  for (const auto& [key, written] : fields.texts("keys")) {
    if (key.size() >= kKeyBytesMin) {
      admin.keys.emplace_back(key);
      continue;
    }
    // Not quoted, wherever it comes from.
    ConfigValue hidden = *written;
    hidden.secret = true;
    fields.problem(hidden, "keys", "expected a key of at least 16 characters");
  }
  fields.finish();
}

}  // namespace patchbay::settings
