#include "core/http/target.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/http/percent.hpp"

namespace patchbay::http {
namespace {

using namespace std::string_view_literals;
using Strings = std::vector<std::string>;

Strings segments_of(std::string_view path) {
  const auto split = split_path(path);
  if (!split) return {"error: " + split.error().message};
  return {split->segments().begin(), split->segments().end()};
}

TEST(Target, IsTakenApartWithoutDecoding) {
  struct Case {
    const char* target;
    const char* authority;
    const char* path;
    const char* query;
  };
  const Case cases[] = {
      {"/", "", "/", ""},
      {"/v1/models", "", "/v1/models", ""},
      {"/v1/models/openai%2Fgpt-4o?limit=20&a=%20",
       "",
       "/v1/models/openai%2Fgpt-4o",
       "limit=20&a=%20"},
      {"/x?", "", "/x", ""},
      {"/x?a?b", "", "/x", "a?b"},
      {"//x", "", "//x", ""},
      {"/http://h/", "", "/http://h/", ""},
      {"/caf\xC3\xA9", "", "/caf\xC3\xA9", ""},
      {"*", "", "*", ""},
      {"http://host:8080/v1/x?y=1", "host:8080", "/v1/x", "y=1"},
      {"HTTPS://host/v1", "host", "/v1", ""},
      {"http://host", "host", "/", ""},
      {"http://host?a=1", "host", "/", "a=1"},
      {"http://[::1]:80/x", "[::1]:80", "/x", ""},
  };
  for (const Case& c : cases) {
    const auto target = parse_target(c.target);
    ASSERT_TRUE(target) << c.target;
    EXPECT_EQ(target->authority, c.authority) << c.target;
    EXPECT_EQ(target->path, c.path) << c.target;
    EXPECT_EQ(target->query, c.query) << c.target;
  }
}

TEST(Target, RefusesWhatIsNoTarget) {
  for (const std::string_view target : {""sv,
                                        "v1/models"sv,
                                        "?a=1"sv,
                                        "host:443"sv,
                                        "ftp://host/"sv,
                                        "http://"sv,
                                        "http:///x"sv,
                                        "/a b"sv,
                                        "/a\tb"sv,
                                        "/a\0b"sv,
                                        "/a\x7F"sv,
                                        "/a\r\n"sv,
                                        "/a#b"sv,
                                        "**"sv}) {
    const auto parsed = parse_target(target);
    ASSERT_FALSE(parsed) << target;
    EXPECT_EQ(parsed.error().code, ErrorCode::kInvalid);
  }
}

TEST(Path, IsSplitAndThenDecoded) {
  EXPECT_EQ(segments_of("/v1/chat/completions"), (Strings{"v1", "chat", "completions"}));
  EXPECT_EQ(segments_of("/v1/models/openai%2Fgpt-4o"), (Strings{"v1", "models", "openai/gpt-4o"}));
  EXPECT_EQ(segments_of("/%61/%C3%a9/%25/+"), (Strings{"a", "\xC3\xA9", "%", "+"}));
  EXPECT_EQ(segments_of("/a%2Fa%20long%20segment%20beyond%20small%20buffers/%62/c"),
            (Strings{"a/a long segment beyond small buffers", "b", "c"}));
  EXPECT_EQ(segments_of("/%2e%2e%2e/.a"), (Strings{"...", ".a"}));
}

TEST(Path, TellsATrailingSlashFromASegment) {
  struct Case {
    const char* path;
    Strings segments;
    bool trailing_slash;
  };
  const Case cases[] = {
      {"/", {}, false},
      {"/a", {"a"}, false},
      {"/a/", {"a"}, true},
      {"//", {""}, true},
      {"//a", {"", "a"}, false},
      {"/a//b", {"a", "", "b"}, false},
      {"/a//", {"a", ""}, true},
      {"/a%2F", {"a/"}, false},
  };
  for (const Case& c : cases) {
    const auto path = split_path(c.path);
    ASSERT_TRUE(path) << c.path;
    EXPECT_EQ(segments_of(c.path), c.segments) << c.path;
    EXPECT_EQ(path->trailing_slash(), c.trailing_slash) << c.path;
  }
}

TEST(Path, RefusesBrokenEscapesZeroBytesAndDots) {
  for (const std::string_view path : {"/%"sv,
                                      "/%2"sv,
                                      "/%2/x"sv,
                                      "/%G0"sv,
                                      "/%0G"sv,
                                      "/%-1"sv,
                                      "/a%"sv,
                                      "/%00"sv,
                                      "/a/b%00c"sv,
                                      "/a\0b"sv,
                                      "/."sv,
                                      "/.."sv,
                                      "/a/../b"sv,
                                      "/a/./b"sv,
                                      "/%2e%2E"sv,
                                      "/a/%2e/"sv}) {
    const auto split = split_path(path);
    ASSERT_FALSE(split) << path;
    EXPECT_EQ(split.error().code, ErrorCode::kInvalid);
  }
}

TEST(Path, CanBeUsedAgainAndMoved) {
  Path path;
  ASSERT_TRUE(path.assign("/a%2Fb/%63"));
  ASSERT_TRUE(path.assign("/x%2Fy"));
  EXPECT_FALSE(path.trailing_slash());
  ASSERT_EQ(path.segments().size(), 1U);
  const Path moved = std::move(path);
  EXPECT_EQ(moved.segments()[0], "x/y");
}

TEST(Query, IsDecodedInItsOrder) {
  const auto query =
      parse_query("limit=20&after=a%26b%3D&name=a+b%2B&flag&empty=&limit=30&&=x&e=1=2");
  ASSERT_TRUE(query);
  Strings pairs;
  for (const QueryParameter& p : *query)
    pairs.push_back(p.name + "|" + p.value);
  EXPECT_EQ(
      pairs,
      (Strings{
          "limit|20", "after|a&b=", "name|a b+", "flag|", "empty|", "limit|30", "|x", "e|1=2"}));
  EXPECT_EQ(find_parameter(*query, "limit"), "20") << "the first";
  EXPECT_EQ(find_parameter(*query, "flag"), "");
  EXPECT_EQ(find_parameter(*query, "nothing"), std::nullopt);
  ASSERT_TRUE(parse_query(""));
  EXPECT_TRUE((*parse_query("")).empty());
}

TEST(Query, RefusesBrokenEscapesAndZeroBytes) {
  for (const std::string_view query : {"a=%"sv, "%zz=1"sv, "a=%4"sv, "a=%00"sv, "a=b\0"sv}) {
    EXPECT_FALSE(parse_query(query)) << query;
  }
}

TEST(Percent, EncodesAllButWhatIsSafe) {
  EXPECT_EQ(percent_encoded("azAZ09-._~"), "azAZ09-._~");
  EXPECT_EQ(percent_encoded("openai/gpt 4o+\xC3\xA9%@["), "openai%2Fgpt%204o%2B%C3%A9%25%40%5B");
  for (int byte = 1; byte < 256; ++byte) {
    const std::string text(1, static_cast<char>(byte));
    std::string decoded;
    EXPECT_TRUE(append_percent_decoded(decoded, percent_encoded(text)));
    EXPECT_EQ(decoded, text);
  }
}

TEST(Percent, LeavesTheTextAloneWhenItFails) {
  std::string out = "so far";
  EXPECT_FALSE(append_percent_decoded(out, "abc%"));
  EXPECT_EQ(out, "so far");
  EXPECT_TRUE(append_percent_decoded(out, "%20good"));
  EXPECT_EQ(out, "so far good");
}

}  // namespace
}  // namespace patchbay::http
