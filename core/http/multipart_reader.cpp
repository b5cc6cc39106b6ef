#include "core/http/multipart_reader.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

#include "core/http/multipart_disposition.hpp"
#include "core/http/multipart_parameters.hpp"

namespace patchbay::http {
namespace {

using Kind = MultipartEvent::Kind;

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kLfAlone = "a line ends in LF alone; it must end in CRLF";

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

bool never_in_header(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7F;
}

// The C library skips by the length of what it looks for, which string_view::find() does not.
std::size_t find_in(std::string_view text, std::string_view wanted) {
  const void* found = ::memmem(text.data(), text.size(), wanted.data(), wanted.size());
  if (found == nullptr) return std::string_view::npos;
  return static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

// How many bytes at the end of `text` are the beginning of `delimiter`. Its only CR is its first
// byte, so that there is one place to look at.
std::size_t beginning_at_end(std::string_view text, std::string_view delimiter) {
  const std::string_view tail =
      text.substr(text.size() - std::min(text.size(), delimiter.size() - 1));
  const std::size_t cr = tail.rfind('\r');
  if (cr == std::string_view::npos || !delimiter.starts_with(tail.substr(cr))) return 0;
  return tail.size() - cr;
}

bool is_identity(std::string_view transfer_encoding) {
  return equals_ignoring_case(transfer_encoding, "binary") ||
         equals_ignoring_case(transfer_encoding, "8bit") ||
         equals_ignoring_case(transfer_encoding, "7bit");
}

}  // namespace

MultipartReader::MultipartReader(std::string_view boundary, Options options)
    : delimiter_("\r\n--" + std::string(boundary)), options_(options) {
  assert(is_boundary(boundary));
  begin_data(State::kPreamble);
}

std::optional<MultipartEvent> MultipartReader::next(std::string_view& bytes) {
  // A delimiter at the end of a piece is still to be acted upon once the bytes before it were
  // handed out.
  while (!fault_ && (!bytes.empty() || matched_ == delimiter_.size())) {
    switch (state_) {
      case State::kPreamble:
      case State::kBody:
        if (auto event = take_data(bytes)) return event;
        break;
      case State::kHeaders:
        if (auto event = take_header_line(bytes)) return event;
        break;
      case State::kEpilogue:
        take(bytes, bytes.size());
        break;
      default:
        take_boundary_end(bytes);
    }
  }
  return std::nullopt;
}

// RFC 2046 lets a boundary follow the empty line after the headers, or begin the body, without a
// line's end of its own: the one before the data counts.
void MultipartReader::begin_data(State state) {
  state_ = state;
  matched_ = assumed_ = kLineEnd.size();
}

std::optional<MultipartEvent> MultipartReader::take_data(std::string_view& bytes) {
  const std::string_view delimiter = delimiter_;
  if (matched_ == 0) {
    const std::size_t found = find_in(bytes, delimiter);
    const bool complete = found != std::string_view::npos;
    matched_ = complete ? delimiter.size() : beginning_at_end(bytes, delimiter);
    const std::string_view data = bytes.substr(0, complete ? found : bytes.size() - matched_);
    take(bytes, data.size() + matched_);
    return hand_out(data);
  }
  const std::string_view missing = delimiter.substr(matched_);
  const auto differs = std::mismatch(missing.begin(), missing.end(), bytes.begin(), bytes.end());
  const auto same = static_cast<std::size_t>(differs.first - missing.begin());
  if (same == missing.size() || same == bytes.size()) {
    take(bytes, same);
    matched_ += same;
    return matched_ == delimiter.size() ? end_data() : std::nullopt;
  }
  // No boundary after all. What was held back reads as the delimiter does, so that it is at hand
  // without having been kept.
  const std::string_view held = delimiter.substr(assumed_, matched_ - assumed_);
  matched_ = assumed_ = 0;
  return hand_out(held);
}

std::optional<MultipartEvent> MultipartReader::hand_out(std::string_view data) {
  if (data.empty()) return std::nullopt;
  if (state_ == State::kBody) {
    part_.body.size += data.size();
    return MultipartEvent{Kind::kPartBytes, part_, data};
  }
  preamble_bytes_ += data.size();
  if (preamble_bytes_ > options_.preamble_bytes_max) {
    fail(ErrorCode::kTooLarge,
         options_.preamble_bytes_max,
         "more than " + std::to_string(options_.preamble_bytes_max) +
             " bytes stand before the first boundary");
  }
  return std::nullopt;
}

std::optional<MultipartEvent> MultipartReader::end_data() {
  matched_ = assumed_ = 0;
  const bool in_part = state_ == State::kBody;
  state_ = State::kBoundary;
  if (!in_part) return std::nullopt;
  return MultipartEvent{Kind::kPartEnds, part_};
}

// One byte of what follows a boundary, which is hardly ever more than two.
void MultipartReader::take_boundary_end(std::string_view& bytes) {
  const char byte = bytes.front();
  const bool closed = state_ == State::kClosed || state_ == State::kClosedLineFeed;
  const std::uint64_t at = offset_;
  take(bytes, 1);
  if (state_ == State::kLineFeed || state_ == State::kClosedLineFeed) {
    if (byte != '\n') return fail(ErrorCode::kInvalid, at, "a CR is not followed by LF");
    if (!closed) return begin_part(at);
    state_ = State::kEpilogue;
  } else if (byte == '-' && (state_ == State::kBoundary || state_ == State::kDash)) {
    state_ = state_ == State::kBoundary ? State::kDash : State::kClosed;
  } else if (is_blank(byte) && state_ != State::kDash) {
    if (!closed) state_ = State::kPadding;
  } else if (byte == '\r' && state_ != State::kDash) {
    state_ = closed ? State::kClosedLineFeed : State::kLineFeed;
  } else {
    fail(ErrorCode::kInvalid,
         at,
         byte == '\n' ? kLfAlone : "something else than the end of the line follows the boundary");
  }
}

void MultipartReader::begin_part(std::uint64_t at) {
  if (part_.number == options_.parts_max) {
    return fail(ErrorCode::kTooLarge,
                at,
                "there are more than " + std::to_string(options_.parts_max) + " parts");
  }
  ++part_.number;
  part_.headers.clear();
  part_.name.clear();
  part_.filename.reset();
  line_.clear();
  header_bytes_ = 0;
  state_ = State::kHeaders;
}

std::optional<MultipartEvent> MultipartReader::take_header_line(std::string_view& bytes) {
  // No byte beyond the limit is looked at, so that a cut makes no difference to what is refused.
  const std::size_t room = options_.part_header_bytes_max - header_bytes_;
  const std::size_t end = bytes.substr(0, room).find('\n');
  const std::size_t size = end == std::string_view::npos ? std::min(bytes.size(), room) : end + 1;
  line_.append(bytes.substr(0, size));
  take(bytes, size);
  header_bytes_ += size;
  if (end == std::string_view::npos) {
    if (bytes.empty()) return std::nullopt;
    fail(ErrorCode::kTooLarge,
         offset_,
         "its headers take more than " + std::to_string(options_.part_header_bytes_max) + " bytes");
    return std::nullopt;
  }
  std::string_view line = line_;
  const std::uint64_t line_begin = offset_ - line.size();
  if (!line.ends_with(kLineEnd)) {
    fail(ErrorCode::kInvalid, offset_ - 1, kLfAlone);
    return std::nullopt;
  }
  line.remove_suffix(kLineEnd.size());
  if (line.empty()) return begin_body();
  if (const std::string_view wrong = add_header(line); !wrong.empty()) {
    fail(ErrorCode::kInvalid, line_begin, wrong);
  }
  line_.clear();
  return std::nullopt;
}

// Returns what is wrong with the line; nothing if all is well.
std::string_view MultipartReader::add_header(std::string_view line) {
  if (is_blank(line.front())) return "a header is folded over two lines";
  const std::size_t colon = std::min(line.find(':'), line.size());
  const std::string_view name = line.substr(0, colon);
  if (name.empty() || colon == line.size() ||
      !std::all_of(name.begin(), name.end(), is_token_character)) {
    return "a header is not of the form Name: value";
  }
  if (std::any_of(line.begin(), line.end(), never_in_header)) {
    return "a header holds a control character";
  }
  std::string_view value = line.substr(colon + 1);
  while (!value.empty() && is_blank(value.front()))
    value.remove_prefix(1);
  while (!value.empty() && is_blank(value.back()))
    value.remove_suffix(1);
  for (const std::string_view once :
       {"content-disposition", "content-type", "content-transfer-encoding"}) {
    if (equals_ignoring_case(name, once) && part_.headers.count(once) > 0) {
      return "a header that may stand once stands twice";
    }
  }
  part_.headers.add(name, value);
  return {};
}

std::optional<MultipartEvent> MultipartReader::begin_body() {
  const auto refuse = [this](std::string_view what) {
    fail(ErrorCode::kInvalid, offset_, what);
    return std::nullopt;
  };
  const auto encoding = part_.headers.find("content-transfer-encoding");
  if (encoding && !is_identity(*encoding)) {
    return refuse("its Content-Transfer-Encoding is none of binary, 8bit and 7bit");
  }
  const auto disposition = part_.headers.find("content-disposition");
  if (!disposition) return refuse("it has no Content-Disposition");
  Result<Disposition> read = read_disposition(*disposition);
  if (!read) return refuse(read.error().message);
  part_.name = std::move(read->name);
  part_.filename = std::move(read->filename);
  part_.body = {offset_, 0};
  begin_data(State::kBody);
  return MultipartEvent{Kind::kPartBegins, part_};
}

Status MultipartReader::finish() {
  if (fault_ || state_ == State::kClosed || state_ == State::kEpilogue) return state();
  fail(ErrorCode::kInvalid,
       offset_,
       state_ == State::kPreamble
           ? "the boundary that the Content-Type names is nowhere in it"
           : "it ends before its last boundary, the one with two dashes after it");
  return state();
}

void MultipartReader::take(std::string_view& bytes, std::size_t count) {
  bytes.remove_prefix(count);
  offset_ += count;
}

void MultipartReader::fail(ErrorCode code, std::uint64_t offset, std::string_view what) {
  std::string text = "Invalid multipart body at byte " + std::to_string(offset);
  if (part_.number > 0) text += ", in part " + std::to_string(part_.number);
  fault_ = make_error(code, text.append(": ").append(what).append("."));
}

Status MultipartReader::state() const {
  if (fault_) return *fault_;
  return ok();
}

}  // namespace patchbay::http
