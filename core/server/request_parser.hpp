// Reads HTTP/1.1 requests from bytes as they come: Boost.Beast's parser behind our stricter rules.
//
//   RequestParser parser(limits);
//   auto step = parser.feed(bytes, request);
//   step.consumed bytes were used; step.state says whether the request is complete.
//
// Incremental and cut-proof: bytes that belong to an unfinished head are not consumed and must be
// presented again with more behind them; bytes of a body are consumed as they come.

#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "core/server/exchange.hpp"
#include "core/server/limits.hpp"

namespace patchbay::server {

class RequestParser {
 public:
  enum class State {
    kHead,      // waiting for the rest of a head
    kBody,      // head complete, waiting for the rest of the body
    kComplete,  // the request is whole; reset() before the next
    kFault,     // refused; see status and message
  };

  struct Step {
    std::size_t consumed = 0;
    State state = State::kHead;
    int status = 0;            // kFault: what to answer
    std::string message = {};  // kFault: why, for the client
  };

  explicit RequestParser(const Limits& limits);
  ~RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  Step feed(std::string_view bytes, Request& request);

  // True while a head was read and its body is not complete.
  [[nodiscard]] bool in_body() const { return state_ == State::kBody; }

  // True once after a head with `Expect: 100-continue` whose body has not begun to arrive.
  bool take_wants_continue();

  void reset();

 private:
  class Beast;

  Step read_head(std::string_view bytes, Request& request);
  Step read_body(std::string_view bytes, Request& request);
  static Step fault(int status, std::string message, std::size_t consumed = 0);
  [[nodiscard]] Step head_too_long() const;

  const Limits& limits_;
  std::unique_ptr<Beast> beast_;
  State state_ = State::kHead;
  std::size_t searched_ = 0;  // how far an unfinished head was looked through
  bool wants_continue_ = false;
};

}  // namespace patchbay::server
