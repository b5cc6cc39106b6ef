#include "core/json/value.hpp"

#include <algorithm>
#include <charconv>
#include <unordered_set>
#include <utility>

#include "core/json/reader.hpp"
#include "core/json/text.hpp"
#include "core/json/utf8.hpp"

namespace patchbay::json {

// Builds the tree from the parser's events. Not in a nameless namespace only because it is
// Value's friend.
class ValueBuilder : public HandlerBase {
 public:
  using HandlerBase::HandlerBase;

  Value take_root() { return std::move(root_); }

  bool Null() { return literal(Kind::kNull, 4); }
  bool Bool(bool value) { return value ? literal(Kind::kTrue, 4) : literal(Kind::kFalse, 5); }
  bool RawNumber(const char* digits, rapidjson::SizeType size, bool /*copy*/) {
    return add(make(Kind::kNumber, position(), {digits, size}));
  }
  bool String(const char* text, rapidjson::SizeType size, bool /*copy*/) {
    return is_whole({text, size}) && add(make(Kind::kString, position(), {text, size}));
  }

  bool Key(const char* text, rapidjson::SizeType size, bool /*copy*/) {
    const std::string_view name(text, size);
    if (!is_whole(name)) return false;
    Open& object = open_.back();
    if (!object.names.emplace(name).second) {
      return refuse(position(), "The member \"" + std::string(name) + "\" stands here twice.");
    }
    object.value.members_.push_back(Member{std::string(name), position(), {}});
    return true;
  }

  bool StartObject() { return begin(Kind::kObject); }
  bool StartArray() { return begin(Kind::kArray); }
  bool EndObject(rapidjson::SizeType /*members*/) { return end(); }
  bool EndArray(rapidjson::SizeType /*items*/) { return end(); }

  // Numbers come as RawNumber(); RapidJSON's reader names these all the same.
  bool Int(int /*value*/) { return true; }
  bool Uint(unsigned /*value*/) { return true; }
  bool Int64(std::int64_t /*value*/) { return true; }
  bool Uint64(std::uint64_t /*value*/) { return true; }
  bool Double(double /*value*/) { return true; }

 private:
  // An object or array whose end is still to come.
  struct Open {
    Value value;
    std::unordered_set<std::string> names;
  };

  static Value make(Kind kind, std::size_t offset, std::string_view text = {}) {
    Value value;
    value.kind_ = kind;
    value.offset_ = offset;
    value.text_ = text;
    return value;
  }

  // RapidJSON lets the second half of a surrogate pair stand alone, which makes no character.
  bool is_whole(std::string_view decoded) {
    if (is_valid_utf8(decoded)) return true;
    return refuse(position(), reason(rapidjson::kParseErrorStringUnicodeSurrogateInvalid));
  }

  bool literal(Kind kind, std::size_t size) { return add(make(kind, position() - size)); }

  bool begin(Kind kind) {
    open_.push_back(Open{make(kind, position() - 1), {}});
    return enter();
  }

  bool end() {
    leave();
    Value value = std::move(open_.back().value);
    open_.pop_back();
    return add(std::move(value));
  }

  bool add(Value value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (Value& parent = open_.back().value; parent.kind_ == Kind::kArray) {
      parent.items_.push_back(std::move(value));
    } else {
      parent.members_.back().value = std::move(value);
    }
    return true;
  }

  Value root_;
  std::vector<Open> open_;
};

namespace {

Error invalid_at(std::string_view text, const Failure& failure) {
  const Position position = position_of(text, failure.offset);
  return make_error(ErrorCode::kInvalid,
                    "Invalid JSON at line " + std::to_string(position.line) + ", column " +
                        std::to_string(position.column) + " (byte " +
                        std::to_string(failure.offset) + "): " + failure.what);
}

template <typename Number>
std::optional<Number> number_from(std::string_view digits) {
  Number value{};
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<bool> Value::as_bool() const {
  if (!is_bool()) return std::nullopt;
  return kind_ == Kind::kTrue;
}

std::optional<std::string_view> Value::as_string() const {
  if (kind_ != Kind::kString) return std::nullopt;
  return text_;
}

std::optional<std::string_view> Value::as_number() const {
  if (kind_ != Kind::kNumber) return std::nullopt;
  return text_;
}

std::optional<std::int64_t> Value::as_int64() const {
  if (kind_ != Kind::kNumber) return std::nullopt;
  return number_from<std::int64_t>(text_);
}

std::optional<double> Value::as_double() const {
  if (kind_ != Kind::kNumber) return std::nullopt;
  return number_from<double>(text_);
}

const Value* Value::find(std::string_view name) const {
  for (const Member& member : members_) {
    if (member.name == name) return &member.value;
  }
  return nullptr;
}

Result<Value> parse(std::string_view text) {
  if (auto failure = precheck(text)) return invalid_at(text, *failure);
  const PaddedCopy copy(text);
  Stream stream(copy.text().data());
  ValueBuilder builder(stream);
  if (auto failure = run(copy.text(), stream, builder)) return invalid_at(text, *failure);
  return builder.take_root();
}

Position position_of(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  const std::string_view line = before.substr(line_start);
  const auto starts_character = [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
  };
  return {static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1,
          static_cast<int>(std::count_if(line.begin(), line.end(), starts_character)) + 1};
}

}  // namespace patchbay::json
