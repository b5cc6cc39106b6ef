#include "core/api/admin/admin_access.hpp"

#include <gtest/gtest.h>

namespace patchbay::api {
namespace {

int status(const AdminAccess& access, const char* authorization = nullptr) {
  http::HeaderList headers;
  if (authorization != nullptr) headers.add("authorization", authorization);
  const auto refusal = access.refuse(headers);
  return refusal ? refusal->status : 0;
}

TEST(AdminAccess, IsOpenToATrustedMachineWithoutKeys) {
  EXPECT_EQ(status({.loopback = true, .keys = {}}), 0);
  EXPECT_EQ(status({.loopback = true, .keys = {}}, "Bearer whatever"), 0);
}

TEST(AdminAccess, WithoutKeysIsClosedToWhatCameThroughAProxyOfThisMachine) {
  for (const char* name : {"X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"}) {
    http::HeaderList headers;
    headers.add(name, "198.51.100.7");
    const auto refusal = AdminAccess{.loopback = true, .keys = {}}.refuse(headers);
    ASSERT_TRUE(refusal) << name;
    EXPECT_EQ(refusal->status, 403) << name;
    headers.add("authorization", "Bearer first-key-of-many");
    EXPECT_FALSE((AdminAccess{true, {Secret("first-key-of-many")}}.refuse(headers))) << name;
  }
}

TEST(AdminAccess, IsClosedToOthersWithoutKeys) {
  EXPECT_EQ(status({.loopback = false, .keys = {}}), 403);
  EXPECT_EQ(status({.loopback = false, .keys = {}}, "Bearer whatever"), 403);
}

TEST(AdminAccess, WantsOneOfTheKeysFromEverybody) {
  for (const bool loopback : {true, false}) {
    const AdminAccess access{loopback, {Secret("first-key-of-many"), Secret("second-key-of-many")}};
    EXPECT_EQ(status(access), 401);
    EXPECT_EQ(status(access, "Bearer "), 401);
    EXPECT_EQ(status(access, "Bearer first-key-of-man"), 401);
    EXPECT_EQ(status(access, "Bearer first-key-of-many2"), 401);
    EXPECT_EQ(status(access, "first-key-of-many"), 401);
    EXPECT_EQ(status(access, "Basic first-key-of-many"), 401);
    EXPECT_EQ(status(access, "Bearer first-key-of-many"), 0);
    EXPECT_EQ(status(access, "bearer second-key-of-many"), 0);
  }
}

TEST(AdminAccess, NeverQuotesAKey) {
  const AdminAccess access{true, {Secret("first-key-of-many")}};
  http::HeaderList headers;
  headers.add("authorization", "Bearer a-wrong-key-of-some-length");
  const auto refusal = access.refuse(headers);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->message.find("-of-"), std::string::npos);
}

}  // namespace
}  // namespace patchbay::api
