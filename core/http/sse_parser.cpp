#include "core/http/sse_parser.hpp"

namespace patchbay::http {

bool SseParser::next(Piece& piece, SseEvent& event) {
  if (spent_) return false;
  if (std::exchange(handed_out_, false)) {
    type_.clear();
    data_.clear();
    has_data_ = false;
  }
  const std::string_view bytes = piece.bytes;
  if (piece.position < bytes.size() && std::exchange(skip_lf_, false)) {
    if (bytes[piece.position] == '\n') ++piece.position;
  }
  while (piece.position < bytes.size()) {
    const std::size_t end = piece.ends.next(piece.position);
    if (end == std::string_view::npos) break;
    std::string_view line = bytes.substr(piece.position, end - piece.position);
    if (!fits(line_.size() + line.size())) return false;

    piece.position = end + 1;
    if (bytes[end] == '\r') {
      if (piece.position == bytes.size()) {
        skip_lf_ = true;
      } else if (bytes[piece.position] == '\n') {
        ++piece.position;
      }
    }
    bool complete = false;
    if (line_.empty()) {
      complete = take_line(line, true);
    } else {
      line_.append(line);
      complete = take_line(line_, false);
      line_.clear();
    }
    if (complete) {
      hand_out(event);
      return true;
    }
  }
  keep_rest(piece);
  return false;
}

// Copies what the end of the piece would take away.
void SseParser::keep_rest(Piece& piece) {
  const std::string_view rest = piece.bytes.substr(piece.position);
  piece.position = piece.bytes.size();
  if (fits(line_.size() + rest.size())) line_.append(rest);
  type_.keep();
  data_.keep();
  id_.keep();
}

bool SseParser::last(SseEvent& event) {
  if (spent_) return false;
  if (std::exchange(handed_out_, false)) return false;
  take_line(line_, false);
  line_.clear();
  if (!has_data_) return false;
  hand_out(event);
  return true;
}

void SseParser::hand_out(SseEvent& event) {
  event = SseEvent{type_.view(), data_.view(), id_.view()};
  handed_out_ = true;
}

bool SseParser::take_line(std::string_view line, bool lasting) {
  if (std::exchange(first_line_, false) && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);

  if (line.empty()) {
    if (!has_data_) type_.clear();
    return has_data_;
  }
  if (line.front() == ':') return false;  // a comment, used as a keep-alive
  const std::size_t colon = line.find(':');
  std::string_view value;
  if (colon != std::string_view::npos) {
    value = line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);  // one space only; the rest is payload
  }
  take_field(line.substr(0, colon), value, lasting);
  return false;
}

void SseParser::take_field(std::string_view name, std::string_view value, bool lasting) {
  const auto set = [&](CarriedText& text) { lasting ? text.borrow(value) : text.copy(value); };
  if (name == "data") {
    if (std::exchange(has_data_, true)) {
      data_.append("\n");
      data_.append(value);
    } else {
      set(data_);
    }
  } else if (name == "event") {
    set(type_);
  } else if (name == "id" && value.find('\0') == std::string_view::npos) {
    set(id_);
  }
  // "retry" and unknown names are ignored: we never reconnect to a provider's stream.
}

bool SseParser::fits(std::size_t line_bytes) {
  if (line_bytes + data_.size() > options_.max_event_bytes) spent_ = true;
  return !spent_;
}

Status SseParser::state() const {
  if (!spent_) return ok();
  return make_error(ErrorCode::kTooLarge,
                    "an event of the stream is larger than " +
                        std::to_string(options_.max_event_bytes) + " bytes");
}

}  // namespace patchbay::http
