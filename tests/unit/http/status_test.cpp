#include "core/http/status.hpp"

#include <gtest/gtest.h>

namespace patchbay::http {
namespace {

TEST(Status, HasAPhraseForWhatWeSend) {
  EXPECT_EQ(reason_phrase(100), "Continue");
  EXPECT_EQ(reason_phrase(200), "OK");
  EXPECT_EQ(reason_phrase(404), "Not Found");
  EXPECT_EQ(reason_phrase(413), "Content Too Large");
  EXPECT_EQ(reason_phrase(429), "Too Many Requests");
  EXPECT_EQ(reason_phrase(502), "Bad Gateway");
  EXPECT_EQ(reason_phrase(529), "Overloaded");
}

TEST(Status, HasNoneForTheRest) {
  for (const int status : {-1, 0, 99, 299, 418, 599, 1000})
    EXPECT_EQ(reason_phrase(status), "");
}

// The table is searched by halves, so that a misplaced line would hide others.
TEST(Status, FindsEveryCommonCode) {
  for (const int status :
       {101, 102, 103, 201, 202, 203, 204, 205, 206, 301, 302, 303, 304, 307, 308, 400,
        401, 402, 403, 405, 406, 407, 408, 409, 410, 411, 412, 414, 415, 416, 417, 421,
        422, 423, 424, 425, 426, 428, 431, 451, 500, 501, 503, 504, 505, 507, 508, 511}) {
    EXPECT_NE(reason_phrase(status), "") << status;
  }
}

}  // namespace
}  // namespace patchbay::http
