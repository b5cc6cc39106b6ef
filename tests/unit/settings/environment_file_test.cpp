#include "core/settings/environment_file.hpp"

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/settings/fixture_files.hpp"

namespace patchbay::settings {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

namespace fs = std::filesystem;

constexpr const char* kConfig =
    "providers: { p: { plugin: x, config: { v: \"${V:-unset}\" } } }\n"
    "models: { \"*\": { provider: p } }\n";

std::string value_of(const Loaded& loaded) {
  EXPECT_EQ(text_of(loaded.problems), "");
  return loaded.ok() ? loaded.settings.providers.at(0).config.find("v")->text : "";
}

Environment reading_files(std::map<std::string, std::string> variables, const fs::path& current) {
  Environment environment = environment_of(std::move(variables));
  environment.current_folder = current;
  environment.reads_env_files = true;
  return environment;
}

TEST(EnvironmentFile, ReadsEveryWayToWriteAVariable) {
  Report report;
  const Variables variables = parse_environment_file(".env",
                                                     "# comment\n"
                                                     "\n"
                                                     "  A=1  \n"
                                                     "export B = two words # comment\n"
                                                     "export\tC=x\n"
                                                     "D='single # \\n $X'  # comment\n"
                                                     "E=\"a\\tb\\n\\\"c\\\" \\$X \\\\ \\q\"\r\n"
                                                     "F=\"first\n"
                                                     "second\"\n"
                                                     "G=\n"
                                                     "H=a#b\n"
                                                     "I=first\nI=last\n"
                                                     "exported=yes\n"
                                                     "K=http://h/?a=b",
                                                     report);
  EXPECT_THAT(report.warnings(), IsEmpty());
  EXPECT_THAT(variables,
              ElementsAre(Pair("A", "1"),
                          Pair("B", "two words"),
                          Pair("C", "x"),
                          Pair("D", "single # \\n $X"),
                          Pair("E", "a\tb\n\"c\" $X \\ \\q"),
                          Pair("F", "first\nsecond"),
                          Pair("G", ""),
                          Pair("H", "a#b"),
                          Pair("I", "last"),
                          Pair("K", "http://h/?a=b"),
                          Pair("exported", "yes")));
}

TEST(EnvironmentFile, LeavesOutWhatIsNoVariableAndSaysSo) {
  Report report;
  const Variables variables = parse_environment_file(
      "x/.env", "A=1\ns3cr3t\n2B=s3cr3t\n=s3cr3t\nC='s3cr3t\nD=\"a\" s3cr3t\nE=5\n", report);
  EXPECT_THAT(variables, ElementsAre(Pair("A", "1"), Pair("E", "5")));
  EXPECT_THAT(report.warnings(),
              ElementsAre("x/.env:2:1: not a NAME=value, so it is left out",
                          "x/.env:3:1: not a NAME=value, so it is left out",
                          "x/.env:4:1: not a NAME=value, so it is left out",
                          "x/.env:5:1: not a NAME=value, so it is left out",
                          "x/.env:6:1: not a NAME=value, so it is left out"));
}

TEST(EnvironmentFile, IsReadBesideTheConfiguration) {
  const TemporaryFolder folder;
  const TemporaryFolder current;
  folder.write(".env", "V=beside\n");
  current.write(".env", "V=current\n");
  const fs::path config = folder.write("c.yaml", kConfig);
  const Loaded loaded = load_file(config, reading_files({}, current.path()));
  EXPECT_EQ(value_of(loaded), "beside");
  EXPECT_THAT(loaded.warnings, IsEmpty());
}

TEST(EnvironmentFile, IsReadInTheCurrentFolderWhenThereIsNoneBeside) {
  const TemporaryFolder folder;
  const TemporaryFolder current;
  current.write(".env", "V=current\nMODEL_NAME=from-file\n");
  const fs::path config = folder.write("c.yaml", kConfig);
  EXPECT_EQ(value_of(load_file(config, reading_files({}, current.path()))), "current");
  const Loaded built_in = load_built_in(reading_files({}, current.path()), "/prefix");
  EXPECT_EQ(built_in.settings.defaults.model, "from-file");
}

TEST(EnvironmentFile, LosesAgainstTheRealEnvironment) {
  const TemporaryFolder folder;
  folder.write(".env", "V=file\n");
  const fs::path config = folder.write("c.yaml", kConfig);
  EXPECT_EQ(value_of(load_file(config, reading_files({{"V", "real"}}, "/"))), "real");
  EXPECT_EQ(value_of(load_file(config, reading_files({{"V", ""}}, "/"))), "unset");
}

TEST(EnvironmentFile, MayBeNamedByEnvFile) {
  const TemporaryFolder folder;
  folder.write(".env", "V=usual\n");
  folder.write("other.env", "V=other\n");
  const fs::path config = folder.write("c.yaml", kConfig);
  EXPECT_EQ(value_of(load_file(config, reading_files({{"ENV_FILE", "other.env"}}, folder.path()))),
            "other");
  const std::string absolute = (folder.path() / "other.env").string();
  EXPECT_EQ(value_of(load_file(config, reading_files({{"ENV_FILE", absolute}}, "/"))), "other");
}

TEST(EnvironmentFile, MustBeReadableWhenItIsNamed) {
  const TemporaryFolder folder;
  const fs::path config = folder.write("c.yaml", kConfig);
  const Loaded loaded = load_file(config, reading_files({{"ENV_FILE", "none"}}, folder.path()));
  EXPECT_EQ(text_of(loaded.problems),
            "cannot read the file that ENV_FILE names: no such file or directory\n");
}

TEST(EnvironmentFile, WarnsWhenOthersCanReadIt) {
  const TemporaryFolder folder;
  const fs::path file = folder.write(".env", "V=s3cr3t\n");
  const fs::path config = folder.write("c.yaml", kConfig);
  fs::permissions(file, fs::perms(0644));
  const Loaded loaded = load_file(config, reading_files({}, "/"));
  EXPECT_THAT(loaded.warnings,
              ElementsAre(file.string() +
                          ": others can read this file (mode 0644), and it may hold keys:"
                          " chmod 600 " +
                          file.string()));
  fs::permissions(file, fs::perms(0600));
  EXPECT_THAT(load_file(config, reading_files({}, "/")).warnings, IsEmpty());
}

TEST(EnvironmentFile, IsNotLookedForUnlessAsked) {
  const TemporaryFolder folder;
  folder.write(".env", "V=file\n");
  const fs::path config = folder.write("c.yaml", kConfig);
  EXPECT_EQ(value_of(load_file(config, environment_of({}))), "unset");
}

}  // namespace
}  // namespace patchbay::settings
