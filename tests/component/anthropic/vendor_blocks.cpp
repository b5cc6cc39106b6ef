#include <algorithm>
#include <set>

#include "tests/component/anthropic/vendor_rules.hpp"

namespace patchbay::testing {
namespace {

using json::Kind;
using json::Value;

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == text.npos;
}

void check_cache(const Value& block, const std::string& where, RuleBook& book) {
  const Value* cache = block.find("cache_control");
  if (cache == nullptr) return;
  book.object(cache, where + ".cache_control", {"type"}, {"ttl"});
  if (text_of(cache, "type") != "ephemeral") book.broken(where, "a cache of an unknown type");
}

void check_source(const Value& block, bool image, const std::string& where, RuleBook& book) {
  const Value* source = block.find("source");
  const std::string type = text_of(source, "type");
  if (type == "url") {
    book.object(source, where + ".source", {"type", "url"}, {});
    if (!text_of(source, "url").starts_with("http")) book.broken(where, "no URL of the web");
    return;
  }
  book.object(source, where + ".source", {"type", "media_type", "data"}, {});
  if (text_of(source, "data").empty()) book.broken(where, "no data");
  const std::string mime = text_of(source, "media_type");
  static const std::set<std::string> kImages{"image/jpeg", "image/png", "image/gif", "image/webp"};
  const bool good = image ? type == "base64" && kImages.contains(mime)
                          : (type == "base64" && mime == "application/pdf") ||
                                (type == "text" && mime == "text/plain");
  if (!good) book.broken(where, "a source of the type " + type + ", " + mime);
}

void check_text(const Value& block, const std::string& where, RuleBook& book) {
  book.object(&block, where, {"type", "text"}, {"cache_control"});
  if (is_blank(text_of(&block, "text"))) book.broken(where, "a text block without a text");
}

void check_result(const Value& block, const std::string& where, RuleBook& book) {
  book.object(&block, where, {"type", "tool_use_id"}, {"content", "is_error", "cache_control"});
  const Value* content = block.find("content");
  if (content == nullptr) return;
  for (const Value& part : content->items()) {
    const std::string type = text_of(&part, "type");
    if (type != "text" && type != "image" && type != "document") {
      book.broken(where, "a result with a block of the type " + type);
    }
  }
  check_blocks(*content, "user", where + ".content", book);
}

void check_call(const Value& block, const std::string& where, RuleBook& book) {
  book.object(&block, where, {"type", "id", "name", "input"}, {"cache_control"});
  if (!is_id(text_of(&block, "id"))) book.broken(where, "an id with letters it must not have");
  if (!is_id(text_of(&block, "name"))) book.broken(where, "a name with letters it must not have");
  const Value* input = block.find("input");
  if (input == nullptr || !input->is(Kind::kObject)) book.broken(where, "input is no object");
}

void check_thinking(const Value& block, const std::string& where, RuleBook& book) {
  const bool redacted = text_of(&block, "type") == "redacted_thinking";
  if (redacted) {
    book.object(&block, where, {"type", "data"}, {});
    if (text_of(&block, "data").empty()) book.broken(where, "redacted thinking without data");
    return;
  }
  book.object(&block, where, {"type", "thinking", "signature"}, {});
  if (text_of(&block, "signature").empty()) book.broken(where, "thinking without a signature");
}

}  // namespace

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 128 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
           c == '-';
  });
}

std::string text_of(const Value* value, std::string_view name) {
  const Value* found = value == nullptr ? nullptr : value->find(name);
  return found == nullptr ? "" : std::string(found->as_string().value_or(""));
}

int cache_marks(const Value& value) {
  int marks = 0;
  for (const Value& item : value.items())
    marks += cache_marks(item);
  for (const json::Member& member : value.members())
    marks += (member.name == "cache_control" ? 1 : 0) + cache_marks(member.value);
  return marks;
}

bool RuleBook::object(const Value* value,
                      const std::string& where,
                      const std::vector<std::string_view>& required,
                      const std::vector<std::string_view>& allowed) {
  const std::size_t before = broken_.size();
  if (value == nullptr || !value->is(Kind::kObject)) {
    broken(where, "is no object");
    return false;
  }
  for (const std::string_view name : required) {
    if (value->find(name) == nullptr) broken(where, std::string(name) + " is missing");
  }
  for (const json::Member& member : value->members()) {
    const auto has = [&](const std::vector<std::string_view>& names) {
      return std::find(names.begin(), names.end(), member.name) != names.end();
    };
    if (!has(required) && !has(allowed)) broken(where, member.name + " is not known");
  }
  return broken_.size() == before;
}

void check_blocks(const Value& content,
                  std::string_view role,
                  const std::string& where,
                  RuleBook& book) {
  if (content.items().empty()) book.broken(where, "is no list of blocks, or an empty one");
  bool only_results = true;
  bool only_thinking = true;
  std::size_t index = 0;
  for (const Value& block : content.items()) {
    const std::string at = where + "[" + std::to_string(index++) + "]";
    const std::string type = text_of(&block, "type");
    const bool thinking = type == "thinking" || type == "redacted_thinking";
    check_cache(block, at, book);
    if (type == "text") {
      check_text(block, at, book);
    } else if (role == "user" && (type == "image" || type == "document")) {
      book.object(&block, at, {"type", "source"}, {"title", "cache_control"});
      check_source(block, type == "image", at, book);
    } else if (role == "user" && type == "tool_result") {
      if (!only_results) book.broken(at, "a tool's result behind something else");
      check_result(block, at, book);
    } else if (role == "assistant" && type == "tool_use") {
      check_call(block, at, book);
    } else if (role == "assistant" && thinking) {
      if (!only_thinking) book.broken(at, "thinking behind something else");
      check_thinking(block, at, book);
    } else {
      book.broken(at, "a block of the type '" + type + "' said by the " + std::string(role));
    }
    only_results = only_results && type == "tool_result";
    only_thinking = only_thinking && thinking;
  }
  if (role == "assistant" && only_thinking) book.broken(where, "nothing but thinking");
}

}  // namespace patchbay::testing
