// Cuts a stream of lines, one JSON value each, into its lines, from pieces of any size.
//
//   NdjsonParser parser({.max_line_bytes = 1 << 20});
//   Status status = parser.feed(bytes, [&](std::string_view line) { use(line); });
//
// LF ends a line, and a CR before it belongs to the ending. Empty lines are left out. Whether a
// line is JSON is not looked at. A line that lies whole in one piece is handed out without a copy
// and without an allocation.
//
// Not thread-safe: one parser serves one stream.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>

#include "core/base/result.hpp"
#include "core/http/carried_text.hpp"

namespace patchbay::http {

class NdjsonParser {
 public:
  struct Options {
    std::size_t max_line_bytes;  // without the LF; the bound on what a stream can make us hold
  };

  explicit NdjsonParser(Options options) : options_(options) {}

  // Takes the next bytes and calls on_line(std::string_view) for each line they complete; the view
  // is valid during the call. Fails with kTooLarge at a line that exceeds max_line_bytes, after
  // the lines before it; every later call fails the same way.
  //
  // on_line may return void, or a bool: false stops at once, the parser is then not touched any
  // more (it may even have been destroyed) and must not be fed again.
  template <typename OnLine>
  Status feed(std::string_view bytes, OnLine&& on_line) {
    std::string_view line;
    while (next(bytes, line)) {
      if (!deliver(on_line, line)) return ok();
    }
    return state();
  }

  // The stream has ended: hands out a last line that has no LF. Call once, and feed nothing after.
  template <typename OnLine>
  Status finish(OnLine&& on_line) {
    std::string_view line;
    if (last(line)) deliver(on_line, line);
    return state();
  }

 private:
  template <typename OnLine>
  static bool deliver(OnLine& on_line, std::string_view line) {
    if constexpr (std::is_same_v<decltype(on_line(line)), bool>) {
      return on_line(line);
    } else {
      on_line(line);
      return true;
    }
  }

  // Takes the next line that is not empty off the front of `bytes`; false when there is none.
  bool next(std::string_view& bytes, std::string_view& line);
  bool last(std::string_view& line);
  bool fits(std::size_t line_bytes);
  [[nodiscard]] Status state() const;

  Options options_;
  CarriedText line_;         // a line that an earlier piece broke off in
  bool handed_out_ = false;  // that line was delivered and is to be cleared
  bool spent_ = false;
};

}  // namespace patchbay::http
