#include "core/api/files/file_links.hpp"

#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace patchbay::api {
namespace {

constexpr const char* kId = "0198a3f0-5c6e-7d41-9f2b-3a4c5d6e7f84";
const std::string kCode = "1763812800-" + std::string(64, 'a');

server::Request request(const char* target = "/conversations") {
  server::Request request;
  request.method = "GET";
  request.target = target;
  request.headers.add("host", "chat.example.org");
  return request;
}

Context context_of(const std::string& owner) {
  auto snapshot = std::make_shared<Snapshot>(
      Snapshot{.routes = routing::RouteTable({}, {}), .providers = {}, .access = {}});
  snapshot->file_urls = access::FileUrls({.key = Secret("a-key-of-this-test")},
                                         std::make_shared<access::SharedKey>());
  Context context;
  context.snapshot = std::move(snapshot);
  context.principal.owner = owner;
  return context;
}

std::string stored_url() {
  return "http://elsewhere:8080/files/" + std::string(kId);
}

storage::Version drawn() {
  storage::Version version;
  version.content = "![Generated Image](" + stored_url() + ")";
  version.parts = R"([{"type":"image","url":")" + stored_url() + R"(","file":")" + kId +
                  R"(","revised_prompt":"x"}])";
  return version;
}

TEST(FileLinks, SignsTheFilesThatPartsName) {
  const FileLinks links(context_of("basic:ada"), request());
  storage::Version version = drawn();
  links.show(version);
  const std::string begin = "http://chat.example.org/files/" + std::string(kId) + "?signature=";
  EXPECT_EQ(version.content.find("![Generated Image](" + begin), 0u) << version.content;
  EXPECT_NE(version.parts.find(R"("url":")" + begin), std::string::npos) << version.parts;
  EXPECT_NE(version.parts.find(R"("revised_prompt":"x")"), std::string::npos);
  EXPECT_EQ(version.parts.find("elsewhere"), std::string::npos);
}

TEST(FileLinks, SignsNothingElse) {
  const FileLinks links(context_of("basic:ada"), request());
  storage::Version version;
  version.content = "See " + stored_url();
  version.parts = R"([{"type":"text","text":"\"file\":\")" + std::string(kId) +
                  R"(\""},{"type":"image","url":")" + stored_url() + R"("}])";
  const storage::Version before = version;
  links.show(version);
  EXPECT_EQ(version.content, before.content);
  EXPECT_EQ(version.parts, before.parts);
}

TEST(FileLinks, SignsTheSameFileOnceWhereItIsNamedTwice) {
  const FileLinks links(context_of("basic:ada"), request());
  storage::Version version = drawn();
  const std::string part = version.parts.substr(1, version.parts.size() - 2);
  version.parts = '[' + part + ',' + part + ']';
  links.show(version);
  EXPECT_EQ(version.content.find("?signature"), version.content.rfind("?signature"));
}

TEST(FileLinks, WhoIsLocalEverywhereNeedsNoSignature) {
  const FileLinks links(context_of("local"), request());
  EXPECT_EQ(links.shown(kId), "http://chat.example.org/files/" + std::string(kId));
  EXPECT_EQ(links.shown(kId), links.plain(kId));
}

TEST(FileSignature, IsTheFirstInTheQuery) {
  EXPECT_EQ(file_signature(request("/files/x")), std::nullopt);
  EXPECT_EQ(file_signature(request("/files/x?a=b")), std::nullopt);
  EXPECT_EQ(file_signature(request("/files/x?signature=")), "");
  EXPECT_EQ(file_signature(request("/files/x?signature=a&signature=b")), "a");
}

TEST(WithoutSignatures, TakesThemOffHoweverTheyAreWritten) {
  const std::string url = "http://h/files/" + std::string(kId);
  EXPECT_EQ(without_signatures("![x](" + url + "?signature=" + kCode + ") and"),
            "![x](" + url + ") and");
  EXPECT_EQ(
      without_signatures(url + "?signature\\u003d" + kCode + url + "?signature\\u003D" + kCode),
      url + url);
  for (const std::string& other : {std::string("?signature"),
                                   std::string("?signature="),
                                   "?signature=" + kCode.substr(1),
                                   std::string("?signature=abc ?signature=def"),
                                   std::string()}) {
    EXPECT_EQ(without_signatures(other), other);
  }
}

}  // namespace
}  // namespace patchbay::api
