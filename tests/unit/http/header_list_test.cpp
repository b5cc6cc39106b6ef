#include "core/http/header_list.hpp"

#include <string>

#include <gtest/gtest.h>

namespace patchbay::http {
namespace {

std::string text_of(const HeaderList& headers) {
  std::string out;
  for (const auto& [name, value] : headers)
    out.append(name).append("=").append(value).append(";");
  return out;
}

TEST(HeaderList, KeepsFieldsInTheirOrderWithDuplicates) {
  HeaderList headers;
  EXPECT_TRUE(headers.empty());
  headers.add("Content-Type", "text/plain");
  headers.add("X-A", "1");
  headers.add("x-a", "2");
  headers.add("X-Empty", "");
  EXPECT_EQ(headers.size(), 4U);
  EXPECT_EQ(text_of(headers), "Content-Type=text/plain;X-A=1;x-a=2;X-Empty=;");
  EXPECT_EQ(headers.at(2).name, "x-a");
  EXPECT_EQ(headers.at(2).value, "2");
}

TEST(HeaderList, FindsNamesWithoutRegardToCase) {
  HeaderList headers;
  headers.add("X-A", "1");
  headers.add("x-a", "2");
  EXPECT_EQ(headers.find("x-A"), "1") << "the first";
  EXPECT_EQ(headers.count("X-a"), 2U);
  EXPECT_EQ(headers.find("X-B"), std::nullopt);
  EXPECT_EQ(headers.find("X"), std::nullopt);
  EXPECT_EQ(headers.find("X-AA"), std::nullopt);
}

TEST(HeaderList, SetsAndRemovesEveryFieldOfAName) {
  HeaderList headers;
  headers.add("A", "1");
  headers.add("B", "2");
  headers.add("a", "3");
  headers.set("A", "4");
  EXPECT_EQ(text_of(headers), "B=2;A=4;");
  EXPECT_EQ(headers.remove("b"), 1U);
  EXPECT_EQ(headers.remove("b"), 0U);
  EXPECT_EQ(text_of(headers), "A=4;");
  headers.clear();
  EXPECT_TRUE(headers.empty());
  headers.add("C", "5");
  EXPECT_EQ(text_of(headers), "C=5;");
}

TEST(HeaderList, LooksForTokensInLists) {
  HeaderList headers;
  headers.add("Connection", "keep-alive , Upgrade");
  headers.add("connection", "close");
  EXPECT_TRUE(headers.has_token("Connection", "upgrade"));
  EXPECT_TRUE(headers.has_token("Connection", "keep-alive"));
  EXPECT_TRUE(headers.has_token("Connection", "CLOSE"));
  EXPECT_FALSE(headers.has_token("Connection", "keep"));
  EXPECT_FALSE(headers.has_token("Connection", "keep-alive , Upgrade"));
  EXPECT_FALSE(headers.has_token("Upgrade", "upgrade"));
}

TEST(HeaderList, ComparesAsciiOnly) {
  EXPECT_TRUE(equals_ignoring_case("AbZ-9", "aBz-9"));
  EXPECT_FALSE(equals_ignoring_case("ab", "abc"));
  EXPECT_FALSE(equals_ignoring_case("@", "`")) << "one bit apart, like letters, but no letters";
  EXPECT_FALSE(equals_ignoring_case("\xC3\x89", "\xC3\xA9"));
  EXPECT_TRUE(starts_with_ignoring_case("Bearer abc", "bearer "));
  EXPECT_TRUE(starts_with_ignoring_case("x", ""));
  EXPECT_FALSE(starts_with_ignoring_case("Bear", "bearer"));
}

}  // namespace
}  // namespace patchbay::http
