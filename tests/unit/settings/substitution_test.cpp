#include "core/settings/substitution.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/settings/fixture_files.hpp"

namespace patchbay::settings {
namespace {

using testing::HasSubstr;
using testing::Not;

Expanded expanded(std::string_view written) {
  const Environment environment = environment_of(
      {{"A", "alpha"}, {"B", "beta"}, {"EMPTY", ""}, {"LOOP", "${A}"}, {"BINARY", "x\xFFy"}});
  return expand(written, environment, "/no/such/folder");
}

std::string text(std::string_view written) {
  const Expanded result = expanded(written);
  EXPECT_EQ(result.problem, "") << written;
  return result.text;
}

TEST(Substitution, ReplacesVariablesWhereverTheyStand) {
  EXPECT_EQ(text("${A}"), "alpha");
  EXPECT_EQ(text("x${A}y${B}z"), "xalphaybetaz");
  EXPECT_EQ(text("${EMPTY}"), "");
  EXPECT_EQ(text(""), "");
}

TEST(Substitution, LeavesOtherDollarsAlone) {
  EXPECT_EQ(text("$A $ $$ {A} $(A) 5$"), "$A $ $$ {A} $(A) 5$");
}

TEST(Substitution, EscapesAReference) {
  EXPECT_EQ(text("$${A}"), "${A}");
  EXPECT_EQ(text("a $${ b"), "a ${ b");
  EXPECT_FALSE(expanded("$${A}").replaced);
}

TEST(Substitution, UsesTheDefaultWhenUnsetOrEmpty) {
  EXPECT_EQ(text("${NONE:-d}"), "d");
  EXPECT_EQ(text("${EMPTY:-d}"), "d");
  EXPECT_EQ(text("${A:-d}"), "alpha");
  EXPECT_EQ(text("${NONE:-}"), "");
  EXPECT_EQ(text("${NONE:-http://h:1/p?a=b}"), "http://h:1/p?a=b");
}

TEST(Substitution, NestsInDefaults) {
  EXPECT_EQ(text("${NONE:-127.0.0.1:${PORT:-8080}}"), "127.0.0.1:8080");
  EXPECT_EQ(text("${NONE:-<${A}>}"), "<alpha>");
  EXPECT_EQ(text("${NONE:-${EMPTY:-${B}}}!"), "beta!");
}

TEST(Substitution, LooksUpNothingInADefaultThatIsNotUsed) {
  EXPECT_EQ(text("${A:-${NONE}}"), "alpha");
  EXPECT_EQ(text("${A:-${file:/no/such/file}}"), "alpha");
}

TEST(Substitution, SearchesNoValueForVariables) {
  EXPECT_EQ(text("${LOOP}"), "${A}");
}

TEST(Substitution, CallsSecretWhatCameFromOutside) {
  EXPECT_TRUE(expanded("x ${A}").secret);
  EXPECT_EQ(expanded("${A}:${NONE:-${B}}").source, "${A}, ${B}");
  EXPECT_FALSE(expanded("${NONE:-d}").secret);
  EXPECT_TRUE(expanded("${NONE:-d}").replaced);
  EXPECT_FALSE(expanded("plain").secret);
}

TEST(Substitution, SaysHowToHelpAnUnsetVariable) {
  EXPECT_EQ(expanded("a ${NONE} b").problem,
            "the environment variable NONE is not set: set it, or give a default as in"
            " \"${NONE:-...}\"");
}

TEST(Substitution, RefusesWhatIsNotAReference) {
  for (const char* written :
       {"${}", "${1A}", "${A-d}", "${A:=d}", "${A:?d}", "${A B}", "${:-d}", "${ A}"}) {
    EXPECT_THAT(expanded(written).problem, HasSubstr("is followed by a name")) << written;
  }
  for (const char* written : {"${", "${A", "x ${A:-d", "${A:-${B}", "${file:/x", "${NONE:-${"}) {
    EXPECT_THAT(expanded(written).problem, HasSubstr("never closed")) << written;
  }
}

TEST(Substitution, BoundsNesting) {
  std::string deep;
  for (int i = 0; i < 10'000; ++i)
    deep += "${N:-";
  EXPECT_EQ(expanded(deep).problem, "variables are nested too deeply");
}

TEST(Substitution, RefusesAValueThatIsNoText) {
  EXPECT_EQ(expanded("${BINARY}").problem, "the value of ${BINARY} is not a text in UTF-8");
}

TEST(Substitution, ReadsFilesWithoutTheirLastLineEnd) {
  const TemporaryFolder folder;
  folder.write("key", "sk-1\n");
  folder.write("crlf", "sk-2\r\n");
  folder.write("lines", "a\nb\n");
  const Environment environment = environment_of({{"NAME", "key"}});
  const auto read = [&](std::string_view written) {
    return expand(written, environment, folder.path());
  };
  EXPECT_EQ(read("${file:key}").text, "sk-1");
  EXPECT_EQ(read("Bearer ${file:" + (folder.path() / "key").string() + "}").text, "Bearer sk-1");
  EXPECT_EQ(read("${file:crlf}").text, "sk-2");
  EXPECT_EQ(read("${file:lines}").text, "a\nb");
  EXPECT_EQ(read("${file:${NAME}}").text, "sk-1");
  EXPECT_EQ(read("${NONE:-${file:key}}").text, "sk-1");
  EXPECT_TRUE(read("${file:key}").secret);
  EXPECT_EQ(read("${file:key}").source, "${file:key}");
}

TEST(Substitution, SaysWhyAFileCannotBeRead) {
  const TemporaryFolder folder;
  folder.write("large", std::string(70'000, 'x'));
  folder.write("binary", std::string("a\0b", 3));
  const Environment environment = environment_of({});
  const auto problem = [&](std::string_view written) {
    return expand(written, environment, folder.path()).problem;
  };
  EXPECT_EQ(problem("${file:none}"),
            "cannot read the file of ${file:none}: no such file or directory");
  EXPECT_EQ(problem("${file:.}"), "cannot read the file of ${file:.}: is a directory");
  EXPECT_EQ(problem("${file:large}"),
            "cannot read the file of ${file:large}: longer than 65536 bytes");
  EXPECT_EQ(problem("${file:binary}"), "the value of ${file:binary} is not a text in UTF-8");
  EXPECT_EQ(problem("${file:}"), "${file:} names no file");
}

TEST(Substitution, MakesAValueWithAVariablePlainAgain) {
  const Loaded loaded = load(R"(
providers:
  p:
    plugin: x
    config: { port: "${PORT:-1}", text: "1", api_key: mine, nested: { password: p, list: ["${SET}"] } }
)",
                             {{"SET", "from outside"}});
  ASSERT_EQ(text_of(loaded.problems), "");
  const ConfigValue& config = loaded.settings.providers.at(0).config;
  EXPECT_FALSE(config.find("port")->quoted);
  EXPECT_FALSE(config.find("port")->secret);
  EXPECT_TRUE(config.find("text")->quoted);
  EXPECT_TRUE(config.find("api_key")->secret) << "secret by its name";
  const ConfigValue& nested = *config.find("nested");
  EXPECT_TRUE(nested.find("password")->secret);
  EXPECT_EQ(nested.find("list")->items.at(0).text, "from outside");
  EXPECT_TRUE(nested.find("list")->items.at(0).secret);
  EXPECT_EQ(nested.find("list")->items.at(0).source, "${SET}");
}

TEST(Substitution, CannotChangeTheStructureOfTheFile) {
  const Loaded loaded =
      load("providers: { p: { plugin: \"${EVIL}\" } }\n", {{"EVIL", "x }, q: { plugin: y"}});
  ASSERT_EQ(text_of(loaded.problems), "");
  ASSERT_EQ(loaded.settings.providers.size(), 1U);
  EXPECT_EQ(loaded.settings.providers[0].plugin, "x }, q: { plugin: y");
}

}  // namespace
}  // namespace patchbay::settings
