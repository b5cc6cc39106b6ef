// `files.extractors:`, programs that take the text out of documents.

#include <algorithm>
#include <cctype>
#include <utility>

#include "core/base/program_path.hpp"
#include "core/settings/shape.hpp"

namespace patchbay::settings {
namespace {

using Kind = ConfigValue::Kind;

constexpr const char* kPath = "files.extractors";
constexpr std::size_t kTypeBytesMax = 128;
constexpr std::string_view kFile = "{file}";  // as documents::kFileWord

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  return out;
}

bool is_media_type(const std::string& type) {
  const std::size_t slash = type.find('/');
  return slash != 0 && slash < type.size() - 1 && type.size() <= kTypeBytesMax &&
         type.find('/', slash + 1) == std::string::npos &&
         type.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789!#$&^_.+-/") ==
             std::string::npos;
}

// Switched off: nothing, an empty text, or an empty list.
bool is_empty(const ConfigValue& value) {
  return value.kind == Kind::kNull || (value.kind == Kind::kScalar && value.text.empty()) ||
         (value.kind == Kind::kList && value.items.empty());
}

// The words of `value`; none after a problem was told.
std::vector<std::string> command_of(const ConfigValue& value,
                                    const std::string& path,
                                    const std::filesystem::path& folder,
                                    Report& report) {
  std::vector<std::string> command;
  for (const ConfigValue& word : value.items) {
    if (word.kind != Kind::kScalar || word.text.find('\0') != std::string::npos) {
      report.problem(word.origin, path, "expected texts alone, got " + shown(word));
      return {};
    }
    command.push_back(word.text);
  }
  const bool named = std::any_of(command.begin(), command.end(), [](const std::string& word) {
    return word.find(kFile) != std::string::npos;
  });
  if (command.empty() || !named) {
    report.problem(value.origin,
                   path,
                   "expected a list of a program and its arguments, one of them with {file}, such "
                   "as [pdftotext, \"{file}\", \"-\"]");
    return {};
  }
  std::string& program = command.front();
  if (program.find('/') != std::string::npos) program = (folder / program).lexically_normal();
  if (program_path(program, program_folders()).empty()) {
    report.problem(value.items.front().origin,
                   path,
                   "there is no program \"" + program +
                       "\" that this process may run; install it, or leave the setting empty to "
                       "refuse such documents");
    return {};
  }
  return command;
}

}  // namespace

std::vector<Extractor> usual_extractors() {
  return {
      {"application/pdf", {"pdftotext", "-enc", "UTF-8", "-nopgbrk", "{file}", "-"}},
      {"application/vnd.openxmlformats-officedocument.wordprocessingml.document",
       {"unzip", "-p", "{file}", "word/document*.xml"}},
      {"application/vnd.oasis.opendocument.text", {"unzip", "-p", "{file}", "content.xml"}},
  };
}

void read_extractors(const ConfigValue* value,
                     const std::filesystem::path& folder,
                     std::vector<Extractor>& extractors,
                     Report& report) {
  if (value == nullptr || value->kind == Kind::kNull) return;
  if (value->kind != Kind::kMap) {
    report.problem(
        value->origin, kPath, "expected media types with a command each, got " + shown(*value));
    return;
  }
  for (const ConfigValue::Member& member : value->members) {
    const std::string path = path_to(kPath, member.key);
    Extractor extractor{lower(member.key), {}, member.key_origin};
    if (!is_media_type(extractor.media_type)) {
      report.problem(member.key_origin, path, "expected a media type such as application/pdf");
      continue;
    }
    if (!is_empty(member.value)) {
      extractor.command = command_of(member.value, path, folder, report);
    }
    std::erase_if(extractors,
                  [&](const Extractor& other) { return other.media_type == extractor.media_type; });
    if (!extractor.command.empty()) extractors.push_back(std::move(extractor));
  }
}

}  // namespace patchbay::settings
