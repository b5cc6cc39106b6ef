#include "core/json/scan.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>

#include "core/json/reader.hpp"
#include "core/json/text.hpp"
#include "core/json/unescape.hpp"
#include "core/json/utf8.hpp"

namespace patchbay::json {
namespace {

using rapidjson::SizeType;

// Accepts whatever is JSON, to the depth allowed.
class Checker : public HandlerBase {
 public:
  using HandlerBase::HandlerBase;

  bool Null() { return true; }
  bool Bool(bool /*value*/) { return true; }
  bool RawNumber(const char* /*digits*/, SizeType /*size*/, bool /*copy*/) { return true; }
  bool String(const char* /*text*/, SizeType /*size*/, bool /*copy*/) { return true; }
  bool Key(const char* /*text*/, SizeType /*size*/, bool /*copy*/) { return true; }
  bool StartObject() { return enter(); }
  bool StartArray() { return enter(); }
  bool EndObject(SizeType /*members*/) { return leave(), true; }
  bool EndArray(SizeType /*items*/) { return leave(), true; }

  // Numbers come as RawNumber(); RapidJSON's reader names these all the same.
  bool Int(int /*value*/) { return true; }
  bool Uint(unsigned /*value*/) { return true; }
  bool Int64(std::int64_t /*value*/) { return true; }
  bool Uint64(std::uint64_t /*value*/) { return true; }
  bool Double(double /*value*/) { return true; }
};

// A set of the wanted members, one bit each.
using Set = std::uint32_t;
static_assert(kMaxWanted <= 32);

// Where the quote stands that closes the string opened at `open`. `decoded` is the string's length
// without escapes. The text was parsed up to that quote, so it is there.
std::size_t closing_quote(std::string_view text, std::size_t open, std::size_t decoded) {
  const std::string_view plain = text.substr(open + 1, decoded);
  if (plain.find('\\') == std::string_view::npos) return open + 1 + decoded;
  std::size_t at = open + 1;
  while (text[at] != '"')
    at += text[at] == '\\' ? 2U : 1U;
  return at;
}

std::size_t end_of_number(std::string_view text, std::size_t at) {
  while (at < text.size() && ((text[at] >= '0' && text[at] <= '9') || text[at] == '-' ||
                              text[at] == '+' || text[at] == '.' || (text[at] | 0x20) == 'e')) {
    ++at;
  }
  return at;
}

// Notes the places of the wanted values. A name at depth 1 arms the members it may start; the next
// value at that depth belongs to what is armed.
class Finder : public HandlerBase {
 public:
  Finder(Stream& stream, std::string_view text, std::span<Wanted> wanted)
      : HandlerBase(stream), text_(text), wanted_(wanted) {
    assert(wanted.size() <= kMaxWanted);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      Wanted& member = wanted[i];
      member.found = false;
      const std::size_t dot = member.path.find('.');
      names_[i].outer = member.path.substr(0, dot);
      if (dot != std::string_view::npos) {
        names_[i].inner = member.path.substr(dot + 1);
        nested_ |= Set{1} << i;
      }
    }
  }

  [[nodiscard]] const Scanned& scanned() const { return scanned_; }

  bool Null() { return literal(Kind::kNull, 4); }
  bool Bool(bool value) { return value ? literal(Kind::kTrue, 4) : literal(Kind::kFalse, 5); }

  bool RawNumber(const char* /*digits*/, SizeType /*size*/, bool /*copy*/) {
    if (depth() == 0) return not_an_object(Kind::kNumber, position());
    if (armed_ != 0) note(Kind::kNumber, position(), end_of_number(text_, position()));
    return true;
  }

  bool String(const char* decoded, SizeType size, bool /*copy*/) {
    if (depth() == 0) return not_an_object(Kind::kString, position());
    if (armed_ == 0) return true;
    const std::size_t end = closing_quote(text_, position(), size) + 1;
    // RapidJSON lets the second half of a surrogate pair stand alone.
    if (end - position() != size + 2 && !is_valid_utf8({decoded, size})) {
      return refuse(position(), reason(rapidjson::kParseErrorStringUnicodeSurrogateInvalid));
    }
    note(Kind::kString, position(), end);
    return true;
  }

  bool Key(const char* decoded, SizeType size, bool /*copy*/) {
    if (depth() == 1) return outer_name({decoded, size});
    if (depth() == 2 && entered_ != 0) return inner_name({decoded, size});
    return true;
  }

  bool StartObject() {
    if (depth() == 0) scanned_.object.begin = position() - 1;
    return open(Kind::kObject);
  }
  bool StartArray() {
    if (depth() == 0) return not_an_object(Kind::kArray, position() - 1);
    return open(Kind::kArray);
  }
  bool EndObject(SizeType members) {
    close();
    if (depth() == 0) {
      scanned_.members = members;
      scanned_.object.end = position();
    }
    return true;
  }
  bool EndArray(SizeType /*items*/) {
    close();
    return true;
  }

  bool Int(int /*value*/) { return true; }
  bool Uint(unsigned /*value*/) { return true; }
  bool Int64(std::int64_t /*value*/) { return true; }
  bool Uint64(std::uint64_t /*value*/) { return true; }
  bool Double(double /*value*/) { return true; }

 private:
  struct Names {
    std::string_view outer;
    std::string_view inner;
  };

  bool outer_name(std::string_view name) {
    Set same = 0;
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
      if (names_[i].outer == name) same |= Set{1} << i;
    }
    armed_ = same & ~nested_;
    entered_ = same & nested_;
    if ((same & seen_) != 0) return twice(name);
    seen_ |= same;
    return true;
  }

  bool inner_name(std::string_view name) {
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
      const Set bit = Set{1} << i;
      if ((entered_ & bit) == 0 || names_[i].inner != name) continue;
      if (wanted_[i].found) return twice(wanted_[i].path);
      armed_ |= bit;
    }
    return true;
  }

  bool twice(std::string_view name) {
    return refuse(position(), "The member \"" + std::string(name) + "\" stands here twice.");
  }

  bool not_an_object(Kind kind, std::size_t at) {
    return refuse(at, "Expected an object, got " + std::string(kind_name(kind)) + ".");
  }

  bool literal(Kind kind, std::size_t size) {
    if (depth() == 0) return not_an_object(kind, position() - size);
    if (armed_ != 0) note(kind, position() - size, position());
    return true;
  }

  // Fills in what is armed, and disarms it.
  void note(Kind kind, std::size_t begin, std::size_t end) {
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
      if ((armed_ & (Set{1} << i)) == 0) continue;
      wanted_[i].found = true;
      wanted_[i].kind = kind;
      wanted_[i].span = {begin, end};
    }
    armed_ = 0;
  }

  bool open(Kind kind) {
    if (armed_ != 0) {
      open_[depth()] = armed_;
      note(kind, position() - 1, 0);
    }
    return enter();
  }

  void close() {
    leave();
    if (depth() >= open_.size() || open_[depth()] == 0) return;
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
      if ((open_[depth()] & (Set{1} << i)) != 0) wanted_[i].span.end = position();
    }
    open_[depth()] = 0;
  }

  const std::string_view text_;
  const std::span<Wanted> wanted_;
  std::array<Names, kMaxWanted> names_;
  Set nested_ = 0;                // those with two names
  Set seen_ = 0;                  // those whose outer name has stood in the text
  Set entered_ = 0;               // nested ones whose outer name is that of the current member
  Set armed_ = 0;                 // those that the next value belongs to
  std::array<Set, 3> open_ = {};  // by depth: objects and arrays whose end is still to come
  Scanned scanned_;
};

}  // namespace

Padded::Padded(std::string_view text) : text_(text) {
  static_assert(kBytes == kPadding);
  assert(std::all_of(text.data() + text.size(), text.data() + text.size() + kBytes, [](char byte) {
    return byte == '\0';
  }));
}

Result<Scanned> scan(Padded padded, std::span<Wanted> wanted) {
  const std::string_view text = padded.text();
  if (auto failure = precheck(text)) return invalid_json(*failure);
  Stream stream(text.data());
  Finder finder(stream, text, wanted);
  if (auto failure = run(text, stream, finder)) return invalid_json(*failure);
  return finder.scanned();
}

Result<Scanned> scan(std::string_view text, std::span<Wanted> wanted) {
  const PaddedCopy copy(text);
  return scan(Padded(copy.text()), wanted);
}

Status validate(std::string_view text) {
  if (auto failure = precheck(text)) return invalid_json(*failure);
  const PaddedCopy copy(text);
  Stream stream(copy.text().data());
  Checker checker(stream);
  if (auto failure = run(copy.text(), stream, checker)) return invalid_json(*failure);
  return ok();
}

std::string_view string_of(std::string_view text, const Wanted& wanted, std::string& scratch) {
  assert(wanted.is(Kind::kString));
  std::string_view inside = raw_of(text, wanted);
  inside.remove_prefix(1);
  inside.remove_suffix(1);
  if (inside.find('\\') == std::string_view::npos) return inside;
  scratch.clear();
  append_unescaped(scratch, inside);
  return scratch;
}

std::optional<std::int64_t> int_of(std::string_view text, const Wanted& wanted) {
  if (!wanted.is(Kind::kNumber)) return std::nullopt;
  const std::string_view digits = raw_of(text, wanted);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

std::string splice(std::string_view text, Span span, std::string_view replacement) {
  const Pieces pieces = cut(text, span);
  std::string out;
  out.reserve(pieces.before.size() + replacement.size() + pieces.after.size());
  out.append(pieces.before).append(replacement).append(pieces.after);
  return out;
}

Pieces cut(std::string_view text, Span span) {
  assert(span.begin <= span.end && span.end <= text.size());
  return {text.substr(0, span.begin), text.substr(span.end)};
}

}  // namespace patchbay::json
