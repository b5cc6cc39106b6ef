// The words in which failures are told: they are what somebody has to act on.

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/upstream/dial_error.hpp"
#include "core/upstream/duration_text.hpp"

namespace patchbay::upstream {
namespace {

using std::chrono::milliseconds;

TEST(DurationText, IsWrittenAsPeopleDo) {
  EXPECT_EQ(duration_text(milliseconds(300)), "300 ms");
  EXPECT_EQ(duration_text(milliseconds(1'500)), "1.5 s");
  EXPECT_EQ(duration_text(milliseconds(5'000)), "5 s");
  EXPECT_EQ(duration_text(milliseconds(61'000)), "61 s");
  EXPECT_EQ(duration_text(milliseconds(600'000)), "10 min");
  EXPECT_EQ(duration_text(milliseconds(3'600'000)), "1 h");
  EXPECT_EQ(duration_text(milliseconds(5'400'000)), "90 min");
}

std::string refused(const char* host, const std::vector<const char*>& texts) {
  std::vector<IpAddress> addresses;
  for (const char* text : texts)
    addresses.push_back(*IpAddress::parse(text));
  const Error error = refused_error(host, addresses);
  EXPECT_EQ(error.code, ErrorCode::kInvalid);
  return error.message;
}

TEST(RefusedError, SaysWhichAddressItIsAndWhatToWrite) {
  EXPECT_EQ(refused("models.lan", {"10.0.0.5"}),
            "models.lan has the address 10.0.0.5 (private), which is neither public nor named in "
            "the provider's settings; to allow it there, write addresses: [\"10.0.0.5\"]");
  EXPECT_EQ(refused("10.0.0.5", {"10.0.0.5"}),
            "10.0.0.5 (private) is neither public nor named in the provider's settings; to allow "
            "it there, write addresses: [\"10.0.0.5\"]");
  EXPECT_EQ(refused("x.example", {"64:ff9b::169.254.169.254"}),
            "x.example has the address 64:ff9b::a9fe:a9fe (link-local, as 169.254.169.254), which "
            "is neither public nor named in the provider's settings; to allow it there, write "
            "addresses: [\"169.254.169.254\"]");
}

TEST(RefusedError, SaysThatNoneWasLeft) {
  EXPECT_EQ(refused("x.example", {"::1", "127.0.0.1"}),
            "x.example has only the addresses ::1 (loopback), 127.0.0.1 (loopback), which are "
            "neither public nor named in the provider's settings; to allow them there, write "
            "addresses: [\"::1\", \"127.0.0.1\"]");
  EXPECT_EQ(refused("x.example", {"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5"}),
            "x.example has only the addresses 10.0.0.1 (private), 10.0.0.2 (private), 10.0.0.3 "
            "(private) and 2 more, which are neither public nor named in the provider's settings; "
            "to allow them there, write addresses: [\"10.0.0.1\", \"10.0.0.2\", \"10.0.0.3\"]");
}

Endpoint endpoint_of(const char* host) {
  Endpoint endpoint;
  endpoint.host = endpoint.dialled_host = host;
  endpoint.name = endpoint.host + ":443";
  return endpoint;
}

TEST(DialError, TellsALookupThatTookTooLongFromAConnectionThatDid) {
  const Endpoint endpoint = endpoint_of("models.lan");
  DialFailure failure{.code = CURLE_OPERATION_TIMEDOUT};
  EXPECT_EQ(dial_error(endpoint, failure).message,
            "could not resolve models.lan in time: no answer for 5 s");
  EXPECT_EQ(dial_error(endpoint, failure).code, ErrorCode::kTimeout);
  failure.resolved = failure.opened = true;
  EXPECT_EQ(dial_error(endpoint, failure).message,
            "timed out connecting to models.lan:443 after 5 s");
  EXPECT_EQ(dial_error(endpoint, failure).code, ErrorCode::kTimeout);
}

TEST(DialError, NamesTheProxyWhoseNameTookTooLong) {
  Endpoint endpoint = endpoint_of("models.lan");
  endpoint.proxy_name = "proxy.lan:3128";
  EXPECT_EQ(dial_error(endpoint, {.code = CURLE_OPERATION_TIMEDOUT}).message,
            "could not resolve the proxy proxy.lan:3128 in time: no answer for 5 s");
}

TEST(DialError, BlamesTheRefusedAddressesOnlyWhereNothingElseWasTried) {
  const Endpoint endpoint = endpoint_of("models.lan");
  const std::vector<IpAddress> refused = {*IpAddress::parse("10.0.0.5")};
  DialFailure failure{.code = CURLE_COULDNT_CONNECT, .resolved = true, .refused = refused};
  EXPECT_EQ(dial_error(endpoint, failure).code, ErrorCode::kInvalid);
  failure.opened = true;
  failure.os_error = ECONNREFUSED;
  const Error error = dial_error(endpoint, failure);
  EXPECT_EQ(error.code, ErrorCode::kUnavailable);
  EXPECT_EQ(error.message, "connection refused by models.lan:443");
  EXPECT_NE(error.detail.find("not allowed: 10.0.0.5 (private)"), std::string::npos);
}

}  // namespace
}  // namespace patchbay::upstream
