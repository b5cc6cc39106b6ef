// Joins one exchange and one call: what every handler ends with whose answer comes from a provider.

#pragma once

#include <functional>

#include "core/api/reply.hpp"
#include "core/relay/call.hpp"

namespace patchbay::api {

// How a route says that a call failed before its answer began; reply_failure() is the usual way.
using Refuse = std::function<void(server::Exchange&,
                                  const Context&,
                                  const chat::Failure&,
                                  const http::HeaderList& more,
                                  Logged logged)>;

struct CallPlan {
  relay::CallRequest request;
  routing::Route route;
  relay::Call::EncoderFactory make_encoder;
  http::HeaderList headers = {};  // of the answer, beside those that every answer has
  Refuse refuse = reply_failure;
};

// Answers `exchange` by a call. The exchange must not be touched by the caller afterwards.
void answer_by_call(server::Exchange& exchange, const Context& context, CallPlan plan);

// Until when the client waits for its answer to begin, as SDKs tell it; Time::max() where it does
// not say.
Time deadline_of(const http::HeaderList& headers);

}  // namespace patchbay::api
