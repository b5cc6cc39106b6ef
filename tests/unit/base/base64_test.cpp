#include "core/base/base64.hpp"

#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace patchbay {
namespace {

std::string encoded(std::string_view bytes) {
  std::string out;
  append_base64(out, bytes);
  return out;
}

std::optional<std::string> decoded(std::string_view text) {
  std::string out = "kept";
  if (!append_unbase64(out, text)) {
    EXPECT_EQ(out, "kept");
    return std::nullopt;
  }
  return out.substr(4);
}

// The cases of RFC 4648, section 10.
TEST(Base64, EncodesAndDecodes) {
  for (const auto& [bytes, text] : {std::pair{"", ""},
                                    {"f", "Zg=="},
                                    {"fo", "Zm8="},
                                    {"foo", "Zm9v"},
                                    {"foob", "Zm9vYg=="},
                                    {"fooba", "Zm9vYmE="},
                                    {"foobar", "Zm9vYmFy"}}) {
    EXPECT_EQ(encoded(bytes), text);
    EXPECT_EQ(decoded(text), bytes);
  }
}

TEST(Base64, KeepsEveryByte) {
  std::string all;
  for (int i = 0; i < 256; ++i)
    all += static_cast<char>(i);
  EXPECT_EQ(decoded(encoded(all)), all);
}

TEST(Base64, TakesTextWithoutPadding) {
  EXPECT_EQ(decoded("Zg"), "f");
  EXPECT_EQ(decoded("Zm8"), "fo");
}

TEST(Base64, RefusesWhatIsNone) {
  for (const char* text : {"Z", "Zg=", "Z===", "Zm9v!", "Zm 9v", "=", "Zm9vYg==Zg=="}) {
    EXPECT_EQ(decoded(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace patchbay
