// Asks a provider for something that no client waits for directly, and gathers the answer: a tool
// that a model has called, the vectors of a document.
//
//   call_.emplace(context, std::move(request), route, kAnswerBytesMax,
//                 [this](InnerCall::Result result) { ... });
//   call_->start();
//
// What is said in text comes together in one piece, of the first choice alone; an answer that is
// larger than allowed is a failure. Fail-over, time limits, credentials and metrics are those of
// every call.
//
// Threads: everything on the worker of the context's workplace, which outlives the call.

#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/api/reply.hpp"
#include "core/chat/encoder.hpp"
#include "core/relay/call.hpp"

namespace patchbay::api {

struct InnerAnswer {
  std::string text;
  std::vector<std::vector<float>> embeddings;  // by the number of the input
  chat::Usage usage;
};

class InnerCall final : private relay::ClientSide {
 public:
  using Result = std::variant<InnerAnswer, chat::Failure>;
  using Then = std::function<void(Result)>;

  // The whole answer comes before `request.deadline` or not at all. `then` is called once, after
  // start() has returned; it may destroy the call. Destroying the call cancels it, upstream
  // included, and nothing is told any more.
  // REQUIRES: every target's provider is in the context's snapshot.
  InnerCall(const Context& context,
            relay::CallRequest request,
            routing::Route route,
            std::size_t answer_bytes_max,
            Then then);
  ~InnerCall() override;

  void start();

 private:
  class Gatherer;

  // relay::ClientSide
  void respond(int status, const http::HeaderList& headers, std::string_view body) override;
  void refuse(const chat::Failure& failure, const http::HeaderList& headers) override;
  void begin(int, const http::HeaderList&, std::optional<std::uint64_t>) override {}
  void write(std::string_view) override {}
  void end() override;
  void abort() override;
  bool writable() override { return true; }

  std::unique_ptr<chat::Encoder> make_encoder();
  void tell();

  const SnapshotPtr snapshot_;  // has the providers that the call goes to
  const std::size_t bytes_max_;
  Then then_;
  std::string escaped_;  // what was said, as the inside of a JSON string
  InnerAnswer answer_;
  std::size_t bytes_ = 0;
  bool too_large_ = false;
  std::optional<chat::Failure> failure_;
  reactor::Deferred told_;
  relay::Call call_;
};

}  // namespace patchbay::api
