// One request on its way to Azure and back.
//
// For a client of OpenAI's dialect whole answers pass as they are; the events of a chat's or text
// completion's stream pass through the ChunkMender, which changes those that Azure makes otherwise.

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "patchbay/plugin.hpp"
#include "plugins/azure-openai/chunk_mender.hpp"
#include "plugins/shared/openai_shaped_call.hpp"

namespace patchbay::plugins::azure_openai {

class AzureProvider;

class AzureCall : public OpenAiShapedCall {
 public:
  AzureCall(const AzureProvider& provider, const pbay_request& request);

  pbay_status build_request(sdk::HttpRequest& out);
  pbay_status on_head(const pbay_http_head& head, sdk::Sink& sink);
  pbay_status on_frames(std::span<const pbay_frame> frames, sdk::Sink& sink);
  pbay_status on_end(const pbay_http_end& end, sdk::Sink& sink);

 private:
  [[nodiscard]] std::span<const pbay_kv> request_headers();
  pbay_status refuse(std::string_view body);

  const AzureProvider& provider_;
  std::int64_t retry_after_ms_ = -1;   // by the header that counts seconds
  std::optional<ChunkMender> mender_;  // of a stream for a client of its dialect
};

}  // namespace patchbay::plugins::azure_openai
