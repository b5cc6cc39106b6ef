// Any text is either a configuration or a list of problems, each with a place and a message.

#include "core/settings/describe.hpp"
#include "core/settings/load.hpp"
#include "tests/fuzz/fuzz_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace settings = patchbay::settings;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (text.find("file:") != std::string_view::npos) return 0;  // would open files of this machine
  const settings::Environment environment{
      .lookup = [](const std::string& name) -> std::optional<std::string> {
        if (name == "SET") return "value";
        return std::nullopt;
      },
      .current_folder = "/"};
  const settings::Loaded loaded = settings::load_text("fuzz.yaml", text, environment, "/");
  for (const patchbay::Problem& problem : loaded.problems) {
    patchbay::fuzz::require(!problem.message.empty() && !problem.origin.file.empty());
  }
  if (loaded.ok()) patchbay::fuzz::require(!settings::describe(loaded.settings).empty());
  return 0;
}
