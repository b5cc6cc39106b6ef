// How one client dialect writes an answer: canonical events in, the client's bytes out.
//
// The relay drives an encoder and knows no dialect; a dialect implements one and knows no network.
// Everything is appended to `out`, which the caller owns and sends.
//
//   encoder.on_event(event, out); ...      // any number
//   encoder.finish(out);                   // the answer is complete
//   encoder.stopped(out);                  // or its user had enough of it
//   encoder.fail(failure, out);            // or it broke off after it had begun
//
// Not thread-safe: one encoder serves one answer.

#pragma once

#include <string>
#include <string_view>

#include "core/chat/failure.hpp"
#include "core/chat/usage.hpp"
#include "patchbay/abi.h"

namespace patchbay::chat {

class Encoder {
 public:
  virtual ~Encoder() = default;

  // The media type of the answer that this encoder writes; asked for when the answer begins, with
  // its first content or its end.
  [[nodiscard]] virtual std::string_view content_type() const = 0;

  // True when pieces may go out as they come; false when only finish() knows the whole.
  [[nodiscard]] virtual bool streaming() const = 0;

  // PBAY_OK, or a failure status when the event cannot be written (and the call must fail).
  virtual pbay_status on_event(const pbay_event& event, std::string& out) = 0;

  // The result, as JSON, of a tool call that was run on this side of the client, once the call's
  // own events were written; nothing where a dialect does not show results.
  virtual void tool_result(std::string_view call_id, std::string_view json, std::string& out);

  // What was asked of tools on this side of the client is answered, and the model goes on: the
  // events that follow count their items from 0 again, and tell the usage of another request. A
  // dialect that shows no steps writes nothing.
  virtual void next_step(std::string& out);

  virtual void finish(std::string& out) = 0;

  // Instead of finish(): the answer was ended early because its user asked for that. What was
  // written stands. A dialect without a word of its own for it ends as if the answer were complete.
  virtual void stopped(std::string& out);

  // Only after something was sent; before that, a failure is an HTTP status and error_body().
  virtual void fail(const Failure& failure, std::string& out) = 0;

  // Headers that the dialect's own vendor adds to its answers begin with this, and its clients may
  // read them.
  [[nodiscard]] virtual std::string_view vendor_header_prefix() const = 0;

  // Bytes that mean nothing to a client but keep the connection alive; "" where there are none, and
  // then nothing but content can be put into the answer: fail() is not called.
  [[nodiscard]] virtual std::string_view keep_alive() const = 0;

  // Shows the client the model name it asked for in one piece of a same-dialect answer. Gives the
  // text unchanged where it holds no model.
  virtual void show_model(std::string_view json, std::string& out) const = 0;

  // The tokens told so far by events; for answers that pass untouched, what read_usage() saw.
  [[nodiscard]] virtual Usage usage() const = 0;

  // Looks for usage in one piece of a same-dialect answer (an event's data or a whole body).
  virtual void read_usage(std::string_view json) = 0;
};

inline void Encoder::tool_result(std::string_view, std::string_view, std::string&) {}

inline void Encoder::next_step(std::string&) {}

inline void Encoder::stopped(std::string& out) {
  finish(out);
}

}  // namespace patchbay::chat
