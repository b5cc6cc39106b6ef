#include "core/plugin_host/manifest.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/plugin_host/shelf.hpp"
#include "tests/component/plugin_host/workspace.hpp"

namespace patchbay::plugin_host {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

std::string good_manifest() {
  return R"({
  "manifest": 1, "id": "test.a", "version": "1.2.3",
  "library": "lib.so", "arch": ")" +
         std::string(host_architecture()) + R"(",
  "abi": {"major": 1, "minor": 7, "need_host_minor": 0},
  "license": "MIT", "flags": ["never_unload", "a later flag"], "needs": ["patchbay.host.async/1"],
  "types": [{"type": "a", "modes": ["chat", "image", "a later mode"], "config_schema": "a.json"}],
  "sha256": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
})";
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return at == std::string::npos ? text : text.replace(at, what.size(), by);
}

class Manifests : public testing::Test {
 protected:
  Manifests() {
    workspace_.write("p/a/lib.so", "code");
    workspace_.write("p/a/a.json", R"({"type":"object"})");
  }

  // The problems of a manifest, without the workspace's own path.
  std::string problems_of(const std::string& text) {
    const fs::path file = workspace_.write("p/a/manifest.json", text);
    std::vector<Problem> problems;
    manifest_ = read_manifest(file, problems);
    std::string lines = lines_of(problems);
    const std::string folder = workspace_.folder().string() + "/";
    for (std::size_t at = 0; (at = lines.find(folder)) != std::string::npos;) {
      lines.erase(at, folder.size());
    }
    return lines;
  }

  Workspace workspace_;
  Manifest manifest_;
};

TEST_F(Manifests, SayWhatThePluginIs) {
  EXPECT_EQ(problems_of(good_manifest()), "");
  EXPECT_EQ(manifest_.id, "test.a");
  EXPECT_EQ(manifest_.version, "1.2.3");
  EXPECT_EQ(manifest_.license, "MIT");
  EXPECT_EQ(manifest_.library, workspace_.folder() / "p/a/lib.so");
  EXPECT_TRUE(manifest_.never_unload);
  ASSERT_EQ(manifest_.types.size(), 1U);
  EXPECT_EQ(manifest_.types[0].type, "a");
  EXPECT_EQ(manifest_.types[0].modes,
            PBAY_MODE_BIT(PBAY_MODE_CHAT) | PBAY_MODE_BIT(PBAY_MODE_IMAGE));
  EXPECT_EQ(manifest_.types[0].schema_text, R"({"type":"object"})");
}

struct WrongManifest {
  const char* what;
  const char* by;
  const char* problem;
};

TEST_F(Manifests, NameEachMistakeAtItsPlace) {
  const WrongManifest table[] = {
      {"\"manifest\": 1",
       "\"manifest\": 2",
       "p/a/manifest.json:2:15: manifest: this Patchbay reads manifests of format 1 only; update "
       "Patchbay\n"},
      {"\"test.a\"", "7", "p/a/manifest.json:2:24: id: expected a string, got a number\n"},
      {"\"id\": \"test.a\", ", "", "p/a/manifest.json:1:1: id: missing required key \"id\"\n"},
      {"\"1.2.3\"", "\"\"", "p/a/manifest.json:2:45: version: must not be empty\n"},
      {"lib.so",
       "../lib.so",
       "p/a/manifest.json:3:14: library: expected the name of a file beside the manifest\n"},
      {"lib.so", "bil.so", "p/a/manifest.json:3:14: library: there is no file \"p/a/bil.so\"\n"},
      {"\"major\": 1",
       "\"major\": 2",
       "p/a/manifest.json:4:20: abi.major: the plugin is made for plugin ABI 2, this Patchbay has "
       "1.0; install a plugin made for it\n"},
      {"\"need_host_minor\": 0",
       "\"need_host_minor\": 9",
       "p/a/manifest.json:4:54: abi.need_host_minor: the plugin needs plugin ABI 1.9, this "
       "Patchbay "
       "has 1.0; update Patchbay or install an older version of the plugin\n"},
      {"\"need_host_minor\": 0",
       "\"need_host_minor\": -1",
       "p/a/manifest.json:4:54: abi.need_host_minor: expected a whole number from 0\n"},
      {"host.async",
       "host.sync",
       "p/a/manifest.json:5:74: needs: the plugin needs the host extension "
       "\"patchbay.host.sync/1\", which this Patchbay does not have; update Patchbay\n"},
      {"[\"chat\", \"image\", \"a later mode\"]",
       "\"chat\"",
       "p/a/manifest.json:6:36: types[0].modes: expected an array, got a string\n"},
      {"0123456789abcdef\"",
       "0123456789ABCDEF\"",
       "p/a/manifest.json:7:13: sha256: expected 64 hexadecimal digits in lower case\n"},
      {"a.json",
       "b.json",
       "p/a/manifest.json:6:88: types[0].config_schema: cannot read \"p/a/b.json\" (a file beside "
       "the manifest of at most 1 MiB)\n"},
  };
  for (const WrongManifest& wrong : table) {
    EXPECT_EQ(problems_of(replaced(good_manifest(), wrong.what, wrong.by)), wrong.problem);
  }
}

TEST_F(Manifests, NameAllMistakesAtOnce) {
  std::string text = replaced(good_manifest(), "\"1.2.3\"", "3");
  text = replaced(std::move(text), "lib.so", "none.so");
  const std::string problems = problems_of(text);
  EXPECT_THAT(problems, HasSubstr("version: expected a string"));
  EXPECT_THAT(problems, HasSubstr("library: there is no file"));
}

TEST_F(Manifests, ForAnotherMachineAreRefused) {
  const std::string text = replaced(good_manifest(), std::string(host_architecture()), "z80");
  EXPECT_THAT(problems_of(text), HasSubstr("arch: the plugin is for \"z80\", this Patchbay for"));
}

TEST_F(Manifests, MayBeNoJson) {
  EXPECT_THAT(problems_of("{\n  \"id\" 1}"), HasSubstr("Invalid JSON at line 2"));
  EXPECT_THAT(problems_of("[]"), HasSubstr("expected an object, got an array"));
}

TEST_F(Manifests, ThatAnyoneCouldChangeAreRefused) {
  const fs::path file = workspace_.write("p/a/manifest.json", good_manifest());
  for (const fs::path& loose : {file,
                                file.parent_path(),
                                file.parent_path().parent_path(),
                                file.parent_path() / "lib.so"}) {
    const fs::perms before = fs::status(loose).permissions();
    fs::permissions(loose, before | fs::perms::others_write);
    std::vector<Problem> problems;
    read_manifest(file, problems);
    EXPECT_THAT(lines_of(problems), HasSubstr("chmod o-w \"" + loose.string() + "\"")) << loose;
    fs::permissions(loose, before);
  }
}

TEST_F(Manifests, InAStickyFolderAreFine) {
  const fs::path file = workspace_.write("p/a/manifest.json", good_manifest());
  fs::permissions(workspace_.folder() / "p", fs::perms::all | fs::perms::sticky_bit);
  std::vector<Problem> problems;
  read_manifest(file, problems);
  EXPECT_EQ(lines_of(problems), "");
}

TEST_F(Manifests, AreFoundInSubfoldersOfTheSearchPath) {
  workspace_.write("p/a/manifest.json", good_manifest());
  workspace_.write("p/not a plugin/readme", "");
  workspace_.write("p/file", "");
  fs::create_directory_symlink(workspace_.folder() / "p", workspace_.folder() / "q");
  const Shelf shelf = read_shelf({workspace_.folder() / "p",
                                  workspace_.folder() / "q",
                                  workspace_.folder() / "p/",
                                  workspace_.folder() / "none"});
  EXPECT_EQ(lines_of(shelf.conflicts), "");
  EXPECT_THAT(shelf.types(), ElementsAre("a"));
  const std::string folder = workspace_.folder().string();
  EXPECT_EQ(shelf.searched(),
            "Searched: " + folder + "/p (1 plugin), " + folder + "/none (does not exist)");
}

TEST_F(Manifests, CannotClaimOneTypeOrIdTwice) {
  const fs::path first = workspace_.write("p/a/manifest.json", good_manifest());
  workspace_.write("p/b/lib.so", "code");
  workspace_.write("p/b/a.json", "{}");
  const fs::path second = workspace_.write("p/b/manifest.json", good_manifest());
  const Shelf shelf = read_shelf({workspace_.folder() / "p"});
  const std::string folder = workspace_.folder().string();
  EXPECT_EQ(lines_of(shelf.conflicts),
            second.string() + ": the plugin id \"test.a\" is claimed by \"" + first.string() +
                "\" as well; remove one of the two\n" + second.string() +
                ": the provider type \"a\" is claimed by \"" + first.string() +
                "\" as well; remove one of the two\n");
}

}  // namespace
}  // namespace patchbay::plugin_host
