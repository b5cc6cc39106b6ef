#include "core/conversations/pictures.hpp"

#include <string>

#include <gtest/gtest.h>

namespace patchbay::conversations {
namespace {

TEST(DataUrl, IsAPictureWhereItIsAnImageInBase64) {
  const auto picture = read_data_url("data:image/png;base64,AAEC");
  ASSERT_TRUE(picture);
  EXPECT_EQ(picture->media_type, "image/png");
  EXPECT_EQ(picture->base64, "AAEC");
  ASSERT_TRUE(read_data_url("data:image/svg+xml;charset=utf-8;base64,AAEC"));
  EXPECT_EQ(read_data_url("data:image/svg+xml;charset=utf-8;base64,AAEC")->media_type,
            "image/svg+xml");
  for (const char* other : {"",
                            "data:",
                            "data:image/png,abc",
                            "data:text/html;base64,AAEC",
                            "data:;base64,AAEC",
                            "data:image/png\r\nx: y;base64,AAEC",
                            "https://x.example/data:image/png;base64,AAEC"}) {
    EXPECT_FALSE(read_data_url(other)) << other;
  }
}

TEST(FileInUrl, IsTheIdAtTheEndOfItsPath) {
  const std::string id = "0198a3f0-5c6e-7d41-9f2b-3a4c5d6e7f84";
  EXPECT_EQ(file_in_url("https://h.example/files/" + id), id);
  EXPECT_EQ(file_in_url("/files/" + id), id);
  EXPECT_EQ(file_in_url("https://h.example/files/" + id + "?x=1"), "");
  EXPECT_EQ(file_in_url("https://h.example/other/" + id), "");
  EXPECT_EQ(file_in_url("/files/nothing"), "");
  EXPECT_EQ(file_in_url(""), "");
}

}  // namespace
}  // namespace patchbay::conversations
