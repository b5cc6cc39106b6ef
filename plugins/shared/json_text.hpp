// A JSON text with the place of every value in it, for code that moves pieces of one JSON text into
// another: what stands between two quotes upstream can stand between two quotes downstream, without
// being unescaped and escaped again.
//
//   JsonText json;
//   if (!json.parse(frame)) return ...;                       // strict: see parse()
//   for (JsonValue choice : json.root()["choices"].elements()) {
//     JsonValue content = choice["delta"]["content"];
//     if (content.is_string()) emit(content.escaped());       // a view into `frame`
//   }
//
// Looking into what is not there gives a missing value, which is of no kind and holds nothing, so a
// chain of lookups needs one check at its end.
//
// A JsonText may be used for text after text; it keeps its memory, so that the steady state of a
// stream allocates nothing. It refers to the text last parsed, which must live as long as values of
// it are in use. Not thread-safe.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace patchbay::plugins {

enum class JsonKind : std::uint8_t {
  kMissing,
  kNull,
  kFalse,
  kTrue,
  kNumber,
  kString,
  kArray,
  kObject
};

class JsonText;

// One value of a JsonText, or nothing. Cheap to copy.
class JsonValue {
 public:
  class Iterator;
  struct Range;

  JsonValue() = default;

  [[nodiscard]] JsonKind kind() const;
  [[nodiscard]] bool is_string() const { return kind() == JsonKind::kString; }
  [[nodiscard]] bool is_object() const { return kind() == JsonKind::kObject; }
  [[nodiscard]] bool is_array() const { return kind() == JsonKind::kArray; }
  [[nodiscard]] bool is_true() const { return kind() == JsonKind::kTrue; }
  // Whether there is something: neither missing nor null.
  explicit operator bool() const { return kind() > JsonKind::kNull; }

  // The value as it stands in the text; and where it stands there.
  [[nodiscard]] std::string_view raw() const;
  [[nodiscard]] std::size_t offset() const;
  // The value as it stands, but in one line, as a stream of events needs it: a view into the parsed
  // text where it has no line ends, otherwise into `scratch`.
  [[nodiscard]] std::string_view line(std::string& scratch) const;

  // Strings only, otherwise empty. escaped() is the inside of the quotes as it stands; text() is
  // what it says, a view into the parsed text where that has no escapes, otherwise into `scratch`.
  [[nodiscard]] std::string_view escaped() const;
  [[nodiscard]] std::string_view text(std::string& scratch) const;
  [[nodiscard]] std::string string() const;
  // Whether it is a string that says `text`.
  [[nodiscard]] bool says(std::string_view text) const;

  // A whole number, however written (12, 12.0, 1.2e1); nothing for anything else.
  [[nodiscard]] std::optional<std::int64_t> integer() const;
  [[nodiscard]] std::optional<double> number() const;

  // The member of that name; of several the last, as most readers take it. Missing for all but
  // objects.
  JsonValue operator[](std::string_view key) const;
  // The name that this value has as a member; missing for elements and the root.
  [[nodiscard]] JsonValue key() const;
  // The values of an array or object, in order; none for other kinds.
  [[nodiscard]] Range elements() const;
  [[nodiscard]] Range members() const;

 private:
  friend class JsonText;
  JsonValue(const JsonText* json, std::uint32_t node) : json_(json), node_(node) {}

  const JsonText* json_ = nullptr;
  std::uint32_t node_ = 0;
};

class JsonText {
 public:
  // Containers may lie this deep in each other, no deeper: it bounds the stack of the parser.
  static constexpr unsigned kDepthMax = 64;

  // Reads `text`, which must be one JSON value and nothing else, in UTF-8, at most kDepthMax deep.
  // False if it is not; then there is no root and error_offset() says where it went wrong.
  [[nodiscard]] bool parse(std::string_view text);

  [[nodiscard]] JsonValue root() const;
  [[nodiscard]] std::size_t error_offset() const { return error_offset_; }

 private:
  friend class JsonValue;
  friend class JsonValue::Iterator;
  class Recorder;

  // The values in order of their first byte, each container before what is in it, each key before
  // its value.
  struct Node {
    std::uint32_t begin;
    std::uint32_t end;
    std::uint32_t next;  // the node after this one and all that is in it
    JsonKind kind;
    bool is_key;
    bool is_member;    // its key is the node before it
    bool has_escapes;  // a string in which not every byte stands for itself
  };

  std::string_view text_;
  std::vector<Node> nodes_;
  std::size_t error_offset_ = 0;
};

class JsonValue::Iterator {
 public:
  Iterator(const JsonText* json, std::uint32_t node, std::uint32_t past)
      : json_(json), node_(node), past_(past) {
    skip_key();
  }
  JsonValue operator*() const { return {json_, node_}; }
  Iterator& operator++() {
    node_ = json_->nodes_[node_].next;
    skip_key();
    return *this;
  }
  bool operator==(const Iterator& other) const { return node_ == other.node_; }

 private:
  // Not beyond the end: the node there may be a key of the container around this one.
  void skip_key() {
    if (node_ < past_ && json_->nodes_[node_].is_key) ++node_;
  }
  const JsonText* json_;
  std::uint32_t node_;
  std::uint32_t past_;
};

struct JsonValue::Range {
  Iterator first;
  Iterator last;
  [[nodiscard]] Iterator begin() const { return first; }
  [[nodiscard]] Iterator end() const { return last; }
  [[nodiscard]] bool empty() const { return first == last; }
};

// Appends `text` as the inside of a JSON string (append_escaped) or with its quotes
// (append_quoted).
void append_escaped(std::string& out, std::string_view text);
void append_quoted(std::string& out, std::string_view text);

// What the inside of a JSON string says. REQUIRES: `escaped` comes from a parsed text.
void append_unescaped(std::string& out, std::string_view escaped);

}  // namespace patchbay::plugins
