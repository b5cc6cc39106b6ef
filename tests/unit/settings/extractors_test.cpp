#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/settings/fixture_files.hpp"

namespace patchbay::settings {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

Loaded load_files(const std::string& section, const std::filesystem::path& folder = "/conf") {
  return load_text("live.yaml",
                   "providers: { s: { plugin: stub } }\nfiles:\n" + section,
                   environment_of({}),
                   folder);
}

Files files_of(const std::string& section, const std::filesystem::path& folder = "/conf") {
  const Loaded loaded = load_files(section, folder);
  EXPECT_EQ(text_of(loaded.problems), "");
  return loaded.settings.files;
}

std::string problem_of(const std::string& section) {
  return text_of(load_files(section).problems);
}

TEST(Extractors, AreTheUsualOnes) {
  for (const std::string same : {"", "  extractors:\n", "  extractors: {}\n"})
    EXPECT_EQ(files_of(same), Files()) << same;
  EXPECT_EQ(Files().extractors.size(), 3U);
  EXPECT_EQ(Files().extractors[0].media_type, "application/pdf");
}

TEST(Extractors, AreReplacedAddedAndTurnedOff) {
  const Files files = files_of(
      "  extract_timeout: 5s\n"
      "  extract_memory: 64MiB\n"
      "  extractors:\n"
      "    Application/PDF: [sh, -c, 'cat \"$1\"', sh, '{file}']\n"
      "    application/x-mine: [/bin/sh, '--in={file}']\n"
      "    application/vnd.oasis.opendocument.text: null\n"
      "    application/vnd.openxmlformats-officedocument.wordprocessingml.document: []\n");
  ASSERT_EQ(files.extractors.size(), 2U);
  EXPECT_EQ(files.extractors[0].media_type, "application/pdf");
  EXPECT_THAT(files.extractors[0].command, ElementsAre("sh", "-c", "cat \"$1\"", "sh", "{file}"));
  EXPECT_EQ(files.extractors[1].media_type, "application/x-mine");
  EXPECT_EQ(files.extract_timeout_ms, 5'000);
  EXPECT_EQ(files.extract_memory, 64 * 1024 * 1024);
}

TEST(Extractors, PathsBeginInTheFolderOfTheFile) {
  EXPECT_EQ(
      files_of("  extractors: { a/b: [./sh, '{file}'] }\n", "/bin").extractors.back().command[0],
      "/bin/sh");
}

TEST(Extractors, AProgramThatIsMissingIsTold) {
  const std::string problem = problem_of(
      "  extractors:\n"
      "    application/pdf: [pdf-to-nothing, '{file}']\n");
  EXPECT_THAT(problem, StartsWith("live.yaml:4:23: files.extractors.\"application/pdf\": "));
  EXPECT_THAT(problem, HasSubstr("there is no program \"pdf-to-nothing\""));
  EXPECT_THAT(problem_of("  extractors: { a/b: [./none, '{file}'] }\n"),
              HasSubstr("\"/conf/none\""));
}

TEST(Extractors, MistakesAreTold) {
  EXPECT_THAT(problem_of("  extractors: [pdftotext]\n"), HasSubstr("expected media types"));
  EXPECT_THAT(problem_of("  extractors: { pdf: [sh, '{file}'] }\n"),
              HasSubstr("expected a media type such as application/pdf"));
  EXPECT_THAT(problem_of("  extractors: { a/b: 'sh {file}' }\n"), HasSubstr("expected a list"));
  EXPECT_THAT(problem_of("  extractors: { a/b: [sh, '-'] }\n"), HasSubstr("with {file}"));
  EXPECT_THAT(problem_of("  extractors: { a/b: [sh, [x], '{file}'] }\n"),
              HasSubstr("expected texts alone"));
  EXPECT_THAT(problem_of("  extract_timeout: 0s\n"), HasSubstr("expected a duration from 1ms"));
  EXPECT_THAT(problem_of("  extract_memory: 1KiB\n"), HasSubstr("extract_memory"));
}

}  // namespace
}  // namespace patchbay::settings
