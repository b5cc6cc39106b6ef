#include "core/api/reply.hpp"

#include <gtest/gtest.h>

namespace patchbay::api {
namespace {

std::string id_for(std::string_view given) {
  http::HeaderList headers;
  headers.add("X-Request-Id", given);
  return request_id_of(headers);
}

TEST(RequestId, IsTakenOver) {
  EXPECT_EQ(id_for("client-1_a.b:c"), "client-1_a.b:c");
}

TEST(RequestId, IsMadeWhereNoneIsGiven) {
  const std::string first = request_id_of({});
  EXPECT_TRUE(first.starts_with("req_"));
  EXPECT_NE(first, request_id_of({}));
}

TEST(RequestId, IsMadeWhereTheGivenOneIsUnfit) {
  EXPECT_TRUE(id_for("has space").starts_with("req_"));
  EXPECT_TRUE(id_for("quo\"te").starts_with("req_"));
  EXPECT_TRUE(id_for("").starts_with("req_"));
  EXPECT_TRUE(id_for(std::string(129, 'x')).starts_with("req_"));
}

}  // namespace
}  // namespace patchbay::api
