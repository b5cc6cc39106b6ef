// One request on its way to the service and back.
//
// The service takes a chat request as JSON and answers in server-sent events: the data of each is the
// next piece of the text, and an event called `error` ends it. Replace these four functions by what
// yours speaks; the host does the rest.

#pragma once

#include <span>

#include <patchbay/plugin.hpp>

namespace shout {

class ShoutProvider;

class ShoutCall : public patchbay::sdk::Call {
 public:
  ShoutCall(const ShoutProvider& provider, const pbay_request& request);

  // What to send. Everything given to `out` must live until the call ends: use allocate(), join().
  pbay_status build_request(patchbay::sdk::HttpRequest& out);

  // The head has come. Of a success, its body follows as frames; of an error, as one.
  pbay_status on_head(const pbay_http_head& head, patchbay::sdk::Sink& sink);

  // Pieces of the body, cut as build_request() asked, never in the middle of an event.
  pbay_status on_frames(std::span<const pbay_frame> frames, patchbay::sdk::Sink& sink);

  // The body has ended, or broke off.
  pbay_status on_end(const pbay_http_end& end, patchbay::sdk::Sink& sink);

 private:
  const ShoutProvider& provider_;
  int status_ = 0;
  bool has_text_ = false;
};

}  // namespace shout
