#include "core/settings/yaml_reader.hpp"

#include <cstddef>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

namespace patchbay::settings {
namespace {

using Kind = ConfigValue::Kind;

// Builds the tree from the parser's events. The events and not YAML::Node, because a Node no longer
// knows about anchors, quotes, repeated keys and further documents, which are refused here.
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(const SourceText& source, Report& report) : source_(source), report_(report) {}

  [[nodiscard]] bool complete() const { return complete_; }
  [[nodiscard]] bool has_quote_problem() const { return quote_problem_; }
  // Whether the parser gave up on the document before the file ended.
  [[nodiscard]] bool lost_text() const { return lost_text_; }
  ConfigValue take() { return std::move(root_); }

  // The byte at which the innermost `[` or `{` still open stands; npos without one.
  [[nodiscard]] std::size_t open_bracket() const {
    for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame) {
      if (frame->offset >= source_.text().size()) continue;
      const char first = source_.text()[frame->offset];
      if (first == '[' || first == '{') return frame->offset;
    }
    return std::string::npos;
  }

  void OnDocumentStart(const YAML::Mark& mark) override {
    ++documents_;
    if (documents_ == 2) report_second_document(offset_of(mark));
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    ConfigValue value;
    // The parser puts an absent value where the next thing begins, often a line too far.
    const bool absent = !frames_.empty() && frames_.back().pending && !is_written_null(mark);
    value.origin = absent ? frames_.back().pending->key_origin : origin_of(mark);
    add(std::move(value));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    if (documents_ == 1) report_.problem(origin_of(mark), path(), kNoAliases);
    ConfigValue value;
    value.origin = origin_of(mark);
    add(std::move(value));
  }

  void OnAnchor(const YAML::Mark& mark, const std::string& /*name*/) override {
    if (documents_ == 1) report_.problem(origin_of(mark), path(), kNoAliases);
  }

  void OnScalar(const YAML::Mark& mark,
                const std::string& tag,
                YAML::anchor_t /*anchor*/,
                const std::string& text) override {
    if (documents_ > 1) return;
    check_tag(mark, tag);
    check_quotes(mark);
    ConfigValue value;
    value.kind = Kind::kScalar;
    value.text = text;
    value.quoted = tag != "?";
    value.origin = origin_of(mark);
    add(std::move(value));
  }

  void OnSequenceStart(const YAML::Mark& mark,
                       const std::string& tag,
                       YAML::anchor_t /*anchor*/,
                       YAML::EmitterStyle::value /*style*/) override {
    open(mark, tag, Kind::kList);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark,
                  const std::string& tag,
                  YAML::anchor_t /*anchor*/,
                  YAML::EmitterStyle::value /*style*/) override {
    open(mark, tag, Kind::kMap);
  }
  void OnMapEnd() override { close(); }

  static constexpr const char* kNoAliases =
      "anchors (&name) and aliases (*name) are not supported: write the value again;"
      " a name or value that begins with * or & belongs in quotes";

 private:
  struct Frame {
    ConfigValue value;
    std::size_t offset = 0;
    std::optional<ConfigValue::Member> pending;  // in a map: the key whose value comes next
    std::map<std::string, int> keys;             // with the line each was first given in
  };

  [[nodiscard]] static std::size_t offset_of(const YAML::Mark& mark) {
    return mark.pos < 0 ? 0 : static_cast<std::size_t>(mark.pos);
  }
  [[nodiscard]] Origin origin_of(const YAML::Mark& mark) const {
    return source_.at(offset_of(mark));
  }

  [[nodiscard]] bool is_written_null(const YAML::Mark& mark) const {
    const std::string_view rest = std::string_view(source_.text()).substr(offset_of(mark));
    return rest.starts_with('~') || rest.starts_with("null") || rest.starts_with("Null") ||
           rest.starts_with("NULL");
  }

  // The dotted path of the value that the next event belongs to.
  [[nodiscard]] std::string path() const {
    std::string out;
    for (const Frame& frame : frames_) {
      if (frame.value.kind == Kind::kList) {
        out = path_to(out, frame.value.items.size());
      } else if (frame.pending) {
        out = path_to(out, frame.pending->key);
      }
    }
    return out;
  }

  void check_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag == "?" || tag == "!") return;
    report_.problem(origin_of(mark), path(), "tags (!name) are not supported: leave it out");
  }

  // yaml-cpp takes the end of the file for a closing quote.
  void check_quotes(const YAML::Mark& mark) {
    const std::string& text = source_.text();
    std::size_t at = offset_of(mark);
    if (at >= text.size()) return;
    const char quote = text[at];
    if (quote != '"' && quote != '\'') return;
    for (++at; at < text.size(); ++at) {
      if (quote == '"' && text[at] == '\\') {
        ++at;
      } else if (text[at] == quote) {
        if (quote == '"' || at + 1 >= text.size() || text[at + 1] != quote) return;
        ++at;  // a doubled single quote stands for one
      }
    }
    quote_problem_ = true;
    report_.problem(origin_of(mark), path(), "this quote is never closed");
  }

  void report_second_document(std::size_t offset) {
    const std::string_view before = std::string_view(source_.text()).substr(0, offset);
    const bool marked = std::string_view(source_.text()).substr(offset).starts_with("---") ||
                        before.find("\n...") != std::string_view::npos;
    lost_text_ = !marked;
    report_.problem(source_.at(offset),
                    "",
                    marked ? "a second document begins here: one file holds one configuration"
                           : "this does not belong to what stands above it: check the indentation");
  }

  void open(const YAML::Mark& mark, const std::string& tag, Kind kind) {
    if (documents_ > 1) return;
    check_tag(mark, tag);
    Frame frame;
    frame.value.kind = kind;
    frame.value.origin = origin_of(mark);
    frame.offset = offset_of(mark);
    frames_.push_back(std::move(frame));
  }

  void close() {
    if (documents_ > 1) return;
    ConfigValue value = std::move(frames_.back().value);
    frames_.pop_back();
    add(std::move(value));
  }

  void add(ConfigValue value) {
    if (documents_ > 1) return;
    if (frames_.empty()) {
      root_ = std::move(value);
      complete_ = true;
      return;
    }
    Frame& frame = frames_.back();
    if (frame.value.kind == Kind::kList) {
      frame.value.items.push_back(std::move(value));
    } else if (!frame.pending) {
      take_key(frame, std::move(value));
    } else {
      frame.pending->value = std::move(value);
      const bool usable = frame.pending->key_origin.line > 0;
      if (usable) frame.value.members.push_back(std::move(*frame.pending));
      frame.pending.reset();
    }
  }

  // A key that cannot be used still takes its value with it: its origin is left empty as the mark.
  void take_key(Frame& frame, ConfigValue key) {
    const std::string where = path();
    frame.pending.emplace();
    frame.pending->key = key.text;
    if (key.kind != Kind::kScalar) {
      report_.problem(
          key.origin, where, "a key must be text; a value with { or [ belongs in quotes");
    } else if (key.text == "<<" && !key.quoted) {
      report_.problem(
          key.origin, where, "merge keys (<<) are not supported: write the settings again");
    } else if (key.text.find("${") != std::string::npos) {
      report_.problem(key.origin, where, "a variable can stand in a value, not in a key");
    } else if (const auto [first, added] = frame.keys.try_emplace(key.text, key.origin.line);
               !added) {
      report_.problem(key.origin,
                      path_to(where, key.text),
                      "is given twice, first in line " + std::to_string(first->second));
    } else {
      frame.pending->key_origin = key.origin;
    }
  }

  const SourceText& source_;
  Report& report_;
  std::vector<Frame> frames_;
  ConfigValue root_;
  int documents_ = 0;
  bool complete_ = false;
  bool quote_problem_ = false;
  bool lost_text_ = false;
};

bool is_at(std::string_view text, std::size_t offset, std::string_view what) {
  return offset < text.size() && text.substr(offset).starts_with(what);
}

// The parser's message in words that say what to do; where it means the opening bracket, `offset`
// is moved there.
std::string explained(const SourceText& source,
                      const TreeBuilder& tree,
                      const std::string& message,
                      std::size_t& offset) {
  const std::string& text = source.text();
  // Inside of `{ ... }` a plain value ends at the brace of ${...}, which the parser then trips
  // over.
  if (offset > 0 && is_at(text, offset - 1, "${")) {
    --offset;
    return "inside { ... } or [ ... ] a value with ${...} belongs in quotes";
  }
  if (is_at(text, offset, "*") || is_at(text, offset, "&")) return TreeBuilder::kNoAliases;
  if (message.starts_with("end of map flow") || message.starts_with("end of sequence flow")) {
    const std::size_t bracket = tree.open_bracket();
    if (bracket == std::string::npos) return "a bracket is never closed";
    offset = bracket;
    return std::string("this ") + text[bracket] +
           " is never closed, or something after it lacks a comma or quotes";
  }
  if (message.starts_with("illegal map value")) {
    return "a \":\" does not belong here: put a text that holds one in quotes, or check the "
           "indentation";
  }
  if (message.starts_with("end of map not") || message.starts_with("end of sequence not")) {
    return "this does not belong to what stands above it: check the indentation and the quotes";
  }
  if (message.starts_with("illegal flow end")) {
    const std::size_t bracket = tree.open_bracket();
    if (bracket == std::string::npos) return "nothing is open that this bracket could close";
    const Origin opened = source.at(bracket);
    return std::string("this does not close the ") + text[bracket] + " of line " +
           std::to_string(opened.line) + ", column " + std::to_string(opened.column);
  }
  if (message.starts_with("illegal EOF in scalar")) return "the file ends inside of a quoted text";
  if (message.starts_with("illegal block entry")) return "a list item (- ) begins on its own line";
  if (message.starts_with("unknown token")) return "a text that begins like this belongs in quotes";
  if (message.starts_with("unknown escape")) {
    return "in double quotes a backslash begins an escape: write \\\\, or use single quotes";
  }
  return "not valid YAML: " + message;
}

}  // namespace

std::optional<ConfigValue> read_yaml(const SourceText& source, Report& report) {
  TreeBuilder tree(source, report);
  try {
    std::istringstream stream(source.text());
    YAML::Parser parser(stream);
    // The second turn finds what stands outside of the first document; it has been told by then.
    if (parser.HandleNextDocument(tree)) parser.HandleNextDocument(tree);
  } catch (const YAML::Exception& error) {
    // After a quote that swallowed the rest of the file, the parser's complaint is about nothing.
    if (!tree.has_quote_problem()) {
      std::size_t offset = error.mark.pos < 0 ? 0 : static_cast<std::size_t>(error.mark.pos);
      std::string message = explained(source, tree, error.msg, offset);
      report.problem(source.at(offset), "", std::move(message));
    }
    return std::nullopt;
  }
  ConfigValue root = tree.take();
  // What the rest would have said is not known, and so nothing can be called missing.
  if (tree.lost_text() && root.kind == Kind::kMap) return std::nullopt;
  if (!tree.complete() || root.kind == Kind::kNull) {
    if (report.clean()) report.problem(source.at(0), "", "the file is empty");
    return std::nullopt;
  }
  return root;
}

}  // namespace patchbay::settings
