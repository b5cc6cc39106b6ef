#include "core/settings/environment_file.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>
#include <optional>
#include <utility>

#include <sys/stat.h>

#include "core/settings/file_text.hpp"
#include "core/settings/source_text.hpp"

namespace patchbay::settings {
namespace {

constexpr std::size_t kEnvironmentFileBytesMax = 1024 * 1024;

// Reads one assignment after the other; each function leaves `at_` behind what it has read.
class FileParser {
 public:
  FileParser(const SourceText& source, Report& report)
      : source_(source), text_(source.text()), report_(report) {}

  Variables parse() {
    Variables variables;
    while (true) {
      skip_blank_and_comments();
      if (at_ >= text_.size()) return variables;
      const std::size_t begin = at_;
      std::optional<std::string> name = read_name();
      std::optional<std::string> value = name ? read_value() : std::nullopt;
      if (name && value) {
        variables.insert_or_assign(std::move(*name), std::move(*value));
      } else {
        report_.warning(source_.at(begin), "", "not a NAME=value, so it is left out");
        at_ = std::min(text_.find('\n', begin), text_.size());
      }
    }
  }

 private:
  [[nodiscard]] bool ended() const { return at_ >= text_.size() || text_[at_] == '\n'; }

  void skip_spaces() {
    while (!ended() && (text_[at_] == ' ' || text_[at_] == '\t'))
      ++at_;
  }

  void skip_blank_and_comments() {
    while (at_ < text_.size()) {
      skip_spaces();
      if (at_ < text_.size() && text_[at_] == '#')
        at_ = std::min(text_.find('\n', at_), text_.size());
      if (!ended()) return;
      if (at_ < text_.size()) ++at_;
    }
  }

  // The name and the `=` behind it.
  std::optional<std::string> read_name() {
    constexpr std::string_view kExport = "export";
    if (text_.substr(at_).starts_with(kExport) && at_ + kExport.size() < text_.size() &&
        (text_[at_ + kExport.size()] == ' ' || text_[at_ + kExport.size()] == '\t')) {
      at_ += kExport.size();
      skip_spaces();
    }
    const std::size_t begin = at_;
    while (!ended() &&
           (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '_'))
      ++at_;
    std::string name(text_.substr(begin, at_ - begin));
    skip_spaces();
    if (name.empty() || std::isdigit(static_cast<unsigned char>(name[0])) != 0) return std::nullopt;
    if (ended() || text_[at_] != '=') return std::nullopt;
    ++at_;
    return name;
  }

  std::optional<std::string> read_value() {
    skip_spaces();
    if (ended()) return std::string();
    if (text_[at_] == '"' || text_[at_] == '\'') return read_quoted(text_[at_]);
    const std::size_t begin = at_;
    while (!ended() &&
           !(text_[at_] == '#' && at_ > 0 && (text_[at_ - 1] == ' ' || text_[at_ - 1] == '\t')))
      ++at_;
    std::string_view value = text_.substr(begin, at_ - begin);
    while (!value.empty() && (value.back() == ' ' || value.back() == '\t'))
      value.remove_suffix(1);
    at_ = std::min(text_.find('\n', at_), text_.size());
    return std::string(value);
  }

  std::optional<std::string> read_quoted(char quote) {
    std::string value;
    for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_) {
      const bool escapes = quote == '"' && text_[at_] == '\\' && at_ + 1 < text_.size();
      if (escapes) {
        append_escape(value, text_[++at_]);
      } else {
        value += text_[at_];
      }
    }
    if (at_ >= text_.size()) return std::nullopt;
    ++at_;
    skip_spaces();
    if (!ended() && text_[at_] != '#') return std::nullopt;
    at_ = std::min(text_.find('\n', at_), text_.size());
    return value;
  }

  static void append_escape(std::string& value, char letter) {
    switch (letter) {
      case 'n':
        value += '\n';
        break;
      case 't':
        value += '\t';
        break;
      case 'r':
        value += '\r';
        break;
      case '"':
      case '\\':
      case '$':
        value += letter;
        break;
      default:
        value += '\\';
        value += letter;
    }
  }

  const SourceText& source_;
  std::string_view text_;
  Report& report_;
  std::size_t at_ = 0;
};

void warn_if_others_can_read(const std::filesystem::path& path, Report& report) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return;
  const unsigned mode = status.st_mode & 0777U;
  if ((mode & (S_IRGRP | S_IROTH)) == 0) return;
  std::array<char, 8> octal{'0', '0', '0', '0', '\0'};
  for (unsigned digit = 0; digit < 3; ++digit) {
    octal[3 - digit] = static_cast<char>('0' + ((mode >> (3 * digit)) & 7U));
  }
  report.warning({path.string(), 0, 0},
                 "",
                 "others can read this file (mode " + std::string(octal.data()) +
                     "), and it may hold keys: chmod 600 " + path.string());
}

}  // namespace

Variables parse_environment_file(const std::string& name, std::string_view text, Report& report) {
  const SourceText source(name, text);
  return FileParser(source, report).parse();
}

Environment with_environment_file(const Environment& environment,
                                  const std::filesystem::path& folder,
                                  Report& report) {
  if (!environment.reads_env_files) return environment;
  const std::string named = environment.find("ENV_FILE").value_or("");
  std::vector<std::filesystem::path> candidates = {environment.current_folder / named};
  if (named.empty()) candidates = {folder / ".env", environment.current_folder / ".env"};

  for (const std::filesystem::path& path : candidates) {
    Result<std::string> text = read_file_text(path, kEnvironmentFileBytesMax);
    if (!text) {
      if (!named.empty()) {
        report.problem({}, "", "cannot read the file that ENV_FILE names: " + text.error().message);
      } else if (text.error().code != ErrorCode::kNotFound) {
        report.warning({path.string(), 0, 0}, "", "cannot be read: " + text.error().message);
      }
      continue;
    }
    warn_if_others_can_read(path, report);
    const auto variables =
        std::make_shared<const Variables>(parse_environment_file(path.string(), *text, report));
    Environment combined = environment;
    combined.lookup = [real = environment.lookup,
                       variables](const std::string& name) -> std::optional<std::string> {
      if (std::optional<std::string> value = real ? real(name) : std::nullopt) return value;
      const auto found = variables->find(name);
      if (found == variables->end()) return std::nullopt;
      return found->second;
    };
    return combined;
  }
  return environment;
}

}  // namespace patchbay::settings
