#include "core/documents/extraction.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "core/documents/charset.hpp"
#include "core/documents/html_text.hpp"
#include "core/documents/office_text.hpp"

namespace patchbay::documents {
namespace {

struct Named {
  std::string_view name;
  std::string_view media_type;
};

constexpr std::string_view kPlain = "text/plain";
constexpr std::string_view kWord =
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
constexpr std::string_view kSlides =
    "application/vnd.openxmlformats-officedocument.presentationml.presentation";
constexpr std::string_view kSheets =
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
constexpr std::size_t kTypeBytesMax = 128;

constexpr std::array kMediaTypes{Named{"application/json", "application/json"},
                                 Named{"application/x-ndjson", "application/x-ndjson"},
                                 Named{"application/xhtml+xml", "application/xhtml+xml"},
                                 Named{"application/csv", "text/csv"},
                                 Named{"application/markdown", "text/markdown"},
                                 Named{"application/yaml", "application/yaml"},
                                 Named{"application/x-yaml", "application/yaml"},
                                 Named{"application/toml", "application/toml"},
                                 Named{"application/javascript", "text/javascript"},
                                 Named{"application/sql", "application/sql"}};

constexpr std::array kEndings{Named{"txt", kPlain},
                              Named{"text", kPlain},
                              Named{"log", kPlain},
                              Named{"rst", kPlain},
                              Named{"adoc", kPlain},
                              Named{"tex", kPlain},
                              Named{"md", "text/markdown"},
                              Named{"markdown", "text/markdown"},
                              Named{"csv", "text/csv"},
                              Named{"tsv", "text/tab-separated-values"},
                              Named{"json", "application/json"},
                              Named{"jsonl", "application/x-ndjson"},
                              Named{"ndjson", "application/x-ndjson"},
                              Named{"html", "text/html"},
                              Named{"htm", "text/html"},
                              Named{"xhtml", "application/xhtml+xml"},
                              Named{"yaml", "application/yaml"},
                              Named{"yml", "application/yaml"},
                              Named{"toml", "application/toml"},
                              Named{"pdf", "application/pdf"},
                              Named{"docx", kWord},
                              Named{"odt", "application/vnd.oasis.opendocument.text"},
                              Named{"doc", "application/msword"},
                              Named{"rtf", "application/rtf"},
                              Named{"pptx", kSlides},
                              Named{"odp", "application/vnd.oasis.opendocument.presentation"},
                              Named{"xlsx", kSheets},
                              Named{"ods", "application/vnd.oasis.opendocument.spreadsheet"},
                              Named{"epub", "application/epub+zip"},
                              Named{"ini", kPlain},
                              Named{"sql", "application/sql"},
                              Named{"c", kPlain},
                              Named{"h", kPlain},
                              Named{"cc", kPlain},
                              Named{"cpp", kPlain},
                              Named{"hpp", kPlain},
                              Named{"cs", kPlain},
                              Named{"go", kPlain},
                              Named{"java", kPlain},
                              Named{"js", "text/javascript"},
                              Named{"kt", kPlain},
                              Named{"php", kPlain},
                              Named{"py", kPlain},
                              Named{"rb", kPlain},
                              Named{"rs", kPlain},
                              Named{"sh", kPlain},
                              Named{"swift", kPlain},
                              Named{"ts", kPlain}};

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  return out;
}

std::string without_parameters(std::string_view media_type) {
  std::string_view type = media_type.substr(0, media_type.find(';'));
  while (!type.empty() && (type.back() == ' ' || type.back() == '\t'))
    type.remove_suffix(1);
  return lower_case(type);
}

template <std::size_t Size>
std::string_view find(const std::array<Named, Size>& among, std::string_view name) {
  const auto* found = std::find_if(
      among.begin(), among.end(), [&](const Named& each) { return each.name == name; });
  return found == among.end() ? std::string_view() : found->media_type;
}

std::string_view ending_of(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1);
}

// "a/b", of characters that need no quotes anywhere.
bool is_media_type(std::string_view type) {
  const std::size_t slash = type.find('/');
  return slash != 0 && slash < type.size() - 1 && type.size() <= kTypeBytesMax &&
         type.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789!#$&^_.+-/") == type.npos &&
         type.find('/', slash + 1) == type.npos;
}

// Whether it is a text, though its name does not begin so.
bool is_listed(std::string_view type) {
  return std::any_of(kMediaTypes.begin(), kMediaTypes.end(), [&](const Named& each) {
    return each.media_type == type;
  });
}

// The name by which a type goes on from here.
std::string known_as(const std::string& type) {
  const std::string_view known = find(kMediaTypes, type);
  return known.empty() ? type : std::string(known);
}

bool has_text(std::string_view text) {
  return text.find_first_not_of(" \t\n") != std::string_view::npos;
}

// A page that was scanned is a picture.
Error no_text_inside() {
  return make_error(
      ErrorCode::kInvalid,
      "there is no text in the file; pictures of text, as scanners make, are not read");
}

}  // namespace

// A kind of text that has no name of its own here is a text all the same; of a text that is marked
// up for layout, only HTML is known.
FileKind kind_of(std::string_view media_type) {
  if (media_type == "text/html" || media_type == "application/xhtml+xml") return FileKind::kHtml;
  const bool marked_up = media_type == "text/rtf" || media_type == "text/richtext";
  const bool text = media_type.starts_with("text/") && !marked_up;
  return text || is_listed(media_type) ? FileKind::kText : FileKind::kOther;
}

std::optional<FileType> type_of(std::string_view media_type, std::string_view name) {
  const std::string said = without_parameters(media_type);
  const std::string_view by_name = find(kEndings, lower_case(ending_of(name)));
  // What every unknown file is called says less than the name does.
  const bool unknown = said.empty() || said == "application/octet-stream";
  const bool vague = unknown || said == kPlain;
  if (unknown && by_name.empty()) return std::nullopt;
  std::string type = vague && !by_name.empty() ? std::string(by_name) : known_as(said);
  if (!is_media_type(type)) return std::nullopt;
  const FileKind kind = kind_of(type);
  return FileType{kind, std::move(type)};
}

Result<std::string> extract_text(FileKind kind, std::string_view bytes) {
  auto text = utf8_of(bytes);
  if (!text) return text.error();
  if (kind == FileKind::kHtml) *text = html_text(*text);
  if (!has_text(*text)) return make_error(ErrorCode::kInvalid, "there is no text in the file");
  return text;
}

Result<std::string> text_of_output(std::string_view bytes) {
  if (bytes.empty()) return no_text_inside();
  auto text = utf8_of(bytes);
  if (!text) {
    return make_error(ErrorCode::kInvalid, "what was taken out of the file is no text in UTF-8");
  }
  if (is_xml(*text)) *text = office_text(*text);
  if (!has_text(*text)) return no_text_inside();
  return text;
}

}  // namespace patchbay::documents
