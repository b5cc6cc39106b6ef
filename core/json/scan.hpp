// One pass over a JSON object that finds the values of a few members and changes nothing.
//
//   json::Wanted wanted[] = {{"model"}, {"stream"}, {"stream_options.include_usage"}};
//   auto scanned = json::scan(body, wanted);
//   if (!scanned) return scanned.error();             // a sentence for the client
//   if (wanted[1].is(json::Kind::kTrue)) ...
//   std::string out = json::splice(body, wanted[0].span, "\"small\"");
//
// This is how bodies pass through: the text is checked from end to end, the places of a few values
// are noted, and every other byte (numbers, escapes, white space, order, members nobody here
// knows) goes on as it came. Nothing is parsed into objects and written again.
//
// Strict: RFC 8259 in UTF-8 without a byte order mark, at most 128 levels deep, and no number that
// a double cannot hold (1e400), which most readers behind us would refuse. A wanted member
// that stands twice is refused, since the two ends of a connection might believe different ones;
// names are compared after unescaping, so "mod\u0065l" is "model". One leniency: an escape for the
// second half of a surrogate pair may stand alone, as it came, but not in a wanted string.
//
// Thread-safe: scratch memory belongs to the calling thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/json/kind.hpp"

namespace patchbay::json {

// The bytes [begin, end) of a text.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
  [[nodiscard]] std::size_t size() const { return end - begin; }
  friend bool operator==(const Span&, const Span&) = default;
};

// A member to look for, and where its value was found.
struct Wanted {
  // The member's name, or two of them joined by a dot for a member of a member: "model",
  // "stream_options.include_usage". Must outlive the scan. The outer one of a pair may be wanted
  // as well. A name that itself holds a dot cannot be wanted.
  std::string_view path;

  bool found = false;
  Kind kind = Kind::kNull;  // of the value; meaningless unless found
  Span span = {};           // of the value as it stands in the text; a string's includes its quotes

  [[nodiscard]] bool is(Kind wanted_kind) const { return found && kind == wanted_kind; }
};

// How many members one scan can look for.
inline constexpr std::size_t kMaxWanted = 16;

// What a scan tells of the object as a whole: enough to put a member in at its front, which is at
// `object.begin + 1` and needs a comma after it unless `members` is 0.
struct Scanned {
  Span object;              // from its brace to its brace
  std::size_t members = 0;  // of the outermost object
};

// A promise that the text is followed by 16 bytes that can be read and are zero.
class Padded {
 public:
  static constexpr std::size_t kBytes = 16;

  // REQUIRES: what the class promises.
  explicit Padded(std::string_view text);

  [[nodiscard]] std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

// Checks a text, whose outermost value must be an object, and fills in `wanted` (what it held is
// overwritten). Fails with kInvalid; the message is for clients and names the byte, from 0:
// "Invalid JSON at byte 17: Missing a comma or } after an object member.". After a failure
// `wanted` is not to be used.
//
// Allocates nothing once a thread is warm and the text is at most 1 MiB, unless it fails.
//
// REQUIRES: wanted.size() <= kMaxWanted; paths of one or two names; no path twice.
Result<Scanned> scan(Padded padded, std::span<Wanted> wanted);

// The same for a text without padding; it is copied first, into a buffer that the thread keeps.
// Spans refer to `text` as given.
Result<Scanned> scan(std::string_view text, std::span<Wanted> wanted);

// Whether `text` is one JSON value of any kind, by the same rules; fails as scan() does.
Status validate(std::string_view text);

// The bytes of a found value.
inline std::string_view raw_of(std::string_view text, const Wanted& wanted) {
  return text.substr(wanted.span.begin, wanted.span.size());
}

// The text of a found string. Without escapes, the usual case, this is a view into `text`;
// otherwise one into `scratch`, which is overwritten.
//
// REQUIRES: wanted.is(Kind::kString); `text` is what was scanned.
std::string_view string_of(std::string_view text, const Wanted& wanted, std::string& scratch);

// A found number that is written as a whole one ("12", not "12.0" or "1e3") and fits; nothing
// otherwise, and for any other kind.
std::optional<std::int64_t> int_of(std::string_view text, const Wanted& wanted);

// `text` with the bytes of `span` replaced.
//
// REQUIRES: span lies within text; so for cut().
std::string splice(std::string_view text, Span span, std::string_view replacement);

// The same without copying: what goes out before the replacement, and what after it.
struct Pieces {
  std::string_view before;
  std::string_view after;
};
Pieces cut(std::string_view text, Span span);

}  // namespace patchbay::json
