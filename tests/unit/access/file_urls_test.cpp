#include "core/access/file_urls.hpp"

#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace patchbay::access {
namespace {

using Verdict = FileUrls::Verdict;

constexpr std::int64_t kNow = 1'763'770'000'000;
constexpr const char* kId = "0198a3f0-5c6e-7d41-9f2b-3a4c5d6e7f84";
constexpr std::chrono::seconds kHour{3600};

FileUrls with_key(const std::string& key, std::chrono::seconds lifetime = kHour) {
  return {{.key = Secret(key), .lifetime = lifetime}, std::make_shared<SharedKey>()};
}

TEST(FileUrls, WhatIsSignedHoldsUntilItExpires) {
  const FileUrls urls = with_key("k");
  const std::string signature = urls.sign("basic:ada", kId, kNow);
  EXPECT_EQ(urls.check("basic:ada", kId, signature, kNow), Verdict::kGood);
  EXPECT_EQ(urls.check("basic:ada", kId, signature, kNow + 1'800'000 - 1), Verdict::kGood)
      << "half a lifetime at least";
  EXPECT_EQ(urls.check("basic:ada", kId, signature, kNow + 3'600'001), Verdict::kExpired)
      << "a whole one at most";
  EXPECT_GE(FileUrls::seconds_left(signature, kNow), 1800);
  EXPECT_LE(FileUrls::seconds_left(signature, kNow), 3600);
  EXPECT_EQ(FileUrls::seconds_left(signature, kNow + 3'600'001), 0);
}

TEST(FileUrls, NothingElseHoldsForThatFile) {
  const FileUrls urls = with_key("k");
  const std::string signature = urls.sign("basic:ada", kId, kNow);
  EXPECT_EQ(urls.check("basic:bob", kId, signature, kNow), Verdict::kWrong) << "of somebody else";
  std::string other = kId;
  other.back() = '5';
  EXPECT_EQ(urls.check("basic:ada", other, signature, kNow), Verdict::kWrong);
  EXPECT_EQ(with_key("l").check("basic:ada", kId, signature, kNow), Verdict::kWrong);
  for (std::size_t at = 0; at < signature.size(); ++at) {
    std::string changed = signature;
    changed[at] = changed[at] == '1' ? '2' : '1';
    EXPECT_EQ(urls.check("basic:ada", kId, changed, kNow), Verdict::kWrong) << at;
  }
  for (const std::string& text : {std::string(),
                                  signature.substr(1),
                                  signature + "0",
                                  "-" + signature,
                                  std::string(75, '0'),
                                  std::string(75, '-')}) {
    EXPECT_EQ(urls.check("basic:ada", kId, text, kNow), Verdict::kWrong) << text;
  }
}

TEST(FileUrls, TheSameFileHasTheSameUrlForAWhile) {
  const FileUrls urls = with_key("k", std::chrono::seconds(3600));
  const std::int64_t start = kNow / 1'800'000 * 1'800'000;
  const std::string first = urls.sign("o", kId, start);
  EXPECT_EQ(first, urls.sign("o", kId, start + 1'799'999));
  EXPECT_NE(first, urls.sign("o", kId, start + 1'800'000));
}

TEST(FileUrls, WithoutAKeyNothingIsSignedAndNothingIsRight) {
  const auto shared = std::make_shared<SharedKey>();
  const FileUrls urls({}, shared);
  EXPECT_EQ(urls.sign("o", kId, kNow), "");
  const std::string with_an_empty_key = with_key("k").sign("o", kId, kNow);
  EXPECT_EQ(urls.check("o", kId, with_an_empty_key, kNow), Verdict::kWrong);
  shared->set("k");
  EXPECT_EQ(urls.check("o", kId, with_an_empty_key, kNow), Verdict::kGood) << "once it is known";
}

TEST(FileUrls, ASignatureIsFoundInAText) {
  const std::string signature = with_key("k").sign("o", kId, kNow);
  EXPECT_EQ(FileUrls::length_at(signature + ") and more"), signature.size());
  EXPECT_EQ(FileUrls::length_at(signature.substr(0, 74)), 0u);
  EXPECT_EQ(FileUrls::length_at("x" + signature), 0u);
}

}  // namespace
}  // namespace patchbay::access
