#include <gtest/gtest.h>

#include "core/tokens/counter.hpp"

namespace patchbay::tokens {
namespace {

TEST(EncodingOf, TheModelsThatAreKnown) {
  for (const char* model : {"gpt-4o",
                            "gpt-4o-mini",
                            "GPT-4o-2024-08-06",
                            "vendor/gpt-4o",
                            "a/b/gpt-4o-mini:free",
                            "ft:gpt-4o-mini-2024-07-18:mine::x1",
                            "chatgpt-4o-latest",
                            "gpt-4.1-nano",
                            "gpt-4.5-preview",
                            "gpt-5",
                            "gpt-5-mini",
                            "gpt-5.1-chat",
                            "gpt-oss-120b",
                            "o1",
                            "o1-preview",
                            "o3-mini",
                            "o4-mini"}) {
    EXPECT_EQ(encoding_of(model), Encoding::kO200k) << model;
  }
  for (const char* model : {"gpt-4",
                            "gpt-4-0613",
                            "gpt-4-turbo",
                            "gpt-3.5-turbo",
                            "gpt-35-turbo-16k",
                            "vendor/gpt-4-32k",
                            "text-embedding-3-small",
                            "text-embedding-ada-002"}) {
    EXPECT_EQ(encoding_of(model), Encoding::kCl100k) << model;
  }
}

TEST(EncodingOf, WhatMerelyLooksAlikeIsEstimated) {
  for (const char* model : {"",
                            "/",
                            "gpt-40",
                            "gpt-6",
                            "gpt-4.9",
                            "o1x",
                            "o4",
                            "claude-sonnet-4",
                            "llama-3.1-70b",
                            "my-gpt-4o",
                            "gpt-4o/another"}) {
    EXPECT_EQ(encoding_of(model), Encoding::kEstimate) << model;
  }
}

}  // namespace
}  // namespace patchbay::tokens
