#include "core/settings/source_text.hpp"

#include <algorithm>
#include <utility>

namespace patchbay::settings {
namespace {

bool is_continuation(unsigned char byte) {
  return (byte & 0xC0U) == 0x80U;
}

// How many bytes the UTF-8 sequence at the start of `bytes` has; 0 when it is not valid.
std::size_t sequence_length(std::string_view bytes) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned char first = at(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || bytes.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!is_continuation(at(i))) return 0;
  }
  const unsigned char second = at(1);
  const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool surrogate = first == 0xED && second > 0x9F;
  const bool too_high = first == 0xF4 && second > 0x8F;
  return overlong || surrogate || too_high ? 0 : length;
}

}  // namespace

std::size_t find_invalid_utf8(std::string_view bytes) {
  std::size_t i = 0;
  while (i < bytes.size()) {
    const std::size_t length = sequence_length(bytes.substr(i));
    if (length == 0) return i;
    i += length;
  }
  return std::string_view::npos;
}

SourceText::SourceText(std::string file, std::string_view bytes) : file_(std::move(file)) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  text_.reserve(bytes.size());
  line_starts_.push_back(0);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const bool cr = bytes[i] == '\r';
    if (cr && i + 1 < bytes.size() && bytes[i + 1] == '\n') continue;
    text_.push_back(cr ? '\n' : bytes[i]);
    if (text_.back() == '\n') line_starts_.push_back(text_.size());
  }
}

bool SourceText::check(Report& report) const {
  if (text_.size() > kConfigBytesMax) {
    report.problem({file_, 0, 0}, "", "is longer than 1 MiB, which no configuration needs");
    return false;
  }
  return check_bytes(report) && check_indentation(report);
}

bool SourceText::check_bytes(Report& report) const {
  if (const std::size_t bad = find_invalid_utf8(text_); bad != std::string::npos) {
    report.problem(at(bad), "", "not UTF-8 from here on: save the file as UTF-8");
    return false;
  }
  const auto control = std::find_if(text_.begin(), text_.end(), [](unsigned char c) {
    return (c < 0x20 && c != '\n' && c != '\t') || c == 0x7F;
  });
  if (control == text_.end()) return true;
  report.problem(at(static_cast<std::size_t>(control - text_.begin())),
                 "",
                 "a control character: write it as an escape in double quotes, such as \"\\x1b\"");
  return false;
}

// yaml-cpp takes a tab for a space in some places and stumbles over it later in others.
bool SourceText::check_indentation(Report& report) const {
  bool good = true;
  for (const std::size_t start : line_starts_) {
    const std::string_view line = line_at(start);
    const std::size_t text = line.find_first_not_of(" \t");
    if (text == std::string_view::npos || line[text] == '#') continue;
    const std::size_t tab = line.substr(0, text).find('\t');
    if (tab == std::string_view::npos) continue;
    report.problem(at(start + tab), "", "a tab in the indentation: YAML wants spaces");
    good = false;
  }
  return good;
}

std::size_t SourceText::line_start(std::size_t offset) const {
  return *std::prev(std::upper_bound(line_starts_.begin(), line_starts_.end(), offset));
}

Origin SourceText::at(std::size_t offset) const {
  offset = std::min(offset, text_.size());
  const auto next = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  const std::size_t start = *std::prev(next);
  if (counted_offset_ < start || counted_offset_ > offset) {
    counted_offset_ = start;
    counted_characters_ = 0;
  }
  counted_characters_ += std::count_if(text_.begin() + static_cast<std::ptrdiff_t>(counted_offset_),
                                       text_.begin() + static_cast<std::ptrdiff_t>(offset),
                                       [](unsigned char c) { return !is_continuation(c); });
  counted_offset_ = offset;
  return {file_,
          static_cast<int>(next - line_starts_.begin()),
          static_cast<int>(counted_characters_) + 1};
}

std::string_view SourceText::line_at(std::size_t offset) const {
  const std::size_t start = line_start(std::min(offset, text_.size()));
  const std::string_view rest = std::string_view(text_).substr(start);
  return rest.substr(0, rest.find('\n'));
}

}  // namespace patchbay::settings
