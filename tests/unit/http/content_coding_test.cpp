#include "core/http/content_coding.hpp"

#include <string>

#include <gtest/gtest.h>

namespace patchbay::http {
namespace {

bool accepts(std::string_view value) {
  HeaderList headers;
  headers.add("Accept-Encoding", value);
  return accepts_gzip(headers);
}

TEST(AcceptsGzip, WhereItIsNamedOrAnythingIsTaken) {
  for (const char* value : {"gzip",
                            "deflate, gzip, br",
                            "GZIP",
                            "gzip;q=0.5",
                            "br , x-gzip",
                            "*",
                            "gzip;q=1.0, *;q=0"}) {
    EXPECT_TRUE(accepts(value)) << value;
  }
}

TEST(AcceptsGzip, NotWhereItIsRefusedOrNotNamed) {
  for (const char* value : {"",
                            "br",
                            "identity",
                            "gzip;q=0",
                            "gzip; q=0.000",
                            "*;q=0",
                            "gzip;q=0, *",
                            "gzipped",
                            ",;,"}) {
    EXPECT_FALSE(accepts(value)) << value;
  }
  EXPECT_FALSE(accepts_gzip({}));
}

TEST(Gunzip, GivesBackWhatWasCompressed) {
  // printf 'hello' | gzip -n
  const std::string packed(
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\x48\xcd\xc9\xc9\x07\x00\x86\xa6\x10\x36\x05\x00"
      "\x00\x00",
      25);
  EXPECT_EQ(gunzip(packed), "hello");
  EXPECT_EQ(gunzip(packed.substr(0, 20)), "");
  EXPECT_EQ(gunzip("hello"), "");
  EXPECT_EQ(gunzip(""), "");
}

}  // namespace
}  // namespace patchbay::http
