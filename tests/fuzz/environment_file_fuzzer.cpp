// A file of variables: whatever is in it, names and warnings are sound, and no warning repeats
// what may be a secret.

#include <string>

#include "core/settings/environment_file.hpp"
#include "tests/fuzz/fuzz_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using patchbay::fuzz::require;
  namespace settings = patchbay::settings;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  settings::Report report;
  const settings::Variables variables = settings::parse_environment_file("fuzz.env", text, report);
  for (const auto& [name, value] : variables) {
    require(!name.empty() && name.find_first_of("= \t\r\n") == std::string::npos);
  }
  require(report.problems().empty());
  for (const std::string& warning : report.warnings()) {
    require(warning.find("fuzz.env:") != std::string::npos && warning.size() < 400);
  }
  return 0;
}
