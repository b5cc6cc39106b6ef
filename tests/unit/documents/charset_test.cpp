#include "core/documents/charset.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace patchbay::documents {
namespace {

using namespace std::string_literals;
using testing::HasSubstr;

std::string text_of(const std::string& bytes) {
  const auto text = utf8_of(bytes);
  EXPECT_TRUE(text);
  return text ? *text : "";
}
std::string error_of(const std::string& bytes) {
  const auto text = utf8_of(bytes);
  EXPECT_FALSE(text);
  return text ? "" : text.error().message;
}

TEST(Charset, TakesUtf8WithAndWithoutItsMark) {
  EXPECT_EQ(text_of("Grüße"), "Grüße");
  EXPECT_EQ(text_of("\xEF\xBB\xBFGrüße"), "Grüße");
  EXPECT_EQ(text_of(""), "");
}

TEST(Charset, TakesUtf16OfEitherOrder) {
  EXPECT_EQ(text_of("\xFF\xFEH\0\xFC\0\x3D\xD8\x00\xDE"s), "Hü😀");
  EXPECT_EQ(text_of("\xFE\xFF\0H\0\xFC\xD8\x3D\xDE\x00"s), "Hü😀");
}

TEST(Charset, RefusesBrokenUtf16) {
  for (const std::string& bytes : {"\xFF\xFEH"s,            // half a unit
                                   "\xFF\xFE\x3D\xD8"s,     // half a pair
                                   "\xFF\xFE\x3D\xD8H\0"s,  // a pair that is none
                                   "\xFF\xFE\x00\xDE"s}) {  // its second half alone
    EXPECT_THAT(error_of(bytes), HasSubstr("UTF-16"));
  }
}

TEST(Charset, SaysFromWhereOnATextIsNotUtf8) {
  EXPECT_THAT(error_of("abc\xFC"), HasSubstr("from byte 3 on"));
}

TEST(Charset, TakesNoBytesForAText) {
  EXPECT_THAT(error_of("ab\0cd"s), HasSubstr("not a text"));
  EXPECT_THAT(error_of("\xFF\xFEH\0\0\0"s), HasSubstr("not a text"));
}

TEST(Charset, MakesLineEndsAlikeAndDropsControlCharacters) {
  EXPECT_EQ(text_of("a\r\nb\rc\nd\fe\tf\x1b[1m\x7F"), "a\nb\nc\nd\ne\tf[1m");
}

}  // namespace
}  // namespace patchbay::documents
