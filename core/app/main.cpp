// The program: reads the command line and does what it says.

#include <iostream>
#include <string>
#include <vector>

#include "core/app/catalog_commands.hpp"
#include "core/app/command_line.hpp"
#include "core/app/composition.hpp"
#include "core/app/migrate_command.hpp"
#include "core/app/serve.hpp"
#include "core/plugin_host/probe.hpp"

int main(int argc, char** argv) {
  namespace app = patchbay::app;
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments == std::vector<std::string>{app::kProbeCommand}) {
    return patchbay::plugin_host::run_probe();
  }
  const app::ParsedCommandLine parsed = app::parse_command_line(arguments);
  if (!parsed.command_line) {
    (parsed.exit_code == 0 ? std::cout : std::cerr) << parsed.text;
    return parsed.exit_code;
  }
  switch (parsed.command_line->command) {
    case app::Command::kServe:
      return app::serve(*parsed.command_line);
    case app::Command::kCheck:
      return app::check(*parsed.command_line);
    case app::Command::kPlugins:
      return app::list_plugins(*parsed.command_line);
    case app::Command::kMigrate:
      return app::migrate(*parsed.command_line);
    case app::Command::kVersion:
      std::cout << "patchbay " << app::kVersion << '\n';
      return 0;
  }
  return 1;
}
