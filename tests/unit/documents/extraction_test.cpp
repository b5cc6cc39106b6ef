#include "core/documents/extraction.hpp"

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

TEST(Extraction, KnowsWhatItCannotRead) {
  EXPECT_EQ(media_type("application/pdf", "a.pdf"), "none");
  EXPECT_EQ(media_type("application/octet-stream", "a.bin"), "none");
  EXPECT_EQ(media_type("", "a"), "none");
  EXPECT_EQ(media_type("image/png", "a.txt"), "none");
  EXPECT_EQ(media_type("text/rtf", "a.rtf"), "none");
}

TEST(Extraction, ReadsEachKind) {
  EXPECT_EQ(*extract_text(FileKind::kText, "a <b> c"), "a <b> c");
  EXPECT_EQ(*extract_text(FileKind::kHtml, "a <b> c"), "a c");
  EXPECT_EQ(kind_of("text/html"), FileKind::kHtml);
  EXPECT_EQ(kind_of("text/csv"), FileKind::kText);
}

TEST(Extraction, SaysThatThereIsNothing) {
  EXPECT_THAT(extract_text(FileKind::kText, " \n").error().message, HasSubstr("no text"));
  EXPECT_THAT(extract_text(FileKind::kHtml, "<p>").error().message, HasSubstr("no text"));
  EXPECT_THAT(extract_text(FileKind::kText, "\xFF").error().message, HasSubstr("UTF-8"));
}

}  // namespace
}  // namespace patchbay::documents
