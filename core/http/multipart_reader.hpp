// Reads multipart/form-data (RFC 7578 in the framing of RFC 2046), the form in which files are
// uploaded, from pieces of any size.
//
//   Result<std::string> boundary = boundary_of(content_type);
//   MultipartReader reader(*boundary, {});
//   Status status = reader.feed(bytes, [&](const MultipartEvent& event) {
//     switch (event.kind) {
//       case MultipartEvent::Kind::kPartBegins: open(event.part.name, event.part.filename); break;
//       case MultipartEvent::Kind::kPartBytes: write(event.bytes); break;
//       case MultipartEvent::Kind::kPartEnds: close(event.part.body); break;
//     }
//   });
//   ...
//   status = reader.finish();
//
// Where the network cuts the bytes changes neither what the parts hold nor what is refused with
// which words; only how many kPartBytes a part is handed out in. A part's bytes are never copied:
// they are views into the piece that was fed, or, where a beginning of the boundary had to be held
// back and was none, into the reader's own copy of the boundary. Nothing of a part is kept but its
// headers. What the whole body may take is the server's limit and not looked at here.
//
// Strict, because another reader of the same bytes must not see other parts. Lines end in CRLF,
// as every client writes them; LF alone is refused. After a boundary only blanks and the line's end
// may follow. Headers are not folded over lines. A part has one Content-Disposition and a name, and
// is not encoded as base64 or quoted-printable. Before the first boundary and after the last
// anything may stand, and means nothing. A form without parts is a form.
//
// Not thread-safe: one reader serves one body.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "core/base/result.hpp"
#include "core/http/header_list.hpp"
#include "core/http/multipart_boundary.hpp"

namespace patchbay::http {

// A range of bytes of the whole body.
struct ByteRange {
  std::uint64_t begin = 0;
  std::uint64_t size = 0;
  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

struct MultipartPart {
  std::size_t number = 0;  // the first is 1
  // See Disposition for what is and is not promised of these two.
  std::string name;
  std::optional<std::string> filename;  // nothing for a plain field
  HeaderList headers;                   // all of them, Content-Disposition included
  // Where its bytes stand; complete from kPartEnds on, until then as far as they have come.
  ByteRange body;

  // Its Content-Type as written; empty where it has none, which means plain text.
  [[nodiscard]] std::string_view content_type() const {
    return headers.find("content-type").value_or(std::string_view());
  }
};

// Valid during the callback that gets it; the part is the same object from kPartBegins to
// kPartEnds.
struct MultipartEvent {
  enum class Kind {
    kPartBegins,  // its headers are known
    kPartBytes,   // the next bytes of it, at least one
    kPartEnds,    // that was all of it
  };
  Kind kind;
  const MultipartPart& part;
  std::string_view bytes = {};
};

class MultipartReader {
 public:
  struct Options {
    std::size_t parts_max = 256;
    // All header lines of one part with their ends: the bound on what a body can make us hold,
    // three times over, with the list of headers and the names.
    std::size_t part_header_bytes_max = 8 * 1024;
    std::size_t preamble_bytes_max = 1024;  // what stands before the first boundary
  };

  // REQUIRES: is_boundary(boundary).
  MultipartReader(std::string_view boundary, Options options);

  // Takes the next bytes and calls on_event(const MultipartEvent&) for each event in them, oldest
  // first. Fails with kInvalid at what is not a form, with kTooLarge when a limit of Options is
  // exceeded, both after the events before it; the message is for clients and names the byte, from
  // 0, and the part: "Invalid multipart body at byte 17, in part 1: it has no
  // Content-Disposition.". Every later call fails the same way.
  //
  // on_event may return void, or a bool: false stops at once, the reader is then not touched any
  // more (it may even have been destroyed) and must not be fed again.
  template <typename OnEvent>
  Status feed(std::string_view bytes, OnEvent&& on_event) {
    while (const std::optional<MultipartEvent> event = next(bytes)) {
      if constexpr (std::is_same_v<decltype(on_event(*event)), bool>) {
        if (!on_event(*event)) return ok();
      } else {
        on_event(*event);
      }
    }
    return state();
  }

  // The body has ended. Fails with kInvalid if its last boundary has not come.
  Status finish();

 private:
  enum class State {
    kPreamble,
    kBoundary,  // just after one
    kPadding,   // in the blanks after one
    kLineFeed,  // after the CR of its line
    kDash,      // after the first "-" of the two that end the form
    kClosed,    // in the blanks after these
    kClosedLineFeed,
    kEpilogue,
    kHeaders,
    kBody,
  };

  // The next event in `bytes`, off whose front it takes what has been read.
  std::optional<MultipartEvent> next(std::string_view& bytes);
  std::optional<MultipartEvent> take_data(std::string_view& bytes);
  std::optional<MultipartEvent> hand_out(std::string_view data);
  std::optional<MultipartEvent> end_data();
  void take_boundary_end(std::string_view& bytes);
  void begin_part(std::uint64_t at);
  std::optional<MultipartEvent> take_header_line(std::string_view& bytes);
  std::string_view add_header(std::string_view line);
  std::optional<MultipartEvent> begin_body();

  void begin_data(State state);
  void take(std::string_view& bytes, std::size_t count);
  void fail(ErrorCode code, std::uint64_t offset, std::string_view what);
  [[nodiscard]] Status state() const;

  std::string delimiter_;  // the boundary as it ends a part: CRLF, two dashes, itself
  Options options_;

  State state_ = State::kPreamble;
  std::optional<Error> fault_;
  std::uint64_t offset_ = 0;  // in the body, of the next byte to be taken
  MultipartPart part_;

  // While data is searched for the delimiter: how much of it has been seen, of which the first
  // `assumed_` bytes are no data: the line's end before the data counts as the delimiter's.
  std::size_t matched_ = 0;
  std::size_t assumed_ = 0;
  std::size_t preamble_bytes_ = 0;

  std::string line_;  // of the part's headers, as far as it has come
  std::size_t header_bytes_ = 0;
};

}  // namespace patchbay::http
