// The command line: what it takes, what it prints, and its exit codes.

#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/component/check/tool.hpp"

namespace patchbay::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kGood = PATCHBAY_BAD_PLUGINS "/good";
const std::string kJunk = PATCHBAY_BAD_PLUGINS "/junk";

// A copy of the good plugin, to be spoilt.
class CopiedPlugin : public ::testing::Test {
 protected:
  CopiedPlugin() {
    fs::copy(kGood, folder_.path(), fs::copy_options::recursive);
    fs::permissions(folder_.path(), fs::perms::owner_all);
  }
  [[nodiscard]] std::string manifest() const {
    std::ifstream in(folder_.path() / "manifest.json");
    return {std::istreambuf_iterator<char>(in), {}};
  }
  [[nodiscard]] ToolReport report(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), folder_.path());
    return report_of(more);
  }

  const TemporaryFolder folder_;
};

TEST(Command, TakesTheManifestOrItsFolder) {
  const ToolReport folder = report_of({kGood, "--filter", "elf."});
  const ToolReport file = report_of({kGood + "/manifest.json", "--filter", "elf."});
  EXPECT_EQ(folder.exit_code, 0);
  EXPECT_EQ(folder.ids, file.ids);
  EXPECT_EQ(folder.plugin, "test.good");
}

TEST(Command, EndsWithTwoForWhatCannotBeReadOrUnderstood) {
  EXPECT_EQ(run_tool({}).exit_code, 2);
  EXPECT_EQ(run_tool({"nowhere/manifest.json"}).exit_code, 2);
  EXPECT_EQ(run_tool({kGood, "--no-such-option"}).exit_code, 2);
  EXPECT_EQ(run_tool({kGood, "--config", "nowhere.json"}).exit_code, 2);
  EXPECT_EQ(run_tool({kGood, "--fixtures", "nowhere"}).exit_code, 2);
  EXPECT_EQ(run_tool({kGood, "--type", "nobody"}).exit_code, 2);
  EXPECT_EQ(run_tool({kGood, "--filter", "no-such-check"}).exit_code, 2);
  EXPECT_THAT(run_tool({"nowhere/manifest.json"}).errors, HasSubstr("cannot read"));
}

TEST(Command, ExplainsItself) {
  const ToolRun help = run_tool({"--help"});
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_THAT(help.output, HasSubstr("Usage: patchbay-check MANIFEST"));
  const ToolRun list = run_tool({"--list"});
  EXPECT_EQ(list.exit_code, 0);
  EXPECT_THAT(list.output, HasSubstr("call.arguments"));
}

TEST(Command, PrintsALineACheckAndASummary) {
  const ToolRun run = run_tool({kGood, "--filter", "elf.exports", "--seed", "5"});
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.output, HasSubstr("test.good 1.0.0"));
  EXPECT_THAT(run.output, HasSubstr("seed 5\n"));
  EXPECT_THAT(run.output, HasSubstr("ok       elf.exports"));
  EXPECT_THAT(run.output, HasSubstr("1 checks: 1 ok, 0 failed"));
}

TEST(Command, PrintsOnlyFailuresWhereThatIsAskedFor) {
  const ToolRun run =
      run_tool({kJunk, "--filter", "elf.", "--filter", "junk", "--only-failed", "--seed", "7"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output, HasSubstr("FAILED   answer.junk"));
  EXPECT_THAT(run.output, HasSubstr("rule: "));
  EXPECT_THAT(run.output, Not(HasSubstr("ok       elf.exports")));
}

TEST(Command, FindsTheSameWithTheSameSeed) {
  const auto find = [](const char* seed) {
    return report_of({kJunk, "--filter", "answer.junk", "--seed", seed}).text;
  };
  EXPECT_FALSE(find("7").empty());
  EXPECT_EQ(find("7"), find("7"));
}

TEST(Command, PrintsTheSeedItTookItself) {
  EXPECT_FALSE(report_of({kGood, "--filter", "elf.exports"}).seed.empty());
}

TEST(Command, ChecksQuicklyWhetherAPluginCanBeUsed) {
  const ToolReport good = report_of({kGood, "--quick"});
  EXPECT_EQ(good.exit_code, 0);
  EXPECT_TRUE(good.ids.contains("create"));
  EXPECT_FALSE(good.ids.contains("call.churn"));
  const ToolReport bad = report_of({PATCHBAY_BAD_PLUGINS "/create_fails", "--quick"});
  EXPECT_EQ(bad.exit_code, 1);
  EXPECT_EQ(bad.failed, std::set<std::string>{"create"});
}

TEST(Command, MakesTheProviderWithTheConfigurationItIsGiven) {
  const TemporaryFolder folder;
  folder.write("good.json", R"({"api_key": "a-key"})");
  folder.write("wrong.json", R"({"no_such_key": 1})");
  const auto quick = [&](const char* name) {
    return report_of({kGood, "--quick", "--config", folder.path() / name});
  };
  EXPECT_EQ(quick("good.json").exit_code, 0);
  const ToolReport wrong = quick("wrong.json");
  EXPECT_EQ(wrong.failed, std::set<std::string>{"create"});
  EXPECT_THAT(wrong.text, HasSubstr("no_such_key"));
}

TEST(Command, ChecksAnotherLibraryInPlaceOfTheManifests) {
  const std::string other = PATCHBAY_BAD_PLUGINS "/descriptor_id/libpatchbay_bad_descriptor_id.so";
  const ToolReport report = report_of({kGood, "--quick", "--library", other});
  EXPECT_TRUE(report.failed.contains("agreement")) << report.text;
  EXPECT_TRUE(report.failed.contains("descriptor")) << report.text;
}

TEST(Command, ComparesRecordedAnswers) {
  const TemporaryFolder folder;
  folder.write("text/request.json", R"({"model":"m","stream":true,"messages":[]})");
  folder.write("text/head", "200\ncontent-type: text/event-stream\n");
  folder.write("text/response.txt", "data: Hello\n\ndata: you\n\ndata: [DONE]\n\n");
  folder.write(
      "text/events.txt",
      "TEXT 0.0 \"Hello\"\nTEXT 0.0 \"you\"\nITEM_END 0.0\nFINISH 0 stop \"\"\nEND stop\n");
  const auto report = [&] {
    return report_of({kGood, "--filter", "golden", "--fixtures", folder.path()});
  };
  EXPECT_EQ(report().exit_code, 0) << report().text;
  EXPECT_TRUE(report().skipped.empty());

  folder.write("text/events.txt", "TEXT 0.0 \"Hello\"\nTEXT 0.0 \"they\"\n");
  EXPECT_EQ(report().exit_code, 1);
  EXPECT_THAT(report().text, HasSubstr("text: line 2: wanted TEXT 0.0 \"they\""));
}

TEST_F(CopiedPlugin, PassesAsItIs) {
  EXPECT_EQ(report({"--quick"}).exit_code, 0);
}

TEST_F(CopiedPlugin, FailsWithAnotherHashThanItsManifests) {
  std::string text = manifest();
  text.insert(text.find('{') + 1, "\"sha256\": \"" + std::string(64, '0') + "\",");
  folder_.write("manifest.json", text);
  const ToolReport found = report({"--filter", "manifest"});
  EXPECT_EQ(found.failed, std::set<std::string>{"manifest"});
  EXPECT_THAT(found.text, HasSubstr("sha256"));
}

TEST_F(CopiedPlugin, FailsWhereOthersCouldChangeIt) {
  fs::permissions(folder_.path() / "libpatchbay_bad_good.so", fs::perms::all);
  EXPECT_EQ(report({"--filter", "manifest"}).failed, std::set<std::string>{"manifest"});
}

TEST_F(CopiedPlugin, FailsAndSkipsTheRestWithoutItsLibrary) {
  fs::remove(folder_.path() / "libpatchbay_bad_good.so");
  const ToolReport found = report({"--quick"});
  EXPECT_EQ(found.failed, std::set<std::string>{"manifest"}) << found.text;
  EXPECT_TRUE(found.skipped.contains("create"));
}

}  // namespace
}  // namespace patchbay::testing
