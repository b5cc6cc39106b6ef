#include "plugins/shared/json_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include <rapidjson/allocators.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

namespace patchbay::plugins {
namespace {

// Between two values there can only be white space, a comma or a colon.
bool between_values(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ',' || c == ':';
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return (c | 0x20) - 'a' + 10;
}

unsigned hex4(std::string_view digits) {
  unsigned value = 0;
  for (const char c : digits.substr(0, 4))
    value = value * 16 + static_cast<unsigned>(hex_digit(c));
  return value;
}

void append_utf8(std::string& out, unsigned code) {
  const auto put = [&out](unsigned byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | (code >> 6));
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | (code >> 18));
    put(0x80 | ((code >> 12) & 0x3F));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

}  // namespace

// RapidJSON checks the grammar and tells what it meets; the recorder notes where that stands. The
// reader's callbacks come after a value was read, so its end is the stream's place and its
// beginning the first byte after the end of what came before that separates no values.
class JsonText::Recorder : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Recorder> {
 public:
  Recorder(JsonText& json, const rapidjson::MemoryStream& stream) : json_(json), stream_(stream) {}

  bool Null() { return add(JsonKind::kNull); }
  bool Bool(bool value) { return add(value ? JsonKind::kTrue : JsonKind::kFalse); }
  bool RawNumber(const char*, rapidjson::SizeType, bool) { return add(JsonKind::kNumber); }
  bool String(const char*, rapidjson::SizeType length, bool) {
    add(JsonKind::kString);
    Node& node = json_.nodes_.back();
    node.has_escapes =
        node.end - node.begin != length + 2;  // every escape is longer than its meaning
    return true;
  }
  bool Key(const char* text, rapidjson::SizeType length, bool copy) {
    String(text, length, copy);
    json_.nodes_.back().is_key = true;
    return true;
  }
  bool StartObject() { return open(JsonKind::kObject); }
  bool StartArray() { return open(JsonKind::kArray); }
  bool EndObject(rapidjson::SizeType) { return close(); }
  bool EndArray(rapidjson::SizeType) { return close(); }

 private:
  bool add(JsonKind kind) {
    std::uint32_t begin = end_;
    while (between_values(json_.text_[begin]))
      ++begin;
    end_ = static_cast<std::uint32_t>(stream_.Tell());
    const auto next = static_cast<std::uint32_t>(json_.nodes_.size() + 1);
    const bool is_member = !json_.nodes_.empty() && json_.nodes_.back().is_key;
    json_.nodes_.push_back({begin, end_, next, kind, false, is_member, false});
    return true;
  }
  bool open(JsonKind kind) {
    if (depth_ == kDepthMax) return false;
    add(kind);
    open_[depth_++] = static_cast<std::uint32_t>(json_.nodes_.size() - 1);
    return true;
  }
  bool close() {
    Node& container = json_.nodes_[open_[--depth_]];
    end_ = static_cast<std::uint32_t>(stream_.Tell());
    container.end = end_;
    container.next = static_cast<std::uint32_t>(json_.nodes_.size());
    return true;
  }

  JsonText& json_;
  const rapidjson::MemoryStream& stream_;
  std::uint32_t end_ = 0;  // of what was read last
  unsigned depth_ = 0;
  std::uint32_t open_[kDepthMax] = {};
};

bool JsonText::parse(std::string_view text) {
  text_ = text;
  nodes_.clear();
  error_offset_ = 0;
  if (text.empty() || text.size() > std::numeric_limits<std::uint32_t>::max()) return false;

  // The reader's own stack starts in this buffer, so only a long string makes it allocate.
  alignas(std::max_align_t) char buffer[4096];
  using Pool = rapidjson::MemoryPoolAllocator<>;
  Pool pool(buffer, sizeof buffer);
  rapidjson::GenericReader<rapidjson::UTF8<>, rapidjson::UTF8<>, Pool> reader(&pool, 2048);

  rapidjson::MemoryStream stream(text.data(), text.size());
  Recorder recorder(*this, stream);
  constexpr unsigned kFlags =
      rapidjson::kParseValidateEncodingFlag | rapidjson::kParseNumbersAsStringsFlag;
  const rapidjson::ParseResult result = reader.Parse<kFlags>(stream, recorder);
  // A NUL byte ends RapidJSON's reading as the end of the text does, so the place is looked at too.
  if (!result.IsError() && stream.Tell() == text.size()) return true;
  error_offset_ = result.IsError() ? result.Offset() : stream.Tell();
  nodes_.clear();
  return false;
}

JsonValue JsonText::root() const {
  return nodes_.empty() ? JsonValue() : JsonValue(this, 0);
}

JsonKind JsonValue::kind() const {
  return json_ == nullptr ? JsonKind::kMissing : json_->nodes_[node_].kind;
}

std::string_view JsonValue::raw() const {
  if (json_ == nullptr) return {};
  const JsonText::Node& node = json_->nodes_[node_];
  return json_->text_.substr(node.begin, node.end - node.begin);
}

std::size_t JsonValue::offset() const {
  return json_ == nullptr ? 0 : json_->nodes_[node_].begin;
}

// Inside of strings there are no raw line ends, so all of them are white space.
std::string_view JsonValue::line(std::string& scratch) const {
  const std::string_view text = raw();
  if (text.find_first_of("\r\n") == text.npos) return text;
  scratch.clear();
  for (const char c : text) {
    if (c != '\r' && c != '\n') scratch.push_back(c);
  }
  return scratch;
}

std::string_view JsonValue::escaped() const {
  if (!is_string()) return {};
  const std::string_view quoted = raw();
  return quoted.substr(1, quoted.size() - 2);
}

std::string_view JsonValue::text(std::string& scratch) const {
  const std::string_view inside = escaped();
  if (inside.empty() || !json_->nodes_[node_].has_escapes) return inside;
  scratch.clear();
  append_unescaped(scratch, inside);
  return scratch;
}

std::string JsonValue::string() const {
  std::string scratch;
  return std::string(text(scratch));
}

bool JsonValue::says(std::string_view text) const {
  if (!is_string()) return false;
  return json_->nodes_[node_].has_escapes ? string() == text : escaped() == text;
}

std::optional<std::int64_t> JsonValue::integer() const {
  if (kind() != JsonKind::kNumber) return std::nullopt;
  const std::string_view digits = raw();
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error == std::errc() && end == digits.data() + digits.size()) return value;
  const std::optional<double> real = number();
  constexpr double kExact = 9007199254740992.0;  // 2^53: whole numbers beyond it are not all there
  if (!real || std::abs(*real) > kExact || *real != std::trunc(*real)) return std::nullopt;
  return static_cast<std::int64_t>(*real);
}

std::optional<double> JsonValue::number() const {
  if (kind() != JsonKind::kNumber) return std::nullopt;
  const std::string_view digits = raw();
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

JsonValue JsonValue::operator[](std::string_view key) const {
  if (!is_object()) return {};
  const std::vector<JsonText::Node>& nodes = json_->nodes_;
  const std::uint32_t past = nodes[node_].next;
  JsonValue found;
  for (std::uint32_t at = node_ + 1; at != past; at = nodes[at + 1].next) {
    const JsonText::Node& name = nodes[at];
    const bool same_size = name.end - name.begin == key.size() + 2;
    if (name.has_escapes ? JsonValue(json_, at).says(key)
                         : same_size && json_->text_.substr(name.begin + 1, key.size()) == key) {
      found = {json_, at + 1};
    }
  }
  return found;
}

JsonValue JsonValue::key() const {
  if (json_ == nullptr || !json_->nodes_[node_].is_member) return {};
  return {json_, node_ - 1};
}

JsonValue::Range JsonValue::elements() const {
  if (!is_array() && !is_object()) return {{nullptr, 0, 0}, {nullptr, 0, 0}};
  const std::uint32_t past = json_->nodes_[node_].next;
  return {{json_, node_ + 1, past}, {json_, past, past}};
}

JsonValue::Range JsonValue::members() const {
  return elements();
}

void append_escaped(std::string& out, std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20) {
      out += "\\u00";
      out.push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 0x0F]);
    } else {
      out.push_back(c);
    }
  }
}

void append_quoted(std::string& out, std::string_view text) {
  out.push_back('"');
  append_escaped(out, text);
  out.push_back('"');
}

void append_unescaped(std::string& out, std::string_view escaped) {
  while (!escaped.empty()) {
    const std::size_t plain = std::min(escaped.find('\\'), escaped.size());
    out.append(escaped.substr(0, plain));
    escaped.remove_prefix(plain);
    if (escaped.size() < 2) return;
    const char c = escaped[1];
    escaped.remove_prefix(2);
    if (c != 'u') {
      constexpr std::string_view kNames = "bfnrt";
      constexpr std::string_view kMeant = "\b\f\n\r\t";
      const std::size_t at = kNames.find(c);
      out.push_back(at == kNames.npos ? c : kMeant[at]);
      continue;
    }
    unsigned code = hex4(escaped);
    escaped.remove_prefix(std::min<std::size_t>(4, escaped.size()));
    if (code >= 0xD800 && code < 0xDC00 && escaped.size() >= 6) {  // the first half of a pair
      code = 0x10000 + ((code - 0xD800) << 10) + (hex4(escaped.substr(2)) - 0xDC00);
      escaped.remove_prefix(6);
    }
    append_utf8(out, code);
  }
}

}  // namespace patchbay::plugins
