// Reads text/event-stream, the format of https://html.spec.whatwg.org/#server-sent-events, from
// pieces of any size.
//
//   SseParser parser({.max_event_bytes = 1 << 20});
//   Status status = parser.feed(bytes, [&](const SseEvent& event) { use(event.data); });
//
// Where the network cuts the bytes makes no difference, down to a cut inside a CRLF or a byte
// order mark. An event that the stream ends in the middle of is dropped unless finish() is called.
// Whether a dialect's end marker (`data: [DONE]`) arrived is the dialect's question.
//
// An event that lies whole in one piece and has one data line is handed out without a copy and
// without an allocation; other events are put together in buffers that are used again.
//
// Not thread-safe: one parser serves one stream.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "core/base/result.hpp"
#include "core/http/carried_text.hpp"
#include "core/http/line_ends.hpp"

namespace patchbay::http {

// The views are valid during the callback that gets them.
struct SseEvent {
  std::string_view type;  // as the stream names it; empty where it names none ("message")
  std::string_view data;  // the data lines joined with LF; may be empty
  std::string_view id;    // the last id seen so far, possibly on an earlier event
};

class SseParser {
 public:
  struct Options {
    // The line in hand plus the data already joined may not be longer: the bound on what a hostile
    // stream can make us hold (twice over, with type and id).
    std::size_t max_event_bytes;
  };

  explicit SseParser(Options options) : options_(options) {}

  // Takes the next bytes and calls on_event(const SseEvent&) for each event they complete, oldest
  // first. Fails with kTooLarge once an event exceeds max_event_bytes, after the events before
  // it; every later call fails the same way.
  //
  // on_event may return void, or a bool: false stops at once, the parser is then not touched any
  // more (it may even have been destroyed) and must not be fed again.
  template <typename OnEvent>
  Status feed(std::string_view bytes, OnEvent&& on_event) {
    Piece piece(bytes);
    SseEvent event;
    while (next(piece, event)) {
      if (!deliver(on_event, event)) return ok();
    }
    return state();
  }

  // The stream has ended: hands out the event that only lacks its empty line, or the ending of its
  // last line. Not in the specification, which drops it; but real providers end like that. Call
  // once, and feed nothing after it.
  template <typename OnEvent>
  Status finish(OnEvent&& on_event) {
    SseEvent event;
    if (last(event)) deliver(on_event, event);
    return state();
  }

 private:
  // The bytes of one feed() and how far it has come in them.
  struct Piece {
    explicit Piece(std::string_view all) : bytes(all), ends(all) {}
    std::string_view bytes;
    LineEnds ends;
    std::size_t position = 0;
  };

  template <typename OnEvent>
  static bool deliver(OnEvent& on_event, const SseEvent& event) {
    if constexpr (std::is_same_v<decltype(on_event(event)), bool>) {
      return on_event(event);
    } else {
      on_event(event);
      return true;
    }
  }

  // Goes on to the end of the next event and fills it in; false when the piece is used up or an
  // event is too large.
  bool next(Piece& piece, SseEvent& event);
  bool last(SseEvent& event);
  // Takes one whole line; true when it is the empty one that ends an event with data. `lasting`:
  // the line may be borrowed until the end of feed().
  bool take_line(std::string_view line, bool lasting);
  void take_field(std::string_view name, std::string_view value, bool lasting);
  void keep_rest(Piece& piece);
  void hand_out(SseEvent& event);
  bool fits(std::size_t line_bytes);
  [[nodiscard]] Status state() const;

  Options options_;

  std::string line_;         // the start of a line that an earlier piece broke off in
  bool skip_lf_ = false;     // the last byte was CR, so a LF now belongs to it
  bool first_line_ = true;   // a byte order mark may still come
  bool spent_ = false;       // an event was too large
  bool handed_out_ = false;  // the event in hand was delivered and is to be cleared
  bool has_data_ = false;    // an event without a data line is never delivered
  CarriedText type_;
  CarriedText data_;
  CarriedText id_;  // survives its event
};

}  // namespace patchbay::http
