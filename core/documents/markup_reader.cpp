#include "core/documents/markup_reader.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>

#include "core/documents/code_point.hpp"
#include "core/documents/html_text.hpp"

namespace patchbay::documents {
namespace {

constexpr std::size_t kNowhere = std::string_view::npos;
constexpr std::uint32_t kReplacement = 0xFFFD;
constexpr std::uint32_t kNoBreakSpace = 0xA0;
constexpr std::size_t kNameMax = 48;  // of what could be a character's name or an element's

bool has(std::span<const std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n';
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Writes text with the blanks that a page shows: runs of them as one, lines where elements end.
class Page {
 public:
  void add(std::string_view piece) {
    for (const char c : piece)
      add(c);
  }
  void add(char c) {
    if (preformatted && c == '\n') {
      if (!text_.empty()) text_ += '\n';
    } else if (is_blank(c) && !preformatted) {
      blank_ = true;
    } else {
      separate();
      text_ += c;
    }
  }
  void end_line() { wanted_ = std::max<std::size_t>(wanted_, 1); }
  void end_paragraph() { wanted_ = 2; }
  void end_cell() { blank_ = true; }

  std::string take() { return std::move(text_); }

  bool preformatted = false;

 private:
  void separate() {
    std::size_t ends = 0;
    while (ends < text_.size() && ends < wanted_ && text_[text_.size() - 1 - ends] == '\n')
      ++ends;
    if (!text_.empty()) {
      if (blank_ && wanted_ == 0 && text_.back() != '\n') text_ += ' ';
      text_.append(wanted_ - ends, '\n');
    }
    wanted_ = 0;
    blank_ = false;
  }

  std::string text_;
  std::size_t wanted_ = 0;  // line ends before the next word
  bool blank_ = false;
};

class Reader {
 public:
  Reader(std::string_view markup, const Vocabulary& words) : words_(words), rest_(markup) {}

  std::string read() {
    while (!rest_.empty()) {
      if (rest_.front() == '<') {
        take_markup();
      } else {
        const std::string_view piece = rest_.substr(0, std::min(rest_.find('<'), rest_.size()));
        if (words_.xml && is_layout(piece)) {
          rest_.remove_prefix(piece.size());
        } else {
          take_text(piece);
        }
      }
    }
    return page_.take();
  }

 private:
  // Whoever writes XML may break lines between elements.
  static bool is_layout(std::string_view piece) {
    return piece.find('\n') != kNowhere && piece.find_first_not_of(" \t\n") == kNowhere;
  }

  // `piece` is the beginning of what is left, which goes on behind it.
  void take_text(std::string_view piece) {
    rest_.remove_prefix(piece.size());
    while (!piece.empty()) {
      const std::size_t at = std::min(piece.find('&'), piece.size());
      page_.add(piece.substr(0, at));
      piece.remove_prefix(at);
      if (!piece.empty()) take_reference(piece);
    }
  }

  // "&amp;", "&#160;", "&#xA0;", or an ampersand that means itself.
  void take_reference(std::string_view& piece) {
    std::size_t end = 1;
    const bool numeric = piece.size() > 1 && piece[1] == '#';
    if (numeric) ++end;
    const bool hex = numeric && end < piece.size() && (piece[end] == 'x' || piece[end] == 'X');
    if (hex) ++end;
    const std::size_t begin = end;
    while (end < piece.size() && end < kNameMax && (is_letter(piece[end]) || is_digit(piece[end])))
      ++end;
    const std::string_view name = piece.substr(begin, end - begin);
    const std::uint32_t point = numeric ? number_of(name, hex) : named_character(name);
    if (point == 0) {
      page_.add('&');
      piece.remove_prefix(1);
      return;
    }
    if (end < piece.size() && piece[end] == ';') ++end;
    piece.remove_prefix(end);
    std::string character;
    append_code_point(character, point == kNoBreakSpace ? ' ' : point);
    page_.add(character);
  }

  static std::uint32_t number_of(std::string_view digits, bool hex) {
    std::uint32_t point = 0;
    for (const char c : digits) {
      if (!is_digit(c) && !(hex && std::isxdigit(static_cast<unsigned char>(c)) != 0)) return 0;
      const int digit = is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10;
      point = std::min<std::uint32_t>(point * (hex ? 16 : 10) + static_cast<std::uint32_t>(digit),
                                      0x110000);
    }
    const bool character = point < 0xD800 || (point >= 0xE000 && point <= 0x10FFFF);
    if (digits.empty()) return 0;
    if (!character || (point < 0x20 && point != '\t' && point != '\n') || point == 0x7F) {
      return kReplacement;
    }
    return point;
  }

  void take_markup() {
    if (rest_.starts_with("<!--")) return skip_behind("-->", 4);
    if (rest_.starts_with("<![CDATA[")) return skip_behind("]]>", 9);
    const char next = rest_.size() > 1 ? rest_[1] : '\0';
    if (next == '!' || next == '?') return skip_behind(">", 2);
    const bool closing = next == '/';
    const char first = closing && rest_.size() > 2 ? rest_[2] : next;
    if (!is_letter(first)) {
      if (closing) return skip_behind(">", 2);  // no element's end: browsers take it for a comment
      return take_text(rest_.substr(0, 1));
    }
    rest_.remove_prefix(closing ? 2 : 1);
    take_tag(closing);
  }

  void take_tag(bool closing) {
    std::size_t end = 0;
    while (end < rest_.size() && !is_blank(rest_[end]) && rest_[end] != '>' && rest_[end] != '/')
      ++end;
    std::string name(rest_.substr(0, std::min(end, kNameMax)));
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) {
      return static_cast<char>(std::tolower(c));
    });
    rest_.remove_prefix(end);
    const bool empty = skip_attributes();
    const std::size_t colon = words_.xml ? name.find(':') : kNowhere;
    const std::string_view known = std::string_view(name).substr(colon == kNowhere ? 0 : colon + 1);
    show_element(known, closing, empty);
    if (closing || empty) return;
    if (has(words_.hidden, known)) skip_inside(name, false);
    if (has(words_.literal, known)) skip_inside(name, true);
  }

  // To the end of a tag. True where it ends in "/>".
  bool skip_attributes() {
    char before = '\0';
    bool value = false;  // behind an equals sign
    while (!rest_.empty()) {
      const char c = rest_.front();
      if (value && (c == '"' || c == '\'')) {
        const std::size_t end = rest_.find(c, 1);
        rest_.remove_prefix(end == kNowhere ? rest_.size() : end + 1);
        value = false;
        before = '\0';
        continue;
      }
      rest_.remove_prefix(1);
      if (c == '>') return before == '/';
      if (!is_blank(c)) value = c == '=';
      before = c;
    }
    return false;
  }

  void show_element(std::string_view name, bool closing, bool empty) {
    if (name == words_.preformatted) page_.preformatted = !closing;
    const bool cell = has(words_.cells, name);
    if (cell && !closing && !empty) ++cells_;
    if (cell && closing && cells_ > 0) --cells_;
    if (has(words_.paragraphs, name)) {
      if (words_.xml && cells_ > 0) {
        page_.end_cell();  // a row is a line, however many paragraphs there are in it
      } else {
        page_.end_paragraph();
      }
    } else if (has(words_.lines, name)) {
      page_.end_line();
    } else if (cell || has(words_.blanks, name)) {
      page_.end_cell();
    }
  }

  // Everything up to the end tag of that name: shown as it is, or not at all.
  void skip_inside(std::string_view name, bool shown) {
    std::size_t at = 0;
    while (at < rest_.size()) {
      at = std::min(rest_.find("</", at), rest_.size());
      if (ends_element(rest_.substr(at), name)) break;
      at = std::min(at + 2, rest_.size());
    }
    if (shown) {
      take_text(rest_.substr(0, at));
    } else {
      rest_.remove_prefix(at);
    }
  }

  static bool ends_element(std::string_view text, std::string_view name) {
    if (text.size() < name.size() + 3) return false;
    for (std::size_t i = 0; i < name.size(); ++i) {
      if ((text[i + 2] | 0x20) != name[i]) return false;
    }
    const char behind = text[name.size() + 2];
    return is_blank(behind) || behind == '>' || behind == '/';
  }

  // Markup that ends nowhere hides the rest of the page.
  void skip_behind(std::string_view end, std::size_t from) {
    const std::size_t at = rest_.find(end, from);
    rest_.remove_prefix(at == kNowhere ? rest_.size() : at + end.size());
  }

  const Vocabulary& words_;
  std::string_view rest_;
  int cells_ = 0;  // around what is read
  Page page_;
};

}  // namespace

std::string text_of_markup(std::string_view markup, const Vocabulary& words) {
  return Reader(markup, words).read();
}

}  // namespace patchbay::documents
