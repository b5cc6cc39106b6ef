// A JSON value in memory, for reading what is small and seldom: manifests, schemas, error bodies.
//
//   auto manifest = json::parse(text);
//   if (!manifest) return manifest.error();
//   const json::Value* id = manifest->find("id");
//   if (id != nullptr && id->as_string()) ...
//
// Bodies on their way through the proxy are never read like this; see scan.hpp.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/json/kind.hpp"

namespace patchbay::json {

struct Member;

// Owns all it holds. Views and pointers handed out live as long as the value they came from.
class Value {
 public:
  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] bool is(Kind kind) const { return kind_ == kind; }
  [[nodiscard]] bool is_bool() const { return kind_ == Kind::kTrue || kind_ == Kind::kFalse; }

  // The first byte of the value in the text it was parsed from; see position_of().
  [[nodiscard]] std::size_t offset() const { return offset_; }

  // Each of these gives nothing when the value is of another kind.
  [[nodiscard]] std::optional<bool> as_bool() const;
  [[nodiscard]] std::optional<std::string_view> as_string() const;  // without escapes
  [[nodiscard]] std::optional<std::string_view> as_number() const;  // as written: "1.50", "-0"

  // A number written as a whole one that fits: 12, but not 12.0 or 1e3, which are for as_double().
  [[nodiscard]] std::optional<std::int64_t> as_int64() const;

  // The nearest double; nothing where the number is too small for one (1e-400). A number that is
  // too large never gets here: parse() refuses it.
  [[nodiscard]] std::optional<double> as_double() const;

  // The elements of an array; empty for every other kind.
  [[nodiscard]] const std::vector<Value>& items() const { return items_; }

  // The members of an object in the order written, names unique; empty for every other kind.
  [[nodiscard]] const std::vector<Member>& members() const { return members_; }

  // The member's value; nullptr when there is none or this is no object.
  [[nodiscard]] const Value* find(std::string_view name) const;

 private:
  friend class ValueBuilder;

  Kind kind_ = Kind::kNull;
  std::size_t offset_ = 0;
  std::string text_;  // of a string or a number
  std::vector<Value> items_;
  std::vector<Member> members_;
};

struct Member {
  std::string name;
  std::size_t name_offset = 0;  // of its opening quote in the text
  Value value;
};

// Reads one value of any kind, strictly and to a depth of 128, as scan() does; here any name that
// stands twice in one object is refused. Fails with kInvalid and a message for people:
// "Invalid JSON at line 3, column 7 (byte 45): Missing a colon after a member name.".
Result<Value> parse(std::string_view text);

// Both from 1; a column is a character, not a byte.
struct Position {
  int line = 1;
  int column = 1;
};

// Where `offset` lies in `text`, for messages about values that are JSON but not what was wanted.
Position position_of(std::string_view text, std::size_t offset);

}  // namespace patchbay::json
