#include "core/plugin_host/trusted_path.hpp"

#include <system_error>

namespace patchbay::plugin_host {

namespace fs = std::filesystem;

std::optional<std::string> why_untrusted(const fs::path& path) {
  std::error_code error;
  const fs::path real = fs::canonical(path, error);
  if (error) return "cannot examine \"" + path.string() + "\": " + error.message();
  for (fs::path part = real;; part = part.parent_path()) {
    const fs::perms mode = fs::status(part, error).permissions();
    if (error) return "cannot examine \"" + part.string() + "\": " + error.message();
    const bool writable = (mode & fs::perms::others_write) != fs::perms::none;
    const bool sticky = part != real && (mode & fs::perms::sticky_bit) != fs::perms::none;
    if (writable && !sticky) {
      return "\"" + part.string() +
             "\" may be changed by every user of this machine, so nothing is loaded from it; "
             "run: chmod o-w \"" +
             part.string() + "\"";
    }
    if (part == part.root_path()) return std::nullopt;
  }
}

}  // namespace patchbay::plugin_host
