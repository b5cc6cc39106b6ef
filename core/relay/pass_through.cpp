#include "core/relay/pass_through.hpp"

#include "core/relay/kept_buffer.hpp"
#include "core/relay/limits.hpp"

namespace patchbay::relay {
namespace {

// The next line of `text` with its ending, taken off its front.
std::string_view take_line(std::string_view& text) {
  std::size_t end = text.find_first_of("\r\n");
  if (end == std::string_view::npos) {
    end = text.size();
  } else {
    end += text.substr(end).starts_with("\r\n") ? std::size_t{2} : std::size_t{1};
  }
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end);
  return line;
}

std::string_view without_ending(std::string_view line) {
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r'))
    line.remove_suffix(1);
  return line;
}

constexpr std::string_view kData = "data:";

}  // namespace

Status PassThrough::feed(std::string_view bytes, std::string& out) {
  if (!options_.events) {
    if (!options_.show_alias) {
      out += bytes;
      return ok();
    }
    held_ += bytes;
    if (held_.size() > limits::kWholeBytesMax) {
      return make_error(ErrorCode::kTooLarge, "the answer is too large to show an alias in it");
    }
    return ok();
  }
  const std::size_t complete = boundary_.feed(bytes);
  if (complete > 0) {
    if (held_.empty()) {
      pass_events(bytes.substr(0, complete), out);
    } else {
      held_ += bytes.substr(0, complete);
      pass_events(held_, out);
      empty(held_);
    }
  }
  held_ += bytes.substr(complete);
  if (held_.size() > limits::kFrameBytesMax) {
    return make_error(ErrorCode::kTooLarge, "an event of the answer is too large");
  }
  return ok();
}

void PassThrough::finish(std::string& out) {
  if (held_.empty()) return;
  if (options_.events) {
    pass_events(held_, out);
  } else {
    encoder_.show_model(held_, out);
    encoder_.read_usage(held_);
  }
  held_.clear();
}

void PassThrough::pass_events(std::string_view events, std::string& out) {
  if (!options_.show_alias) {
    out += events;
    // One search over the batch is cheaper than one for each event, and usually finds nothing. It
    // begins with a letter, for of quotation marks every event has dozens.
    if (events.find("usage\"") == std::string_view::npos) return;
  }
  while (!events.empty()) {
    const std::string_view line = take_line(events);
    if (options_.show_alias) {
      pass_line(line, out);
    } else if (line.starts_with(kData)) {
      encoder_.read_usage(without_ending(line.substr(kData.size())));
    }
  }
}

// One line of an event. Data in several lines is legal and never seen; such data is not JSON line
// by line and passes as it is.
void PassThrough::pass_line(std::string_view line, std::string& out) {
  const std::string_view text = without_ending(line);
  if (!text.starts_with(kData)) {
    out += line;
    return;
  }
  std::string_view json = text.substr(kData.size());
  if (json.starts_with(' ')) json.remove_prefix(1);
  out += text.substr(0, text.size() - json.size());
  encoder_.show_model(json, out);
  out += line.substr(text.size());
  encoder_.read_usage(json);
}

}  // namespace patchbay::relay
