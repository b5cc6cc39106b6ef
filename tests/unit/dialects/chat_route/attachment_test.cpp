#include "core/dialects/chat_route/attachment.hpp"

#include <gtest/gtest.h>

namespace patchbay::dialects::chat_route {
namespace {

// The part, or what is wrong.
std::string part_of(const Attachment& file) {
  std::string out;
  const std::string wrong = append_attachment(out, file);
  return wrong.empty() ? out : wrong;
}

TEST(Attachment, ShowsImagesByTheirUrl) {
  EXPECT_EQ(part_of({"image/png", "https://x.example/i.png", ""}),
            R"({"type":"image_url","image_url":{"url":"https://x.example/i.png"}})");
  EXPECT_EQ(part_of({"", "data:image/gif;base64,R0lG", ""}),
            R"({"type":"image_url","image_url":{"url":"data:image/gif;base64,R0lG"}})");
}

TEST(Attachment, ShowsTextAsText) {
  EXPECT_EQ(part_of({"text/plain", "data:text/plain;base64,SGk=", "a.txt"}),
            R"({"type":"text","text":"Hi"})");
  EXPECT_EQ(part_of({"", "data:application/json,%7B%22a%22:1%7D", ""}),
            R"({"type":"text","text":"{\"a\":1}"})");
  EXPECT_EQ(part_of({"", "data:text/plain;base64,!!", ""}), "its bytes cannot be decoded");
  EXPECT_EQ(part_of({"", "data:text/plain,%zz", ""}), "its bytes cannot be decoded");
}

TEST(Attachment, HandsSoundOverWithItsFormat) {
  EXPECT_EQ(part_of({"audio/mpeg", "data:audio/mpeg;base64,SUQz", ""}),
            R"({"type":"input_audio","input_audio":{"data":"SUQz","format":"mp3"}})");
}

TEST(Attachment, HandsDocumentsOverWithTheirName) {
  EXPECT_EQ(
      part_of({"application/pdf", "data:application/pdf;base64,JVBE", "a.pdf"}),
      R"({"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,JVBE"}})");
  EXPECT_EQ(
      part_of({"application/pdf", "data:application/pdf;base64,JVBE", ""}),
      R"({"type":"file","file":{"filename":"attachment","file_data":"data:application/pdf;base64,JVBE"}})");
}

TEST(Attachment, RefusesWhatNobodyCanFetch) {
  EXPECT_EQ(part_of({"application/pdf", "https://x.example/a.pdf", ""}),
            "only images can be given by an http URL; send the file as a data: URL");
  EXPECT_EQ(part_of({"image/png", "blob:https://x.example/1", ""}),
            "expected a data: URL or one that begins with http");
  EXPECT_EQ(part_of({"image/png", "file:///etc/passwd", ""}),
            "expected a data: URL or one that begins with http");
}

TEST(InlineImages, LoseTheirBytesAndKeepTheirPlace) {
  EXPECT_EQ(without_inline_images(
                "a ![Generated Image](data:image/png;base64,QUJD)\n\n*Revised prompt: x* "
                "![b](data:image/gif;base64,R0lG) z"),
            "a ![Generated Image]()\n\n*Revised prompt: x* ![b]() z");
}

TEST(InlineImages, LeaveOtherTextAlone) {
  for (const char* text : {"",
                           "![a](https://x.example/i.png)",
                           "[a](data:text/plain,x)",
                           "broken ](data:image/png;base64,QUJD"}) {
    EXPECT_EQ(without_inline_images(text), text);
  }
}

}  // namespace
}  // namespace patchbay::dialects::chat_route
