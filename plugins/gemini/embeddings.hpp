// Embeddings: OpenAI's request as embedContent, or batchEmbedContents for several texts, and the
// answers as EMBEDDING events. More texts than the vendor takes at once go up in several requests,
// one after another.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "patchbay/host.hpp"
#include "patchbay/sink.hpp"
#include "plugins/gemini/outcome.hpp"
#include "plugins/gemini/translation.hpp"
#include "plugins/gemini/upstream_request.hpp"
#include "plugins/shared/json_text.hpp"
#include "plugins/shared/upstream_error.hpp"

namespace patchbay::plugins::gemini {

class Embeddings {
 public:
  explicit Embeddings(std::string_view model) : model_(model) {}

  // The next request, the first of them from the client's `body`, which is read once and not kept.
  // False if it cannot be said; translation.refusal tells why.
  [[nodiscard]] bool build(std::string_view body, Translation& translation, UpstreamRequest& out);

  // A whole answer.
  Outcome piece(std::string_view data, sdk::Sink& sink);
  // Its end: kNext while texts are left.
  Outcome end(sdk::Sink& sink);
  [[nodiscard]] bool complete() const { return false; }  // only a whole body is a whole answer
  [[nodiscard]] const UpstreamError& error() const { return error_; }

 private:
  // One request: its body, and how many texts are in it.
  struct Batch {
    std::string body;
    std::uint32_t count = 0;
  };

  bool read(std::string_view body, Translation& translation);
  void add(JsonValue text, std::string_view options);
  Outcome fail(UpstreamError error);
  bool say(JsonValue vector, sdk::Sink& sink);

  std::string model_;
  std::vector<Batch> batches_;
  std::size_t sent_ = 0;      // batches
  std::uint32_t said_ = 0;    // vectors
  bool answered_ = false;     // the request that was sent last
  std::int64_t tokens_ = -1;  // of all answers; -1: none has said
  JsonText json_;
  std::string line_;
  UpstreamError error_;
};

}  // namespace patchbay::plugins::gemini
