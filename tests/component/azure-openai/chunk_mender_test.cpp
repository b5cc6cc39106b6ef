// What the golden files cannot show of the ChunkMender: that a chunk without a fault is not copied,
// and that no token costs an allocation.

#include "plugins/azure-openai/chunk_mender.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/allocations.hpp"

namespace patchbay::plugins::azure_openai {
namespace {

constexpr std::string_view kFirst =
    R"({"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"a":1}]})";
constexpr std::string_view kToken =
    R"({"choices":[{"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}},)"
    R"("delta":{"content":" \"token\" \u00e9"},"finish_reason":null,"index":0,"logprobs":null}],)"
    R"("created":1760000000,"id":"chatcmpl-1","model":"m","obfuscation":"abcdefgh",)"
    R"("object":"chat.completion.chunk","system_fingerprint":"fp_1","usage":null})";
constexpr std::string_view kHollow =
    R"({"id":"","object":"","created":0,"model":"","choices":[{"index":0,"finish_reason":null,)"
    R"("content_filter_results":{"hate":{"filtered":false,"severity":"safe"}}}]})";

// Counts what comes, and keeps the last piece as it was given.
struct Heard {
  std::size_t events = 0;
  const char* data = nullptr;
  std::string text;
  bool keeps_text = true;
};

class ChunkMenderMemory : public ::testing::Test {
 protected:
  Heard heard_;
  pbay_sink raw_{sizeof raw_, 0, &heard_, [](pbay_sink* sink, const pbay_event* event) noexcept {
                   auto& heard = *static_cast<Heard*>(sink->impl);
                   const auto data = reinterpret_cast<const pbay_ev_raw*>(event)->data;
                   ++heard.events;
                   heard.data = reinterpret_cast<const char*>(data.ptr);
                   if (heard.keeps_text) heard.text.assign(heard.data, data.len);
                   return pbay_status{PBAY_OK};
                 }};
  sdk::Sink sink_{&raw_};
  ChunkMender mender_{"\"chat.completion.chunk\""};
};

TEST_F(ChunkMenderMemory, AChunkWithoutAFaultIsNotCopied) {
  EXPECT_EQ(mender_.chunk(kToken, sink_), ReadOutcome::kMore);
  EXPECT_EQ(static_cast<const void*>(heard_.data), static_cast<const void*>(kToken.data()));
  EXPECT_EQ(heard_.text, kToken);
}

TEST_F(ChunkMenderMemory, NoTokenCostsAnAllocation) {
  heard_.keeps_text = false;
  ASSERT_EQ(mender_.chunk(kFirst, sink_), ReadOutcome::kMore);
  EXPECT_EQ(heard_.events, 0u);
  const auto feed = [&] {
    EXPECT_EQ(mender_.chunk(kToken, sink_), ReadOutcome::kMore);
    EXPECT_EQ(mender_.chunk(kHollow, sink_), ReadOutcome::kMore);
  };
  feed();  // the first ones make room
  feed();
  EXPECT_EQ(allocations_in([&] {
              for (int i = 0; i < 1000; ++i)
                feed();
            }),
            0u);
  EXPECT_EQ(heard_.events, 2004u);
}

TEST_F(ChunkMenderMemory, EveryCutOfAChunkIsRefused) {
  for (std::size_t cut = 1; cut < kToken.size(); ++cut) {
    ChunkMender mender("\"chat.completion.chunk\"");
    EXPECT_EQ(mender.chunk(kToken.substr(0, cut), sink_), ReadOutcome::kFailed) << cut;
    EXPECT_TRUE(mender.ended());
    EXPECT_FALSE(mender.error().message.empty());
  }
  EXPECT_EQ(heard_.events, 0u);
}

TEST_F(ChunkMenderMemory, FirstChunksWithoutEndTakeNoMemoryWithoutEnd) {
  for (int i = 0; i < 1000; ++i) {
    const std::string chunk = R"({"choices":[],"x)" + std::to_string(i) + R"(":1})";
    ASSERT_EQ(mender_.chunk(chunk, sink_), ReadOutcome::kMore);
  }
  ASSERT_EQ(mender_.chunk(kToken, sink_), ReadOutcome::kMore);
  EXPECT_LT(heard_.text.size(), kToken.size() + 300);
}

}  // namespace
}  // namespace patchbay::plugins::azure_openai
