#include "core/http/form.hpp"

#include <gtest/gtest.h>

namespace patchbay::http {
namespace {

const std::string kType = "multipart/form-data; boundary=x";

TEST(Form, ListsItsParts) {
  const std::string body =
      "--x\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n"
      "--x\r\nContent-Disposition: form-data; name=file; filename=\"a.wav\"\r\n"
      "Content-Type: audio/wav\r\n\r\nRIFF\r\n\r\n--\r\n--x--\r\n";
  const auto parts = read_form(kType, body);
  ASSERT_TRUE(parts) << parts.error().message;
  ASSERT_EQ(parts->size(), 2U);
  EXPECT_EQ((*parts)[0].name, "model");
  EXPECT_EQ((*parts)[0].filename, "");
  EXPECT_EQ((*parts)[0].content, "whisper-1");
  EXPECT_EQ((*parts)[1].filename, "a.wav");
  EXPECT_EQ((*parts)[1].content_type, "audio/wav");
  EXPECT_EQ((*parts)[1].content, "RIFF\r\n\r\n--");
  EXPECT_EQ((*parts)[1].content.data(), body.data() + body.find("RIFF")) << "no copy";
  EXPECT_EQ(find_part(*parts, "file"), &(*parts)[1]);
  EXPECT_EQ(find_part(*parts, "other"), nullptr);
}

TEST(Form, SaysWhatIsWrong) {
  EXPECT_FALSE(read_form("application/json", "{}"));
  EXPECT_FALSE(read_form(kType, "--x\r\nContent-Disposition: form-data; name=a\r\n\r\ncut off"));
  EXPECT_FALSE(read_form(kType, ""));
}

}  // namespace
}  // namespace patchbay::http
