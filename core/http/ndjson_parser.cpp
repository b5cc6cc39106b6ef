#include "core/http/ndjson_parser.hpp"

#include <string>
#include <utility>

namespace patchbay::http {
namespace {

std::string_view without_cr(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

bool NdjsonParser::next(std::string_view& bytes, std::string_view& line) {
  if (spent_) return false;
  if (std::exchange(handed_out_, false)) line_.clear();
  for (;;) {
    const std::size_t end = bytes.find('\n');
    const std::string_view head = bytes.substr(0, end);
    if (!fits(line_.size() + head.size())) return false;
    if (end == std::string_view::npos) {
      line_.append(head);
      bytes = {};
      return false;
    }
    bytes.remove_prefix(end + 1);
    if (line_.empty()) {
      line = without_cr(head);
    } else {
      line_.append(head);
      line = without_cr(line_.view());
      handed_out_ = true;
    }
    if (!line.empty()) return true;
    line_.clear();
    handed_out_ = false;
  }
}

bool NdjsonParser::last(std::string_view& line) {
  if (spent_ || std::exchange(handed_out_, false)) return false;
  line = without_cr(line_.view());
  handed_out_ = true;
  return !line.empty();
}

bool NdjsonParser::fits(std::size_t line_bytes) {
  if (line_bytes > options_.max_line_bytes) spent_ = true;
  return !spent_;
}

Status NdjsonParser::state() const {
  if (!spent_) return ok();
  return make_error(
      ErrorCode::kTooLarge,
      "a line of the stream is longer than " + std::to_string(options_.max_line_bytes) + " bytes");
}

}  // namespace patchbay::http
