#include "tests/bench/answers.hpp"

#include <array>
#include <charconv>

namespace patchbay::bench {
namespace {

constexpr const char* kVendorHeaders =
    "Server: bench\r\n"
    "Date: Mon, 01 Jan 2024 00:00:00 GMT\r\n"
    "Access-Control-Expose-Headers: X-Request-ID\r\n"
    "OpenAI-Organization: bench-organization\r\n"
    "OpenAI-Processing-MS: 412\r\n"
    "OpenAI-Version: 2020-10-01\r\n"
    "X-RateLimit-Limit-Requests: 10000\r\n"
    "X-RateLimit-Limit-Tokens: 2000000\r\n"
    "X-RateLimit-Remaining-Requests: 9999\r\n"
    "X-RateLimit-Remaining-Tokens: 1999970\r\n"
    "X-RateLimit-Reset-Requests: 6ms\r\n"
    "X-RateLimit-Reset-Tokens: 0s\r\n"
    "X-Request-ID: req_0123456789abcdef0123456789abcdef\r\n"
    "Strict-Transport-Security: max-age=31536000; includeSubDomains; preload\r\n";

constexpr const char* kText =
    "A proxy is a patient neighbour: it takes every letter at the door, looks only at the address, "
    "and carries it on at once. When the answer comes back in a thousand small pieces it hands "
    "over each of them the moment it arrives, and it never mixes up whose they are. If the reader "
    "is slow it asks the writer to wait, if the reader leaves it tells the writer to stop, and "
    "when nobody writes any more it sits by the window and uses next to nothing.";

std::string whole_body() {
  return std::string(
             R"({"id":"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT","object":"chat.completion",)"
             R"("created":1704067200,"model":"gpt-4o-mini-2024-07-18","choices":[{"index":0,)"
             R"("message":{"role":"assistant","content":")") +
         kText +
         R"(","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}],)"
         R"("usage":{"prompt_tokens":182,"completion_tokens":104,"total_tokens":286,)"
         R"("prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},)"
         R"("completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,)"
         R"("accepted_prediction_tokens":0,"rejected_prediction_tokens":0}},)"
         R"("service_tier":"default","system_fingerprint":"fp_44added55e"})";
}

std::string whole_head(std::size_t body_bytes) {
  return std::string("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ") +
         std::to_string(body_bytes) + "\r\n" + kVendorHeaders + "\r\n";
}

std::string event(const char* delta) {
  return std::string(
             R"(data: {"id":"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT","object":)"
             R"("chat.completion.chunk","created":1704067200,"model":"gpt-4o-mini-2024-07-18",)"
             R"("service_tier":"default","system_fingerprint":"fp_44added55e","choices":)"
             R"([{"index":0,"delta":)") +
         delta + R"(,"logprobs":null,"finish_reason":null}]})" + "\n\n";
}

std::string as_chunk(const std::string& data) {
  std::array<char, 16> size{};
  const auto end = std::to_chars(size.data(), size.data() + size.size(), data.size(), 16).ptr;
  return std::string(size.data(), end) + "\r\n" + data + "\r\n";
}

}  // namespace

std::string whole_answer() {
  const std::string body = whole_body();
  return whole_head(body.size()) + body;
}

std::string half_answer() {
  const std::string body = whole_body();
  return whole_head(body.size()) + body.substr(0, body.size() / 2);
}

namespace {

// `first` is what comes once; `each` one event, its blank line included.
Stream stream_of(const std::string& first, const std::string& each) {
  std::string block;
  for (std::size_t i = 0; i < kBlockEvents; ++i)
    block += each;
  return {std::string("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
                      "Transfer-Encoding: chunked\r\n") +
              kVendorHeaders + "\r\n" + as_chunk(first),
          as_chunk(each),
          as_chunk(block)};
}

}  // namespace

Stream openai_stream() {
  return stream_of(event(R"({"role":"assistant","content":"","refusal":null})"),
                   event(R"({"content":" patient"})"));
}

Stream anthropic_stream() {
  return stream_of(
      "event: message_start\ndata: "
      R"({"type":"message_start","message":{"id":"msg_01Bench","type":"message","role":"assistant",)"
      R"("model":"claude-bench","content":[],"stop_reason":null,"stop_sequence":null,)"
      R"("usage":{"input_tokens":182,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,)"
      R"("output_tokens":1}}})"
      "\n\nevent: content_block_start\ndata: "
      R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}})"
      "\n\n",
      "event: content_block_delta\ndata: "
      R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" patient"}   })"
      "\n\n");
}

Stream gemini_stream() {
  const auto piece = [](const char* text) {
    return std::string(R"(data: {"candidates": [{"content": {"parts": [{"text": ")") + text +
           R"("}],"role": "model"},"index": 0}],"usageMetadata": {"promptTokenCount": 182,)"
           R"("candidatesTokenCount": 104,"totalTokenCount": 286,"promptTokensDetails": )"
           R"([{"modality": "TEXT","tokenCount": 182}]},"modelVersion": "gemini-bench",)"
           R"("responseId": "bench0123456789"})" +
           "\r\n\r\n";
  };
  return stream_of(piece("A"), piece(" patient"));
}

}  // namespace patchbay::bench
