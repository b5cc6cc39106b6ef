#include "core/json/write.hpp"

#include <cstdint>
#include <limits>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "core/json/scan.hpp"
#include "core/json/utf8.hpp"
#include "core/json/value.hpp"

namespace patchbay::json {
namespace {

std::string json_string(std::string_view text) {
  std::string out;
  append_string(out, text);
  return out;
}

TEST(JsonWrite, EscapesOnlyWhatMustBe) {
  EXPECT_EQ(json_string(""), "\"\"");
  EXPECT_EQ(json_string("plain text / with a slash"), "\"plain text / with a slash\"");
  EXPECT_EQ(json_string("\"\\\b\f\n\r\t"), R"("\"\\\b\f\n\r\t")");
  EXPECT_EQ(json_string(std::string("\0\x01\x0B\x1F", 4)), R"("\u0000\u0001\u000b\u001f")");
  EXPECT_EQ(json_string("\x7F \xC3\xA9 \xE2\x80\xA8\xE2\x80\xA9 \xF0\x9F\x98\x80"),
            "\"\x7F \xC3\xA9 \xE2\x80\xA8\xE2\x80\xA9 \xF0\x9F\x98\x80\"");
}

TEST(JsonWrite, ReplacesBrokenUtf8) {
  EXPECT_EQ(json_string("a\xFFz"), "\"a\xEF\xBF\xBDz\"");
  EXPECT_EQ(json_string("a\xE2\x82"), "\"a\xEF\xBF\xBD\"") << "cut short: one mishap";
  EXPECT_EQ(json_string("\xED\xA0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
  EXPECT_EQ(json_string("\xC3\"\x80"), "\"\xEF\xBF\xBD\\\"\xEF\xBF\xBD\"");
}

// The fast path looks at eight bytes at a time; each byte must count at each place of the eight.
TEST(JsonWrite, EscapesEachByteAtEachPlace) {
  for (int byte = 0; byte < 256; ++byte) {
    for (std::size_t before = 0; before < 20; ++before) {
      const std::string text =
          std::string(before, 'x') + static_cast<char>(byte) + std::string(20 - before, '~');
      const auto value = parse(json_string(text));
      ASSERT_TRUE(value) << "byte " << byte << " at " << before;
      std::string expected = text;
      if (byte >= 0x80) expected.replace(before, 1, "\xEF\xBF\xBD");
      ASSERT_EQ(value->as_string(), expected) << "byte " << byte << " at " << before;
    }
  }
}

TEST(JsonWrite, IsAlwaysValidWhateverTheBytes) {
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    std::string text(random() % 60, '\0');
    for (char& byte : text) {
      byte = static_cast<char>(random() % 3 == 0 ? random() % 256 : 0x80 + random() % 0x80);
    }
    const auto value = parse(json_string(text));
    ASSERT_TRUE(value);
    if (is_valid_utf8(text)) {
      ASSERT_EQ(value->as_string(), text);
    }
  }
}

TEST(JsonWrite, AppendsWithoutQuotesToo) {
  std::string out = "\"so far";
  append_escaped(out, " \"good\"\n");
  EXPECT_EQ(out, R"("so far \"good\"\n)");
}

TEST(JsonWriter, SetsCommasAndColons) {
  std::string out = "data: ";
  Writer writer(out);
  writer.begin_object();
  writer.member("text", "a\"b")
      .member("view", std::string_view("v"))
      .member("own", std::string("o"));
  writer.member("yes", true).member("no", false).member("int", -1).member("zero", 0U);
  writer.member("big", std::numeric_limits<std::uint64_t>::max());
  writer.member("small", std::numeric_limits<std::int64_t>::min());
  writer.key("none").null();
  writer.key("raw").raw(R"({"x":[]})");
  writer.key("empty").begin_array().end_array();
  writer.key("list").begin_array().value(1).value("two").begin_object().end_object();
  writer.begin_array().value(3).end_array().end_array();
  writer.end_object();
  EXPECT_EQ(out,
            R"(data: {"text":"a\"b","view":"v","own":"o","yes":true,"no":false,"int":-1,"zero":0,)"
            R"("big":18446744073709551615,"small":-9223372036854775808,"none":null,)"
            R"("raw":{"x":[]},"empty":[],"list":[1,"two",{},[3]]})");
}

TEST(JsonWriter, IsNotMisledByWhatATextEndsWith) {
  std::string out = "[";  // what stands before the writer's start does not count either
  Writer writer(out);
  writer.begin_array().value("{").value("[").value(":").value(",").end_array();
  EXPECT_EQ(out, R"([["{","[",":",","])");
}

TEST(JsonWriter, WritesDoublesThatReadBackTheSame) {
  for (const double number : {0.0,
                              0.1,
                              0.30000000000000004,
                              1e21,
                              -2.5e-300,
                              1.0,
                              std::numeric_limits<double>::max(),
                              std::numeric_limits<double>::denorm_min()}) {
    std::string out;
    Writer(out).value(number);
    const auto value = parse(out);
    ASSERT_TRUE(value) << out;
    EXPECT_EQ(value->as_double(), number) << out;
  }
}

TEST(JsonWriter, WritesNullForWhatJsonHasNoNumberFor) {
  std::string out;
  Writer(out)
      .begin_array()
      .value(std::numeric_limits<double>::quiet_NaN())
      .value(std::numeric_limits<double>::infinity())
      .value(-std::numeric_limits<double>::infinity())
      .end_array();
  EXPECT_EQ(out, "[null,null,null]");
}

}  // namespace
}  // namespace patchbay::json
