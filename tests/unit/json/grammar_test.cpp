// What is JSON and what is not, for every reader of it: scan(), validate() and parse().

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "core/json/scan.hpp"
#include "core/json/value.hpp"
#include "tests/unit/json/padded.hpp"

namespace patchbay::json {
namespace {

using namespace std::string_view_literals;

// Both as the outermost value and deep inside one.
void expect_all(std::string_view value, bool accepted) {
  const std::string member = "{\"a\":[" + std::string(value) + "]}";
  EXPECT_EQ(bool(validate(BareText(value).text())), accepted) << value;
  EXPECT_EQ(bool(parse(BareText(value).text())), accepted) << value;
  EXPECT_EQ(bool(scan(BareText(member).text(), {})), accepted) << member;
  EXPECT_EQ(bool(scan(PaddedText(member).padded(), {})), accepted) << member;
  EXPECT_EQ(bool(parse(member)), accepted) << member;
}

TEST(JsonGrammar, AcceptsEveryFormOfValue) {
  for (const std::string_view value : {
           "null"sv,
           "true"sv,
           "false"sv,
           "0"sv,
           "-0"sv,
           "12"sv,
           "-12.50"sv,
           "1e3"sv,
           "1E+3"sv,
           "0.1e-10"sv,
           "123456789012345678901234567890"sv,

           "\"\""sv,
           "\"text\""sv,
           "\"\\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u00e9\""sv,
           "\"\\u0000\""sv,
           "\"\\ud83d\\ude00\""sv,
           "\"\xC3\xA9 \xF0\x9F\x98\x80 \xE2\x80\xA8 \x7F\""sv,
           "[]"sv,
           "[ ]"sv,
           "[1,[2,[3]]]"sv,
           "{}"sv,
           "{ }"sv,
           "{\"a\":{\"b\":null}}"sv,
           "{\"\":0}"sv,
           " \t\r\n1 \t\r\n"sv,
       }) {
    expect_all(value, true);
  }
}

TEST(JsonGrammar, RefusesWhatOnlyLooksLikeJson) {
  for (const std::string_view value : {
           "nul"sv,
           "True"sv,
           "nulll"sv,
           "undefined"sv,
           "NaN"sv,
           "Infinity"sv,
           "-"sv,
           "-a"sv,
           "01"sv,
           "-01"sv,
           "1."sv,
           ".5"sv,
           "1e"sv,
           "1e+"sv,
           "+1"sv,
           "0x10"sv,
           "1_000"sv,
           "1e400"sv,
           "-1e400"sv,
           "'a'"sv,
           "\"a"sv,
           "\"\\x41\""sv,
           "\"\\u12\""sv,
           "\"\\u12g4\""sv,
           "\"\\\""sv,
           "\"\\ud83d\""sv,
           "\"\\ud83d\\u0041\""sv,
           "\"a\nb\""sv,
           "\"a\tb\""sv,
           "[1,]"sv,
           "[1 2]"sv,
           "[,1]"sv,
           "[1"sv,
           "{\"a\":1,}"sv,
           "{\"a\" 1}"sv,
           "{\"a\"}"sv,
           "{a:1}"sv,
           "{1:1}"sv,
           "{,}"sv,
           "{\"a\":1"sv,
           "[1}"sv,
           "1 // one"sv,
           "/* one */ 1"sv,
           "1\f"sv,
           "\xC2\xA0"
           "1"sv,
           "\xEF\xBB\xBF"
           "1"sv,
       }) {
    expect_all(value, false);
  }
  EXPECT_FALSE(validate(""));
  EXPECT_FALSE(validate(" \n"));
  EXPECT_FALSE(validate("1 2"));
  EXPECT_FALSE(validate("{}{}"));
  EXPECT_FALSE(parse(""));
  EXPECT_FALSE(parse("{} x"));
}

TEST(JsonGrammar, RefusesBrokenUtf8InStringsAndAround) {
  for (const std::string_view bytes : {"\x80"sv,
                                       "\xC3"sv,
                                       "\xC0\xAF"sv,
                                       "\xE2\x82"sv,
                                       "\xED\xA0\x80"sv,
                                       "\xF0\x80\x80\xAF"sv,
                                       "\xF4\x90\x80\x80"sv,
                                       "\xFF"sv}) {
    expect_all("\"" + std::string(bytes) + "\"", false);
    expect_all("\"a" + std::string(bytes), false);
    expect_all("1" + std::string(bytes), false);
  }
}

// The parser's vectorised path does not see all of these by itself, and only some alignments of a
// string reach that path.
TEST(JsonGrammar, RefusesEveryRawControlCharacterAtEveryAlignment) {
  for (char control = 0; control < 0x20; ++control) {
    for (std::size_t before = 0; before < 40; ++before) {
      const std::string value =
          "\"" + std::string(before, 'x') + control + std::string(40, 'y') + "\"";
      const std::string object = "{\"a\":" + value + "}";
      for (std::size_t shift = 0; shift < 16; ++shift) {
        ASSERT_FALSE(scan(PaddedText(object, shift).padded(), {}))
            << "control character " << int(control) << " at " << before;
      }
      ASSERT_FALSE(parse(value));
      ASSERT_FALSE(validate(value));
    }
  }
}

TEST(JsonGrammar, RefusesAZeroByteWhereverItStands) {
  const std::string text = R"({"model":"a","list":[1,true,{"b":null}]})";
  for (std::size_t at = 0; at <= text.size(); ++at) {
    std::string broken = text;
    broken.insert(at, 1, '\0');
    EXPECT_FALSE(scan(broken, {})) << "before byte " << at;
    EXPECT_FALSE(scan(PaddedText(broken).padded(), {})) << "before byte " << at;
    EXPECT_FALSE(parse(broken)) << "before byte " << at;
  }
  EXPECT_FALSE(scan(text + '\0' + "{\"model\":\"b\"}", {})) << "a second text behind a zero byte";
}

TEST(JsonGrammar, AllowsADepthOf128AndNoMore) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(validate(nested(128)));
  EXPECT_FALSE(validate(nested(129)));
  EXPECT_TRUE(parse(nested(128)));
  EXPECT_FALSE(parse(nested(129)));
  EXPECT_TRUE(scan("{\"a\":" + nested(127) + "}", {}));
  const auto deep = scan("{\"a\":" + nested(128) + "}", {});
  ASSERT_FALSE(deep);
  EXPECT_EQ(deep.error().message, "Invalid JSON at byte 132: Nested deeper than 128 levels.");
  // Far beyond what the stack could take.
  EXPECT_FALSE(scan("{\"a\":" + std::string(1'000'000, '['), {}));
  EXPECT_FALSE(parse(std::string(1'000'000, '[')));
  std::string objects;
  for (int i = 0; i < 200'000; ++i)
    objects += "{\"a\":";
  EXPECT_FALSE(validate(objects));
  EXPECT_FALSE(parse(objects));
}

// The promise to clients and to the address sanitizer: whatever a text breaks off in, it is
// refused, and nothing beyond it is read.
TEST(JsonGrammar, RefusesEveryPrefixOfAText) {
  const std::string text =
      "{\"model\":\"gpt \xC3\xA9\\ud83d\\ude00\\n\",\"stream\":true,\"n\":-1.5e+10,"
      "\"messages\":[{\"role\":\"user\",\"content\":\"a long enough text to reach the SIMD path of "
      "the scan \\\" \xE2\x82\xAC\"},null,false],\"stream_options\":{\"include_usage\":true}}";
  ASSERT_TRUE(scan(text, {}));
  ASSERT_TRUE(parse(text));
  for (std::size_t cut = 0; cut < text.size(); ++cut) {
    const std::string_view prefix = std::string_view(text).substr(0, cut);
    Wanted wanted[] = {{"model"}, {"messages"}, {"stream_options.include_usage"}, {"n"}};
    EXPECT_FALSE(scan(BareText(prefix).text(), wanted)) << "cut at byte " << cut;
    EXPECT_FALSE(scan(PaddedText(prefix).padded(), wanted)) << "cut at byte " << cut;
    EXPECT_FALSE(parse(BareText(prefix).text())) << "cut at byte " << cut;
  }
}

}  // namespace
}  // namespace patchbay::json
