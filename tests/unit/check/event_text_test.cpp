#include "core/check/event_text.hpp"

#include <string_view>

#include <gtest/gtest.h>

namespace patchbay::check {
namespace {

pbay_str str(std::string_view text) {
  return {text.data(), text.size()};
}

TEST(EventText, IsTheSameForAnEscapedTextAndItsPlainTwin) {
  const pbay_ev_text plain{{sizeof plain, PBAY_EV_TEXT, 0, 0, 1, 2}, str("a\"b\n\t\xc3\xa9")};
  const pbay_ev_text escaped{{sizeof escaped, PBAY_EV_TEXT, PBAY_EVF_ESCAPED, 0, 1, 2},
                             str("a\\\"b\\n\\t\\u00e9")};
  EXPECT_EQ(event_text(plain.h), "TEXT 1.2 \"a\\\"b\\n\\u0009\xc3\xa9\"");
  EXPECT_EQ(event_text(plain.h), event_text(escaped.h));
}

TEST(EventText, NamesWhatItDoesNotKnowByNumber) {
  const pbay_event event{sizeof event, 99, 0, 0, 0, 0};
  EXPECT_EQ(event_text(event), "event 99");
}

TEST(FailureText, TellsWhatWasTold) {
  ToldError error;
  error.category = PBAY_ERR_RATE_LIMIT;
  error.flags = PBAY_ERRF_RETRY_SAME;
  error.retry_after_ms = 2000;
  error.message = "slow";
  EXPECT_EQ(failure_text(PBAY_E_FAIL, &error),
            "FAIL -1 rate_limit message=\"slow\" code=- param=- retry_after_ms=2000 retry_same");
  EXPECT_EQ(failure_text(PBAY_E_TIMEOUT, nullptr), "FAIL -7 none");
}

}  // namespace
}  // namespace patchbay::check
