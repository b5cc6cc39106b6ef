#include "core/app/command_line.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace patchbay::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

CommandLine accepted(const std::vector<std::string>& arguments) {
  ParsedCommandLine parsed = parse_command_line(arguments);
  EXPECT_TRUE(parsed.command_line) << parsed.text;
  return parsed.command_line.value_or(CommandLine{});
}

std::string refused(const std::vector<std::string>& arguments) {
  const ParsedCommandLine parsed = parse_command_line(arguments);
  EXPECT_FALSE(parsed.command_line);
  EXPECT_EQ(parsed.exit_code, kExitUsage);
  EXPECT_THAT(parsed.text, StartsWith("patchbay: "));
  EXPECT_THAT(parsed.text, testing::EndsWith("\nTry: patchbay --help\n"));
  return parsed.text.substr(0, parsed.text.find('\n'));
}

TEST(CommandLine, ServesWhenNoCommandIsGiven) {
  const CommandLine line = accepted({});
  EXPECT_EQ(line.command, Command::kServe);
  EXPECT_FALSE(line.config);
  EXPECT_FALSE(line.listen);
  EXPECT_FALSE(line.log_level);
  EXPECT_TRUE(line.plugins.empty());
}

TEST(CommandLine, KnowsItsCommands) {
  EXPECT_EQ(accepted({"serve"}).command, Command::kServe);
  EXPECT_EQ(accepted({"check"}).command, Command::kCheck);
  EXPECT_EQ(accepted({"plugins"}).command, Command::kPlugins);
  EXPECT_EQ(accepted({"version"}).command, Command::kVersion);
}

TEST(CommandLine, TakesOptionsBeforeAndAfterTheCommand) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"check", "--config", "a.yaml", "--listen", ":1"},
                                             {"--config", "a.yaml", "check", "--listen=:1"},
                                             {"-c", "a.yaml", "-l", ":1", "check"}}) {
    const CommandLine line = accepted(arguments);
    EXPECT_EQ(line.command, Command::kCheck);
    EXPECT_EQ(line.config, "a.yaml");
    EXPECT_EQ(line.listen, ":1");
  }
}

TEST(CommandLine, WritesJsonForPluginsOnly) {
  EXPECT_FALSE(accepted({"plugins"}).json);
  EXPECT_TRUE(accepted({"plugins", "--json"}).json);
  EXPECT_TRUE(accepted({"--json", "plugins"}).json);
  EXPECT_THAT(refused({"check", "--json"}), HasSubstr("--json: only with the command plugins"));
}

TEST(CommandLine, CollectsPluginFoldersInTheirOrder) {
  const CommandLine line =
      accepted({"--plugins", "a", "--plugins", "b", "serve", "--plugins", "c"});
  EXPECT_THAT(line.plugins, ElementsAre("a", "b", "c"));
  EXPECT_EQ(line.command, Command::kServe);
}

TEST(CommandLine, TakesALogLevel) {
  EXPECT_EQ(accepted({"--log-level", "debug"}).log_level, "debug");
}

TEST(CommandLine, SuggestsTheNearestCommand) {
  EXPECT_EQ(refused({"chek"}), "patchbay: unknown command \"chek\" - did you mean \"check\"?");
  EXPECT_EQ(refused({"frobnicate"}),
            "patchbay: unknown command \"frobnicate\"; there are serve, check, plugins, migrate "
            "and version");
}

TEST(CommandLine, SuggestsTheNearestOption) {
  EXPECT_EQ(refused({"--confg", "x.yaml"}),
            "patchbay: unknown option \"--confg\" - did you mean \"--config\"?");
  EXPECT_EQ(refused({"check", "--lisen=:1"}),
            "patchbay: unknown option \"--lisen\" - did you mean \"--listen\"?");
  EXPECT_EQ(refused({"-z"}), "patchbay: unknown option \"-z\"");
}

TEST(CommandLine, RefusesWordsAfterTheCommand) {
  EXPECT_THAT(refused({"check", "my.yaml"}), HasSubstr("unexpected \"my.yaml\""));
  EXPECT_THAT(refused({"check", "serve"}), HasSubstr("one command is enough"));
}

TEST(CommandLine, RefusesAnOptionWithoutItsValue) {
  EXPECT_THAT(refused({"--config"}), HasSubstr("--config"));
  EXPECT_EQ(refused({"--config", ""}), "patchbay: --config: expected the name of a file");
  EXPECT_EQ(refused({"--plugins", ""}), "patchbay: --plugins: expected the name of a folder");
}

TEST(CommandLine, RefusesAnOptionGivenTwice) {
  EXPECT_THAT(refused({"--config", "a", "--config", "b"}), HasSubstr("--config"));
}

TEST(CommandLine, RefusesAWrongAddressAndLevel) {
  EXPECT_EQ(refused({"--listen", "8080"}),
            "patchbay: --listen: expected host:port, [v6]:port or :port, such as 127.0.0.1:8080,"
            " got \"8080\"");
  EXPECT_EQ(refused({"--log-level", "inf"}),
            "patchbay: --log-level: expected trace, debug, info, warn, error or off,"
            " got \"inf\" - did you mean \"info\"?");
}

TEST(CommandLine, HelpsWithoutAnErrorWhereverItIsAsked) {
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"--help"}, {"-h"}, {"check", "--help"}, {"--config", "x", "-h"}}) {
    const ParsedCommandLine parsed = parse_command_line(arguments);
    EXPECT_FALSE(parsed.command_line);
    EXPECT_EQ(parsed.exit_code, 0);
    EXPECT_THAT(parsed.text, HasSubstr("Usage: patchbay"));
    EXPECT_TRUE(parsed.text.ends_with('\n'));
  }
}

TEST(CommandLine, HelpNamesEveryOptionCommandAndExitCode) {
  const std::string help = parse_command_line({"--help"}).text;
  for (const char* word : {"serve",
                           "check",
                           "plugins",
                           "version",
                           "--config FILE",
                           "--listen ADDRESS",
                           "--plugins FOLDER",
                           "--log-level LEVEL",
                           "--help",
                           "Examples",
                           "64 wrong command line",
                           "78 wrong configuration",
                           "$PATCHBAY_CONFIG"}) {
    EXPECT_THAT(help, HasSubstr(word));
  }
}

TEST(CommandLine, HelpFitsAHundredColumns) {
  const std::string help = parse_command_line({"--help"}).text;
  std::size_t start = 0;
  while (start < help.size()) {
    const std::size_t end = help.find('\n', start);
    EXPECT_LE(end - start, 100U) << help.substr(start, end - start);
    start = end + 1;
  }
}

}  // namespace
}  // namespace patchbay::app
