// Same-dialect answers on their way: the upstream's bytes go to the client as they came.
//
// A stream is passed on in whole events, so that it can be interrupted between two of them should
// the upstream break off. Where the client asked for an alias, the model's value is replaced in
// each event's data or in the whole body, and nothing else. Usage is read on the way.

#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/chat/encoder.hpp"
#include "core/http/sse_boundary.hpp"

namespace patchbay::relay {

class PassThrough {
 public:
  struct Options {
    bool events = false;      // the body is text/event-stream
    bool show_alias = false;  // put the client's name for the model in
  };

  // `encoder` knows the dialect; it must outlive this.
  PassThrough(Options options, chat::Encoder& encoder) : options_(options), encoder_(encoder) {}

  // Whether it is a stream of events that passes.
  [[nodiscard]] bool events() const { return options_.events; }

  // Appends to `out` what may go to the client now. Fails with kTooLarge when an event, or a body
  // that must be whole to be changed, exceeds its limit.
  Status feed(std::string_view bytes, std::string& out);

  // The upstream's message is complete: what was held back.
  void finish(std::string& out);

 private:
  void pass_events(std::string_view events, std::string& out);
  void pass_line(std::string_view line, std::string& out);

  const Options options_;
  chat::Encoder& encoder_;
  http::SseBoundary boundary_;
  std::string held_;  // the beginning of an event, or of a body that will be changed
};

}  // namespace patchbay::relay
