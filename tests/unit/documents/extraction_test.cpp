#include "core/documents/extraction.hpp"

#include <array>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace patchbay::documents {
namespace {

using testing::HasSubstr;

std::string media_type(std::string_view said, std::string_view name) {
  const auto type = type_of(said, name);
  return type ? type->media_type : "none";
}

TEST(Extraction, TellsTheTypeByWhatTheClientSays) {
  EXPECT_EQ(media_type("text/markdown; charset=utf-8", "a"), "text/markdown");
  EXPECT_EQ(media_type("TEXT/HTML", "a.txt"), "text/html");
  EXPECT_EQ(media_type("text/x-python", "a"), "text/x-python");
  EXPECT_EQ(media_type("application/json", "x.html"), "application/json");
}

TEST(Extraction, TellsTheTypeByTheNameWhereTheClientDoesNotKnow) {
  EXPECT_EQ(media_type("application/octet-stream", "Notes.MD"), "text/markdown");
  EXPECT_EQ(media_type("", "page.htm"), "text/html");
  EXPECT_EQ(media_type("text/plain", "page.html"), "text/html");
  EXPECT_EQ(media_type("text/plain", "whatever"), "text/plain");
}

TEST(Extraction, LeavesToProgramsWhatIsNoText) {
  const std::string odt = "application/vnd.oasis.opendocument.text";
  for (const auto& [said, name, type] : {std::array<std::string, 3>{"application/pdf", "a", ""},
                                         {"application/octet-stream", "a.PDF", "application/pdf"},
                                         {"", "a.odt", odt},
                                         {"image/png", "a.txt", ""},
                                         {"text/rtf", "a.rtf", ""},
                                         {"application/x-mine; a=b", "a", "application/x-mine"}}) {
    const auto found = type_of(said, name);
    ASSERT_TRUE(found) << said;
    EXPECT_EQ(found->media_type, type.empty() ? said : type);
    EXPECT_EQ(found->kind, FileKind::kOther);
    EXPECT_EQ(kind_of(found->media_type), FileKind::kOther);
  }
}

TEST(Extraction, KnowsNothingOfWhatHasNoType) {
  EXPECT_EQ(media_type("application/octet-stream", "a.bin"), "none");
  EXPECT_EQ(media_type("", "a"), "none");
  EXPECT_EQ(media_type("nonsense", "a.txt"), "none");
  EXPECT_EQ(media_type("a/b/c", "a.txt"), "none");
  EXPECT_EQ(media_type("a/\"b\"", "a.txt"), "none");
  EXPECT_EQ(media_type("application/" + std::string(200, 'x'), "a.txt"), "none");
}

TEST(Extraction, TakesTextOrXmlFromAProgram) {
  EXPECT_EQ(*text_of_output("Sat<p>urn\f\n"), "Sat<p>urn\n\n");
  EXPECT_EQ(*text_of_output("<?xml version=\"1.0\"?><w:p><w:t>Saturn</w:t></w:p>"), "Saturn");
  for (const std::string nothing : {"", "\f\n", "<?xml version=\"1.0\"?><w:p/>"})
    EXPECT_THAT(text_of_output(nothing).error().message, HasSubstr("no text in the file"));
  EXPECT_THAT(text_of_output("\xFF").error().message, HasSubstr("UTF-8"));
}

TEST(Extraction, ReadsEachKind) {
  EXPECT_EQ(*extract_text(FileKind::kText, "a <b> c"), "a <b> c");
  EXPECT_EQ(*extract_text(FileKind::kHtml, "a <b> c"), "a c");
  EXPECT_EQ(kind_of("text/html"), FileKind::kHtml);
  EXPECT_EQ(kind_of("text/csv"), FileKind::kText);
  EXPECT_EQ(kind_of("application/json"), FileKind::kText);
}

TEST(Extraction, SaysThatThereIsNothing) {
  EXPECT_THAT(extract_text(FileKind::kText, " \n").error().message, HasSubstr("no text"));
  EXPECT_THAT(extract_text(FileKind::kHtml, "<p>").error().message, HasSubstr("no text"));
  EXPECT_THAT(extract_text(FileKind::kText, "\xFF").error().message, HasSubstr("UTF-8"));
}

}  // namespace
}  // namespace patchbay::documents
