#include "core/upstream/response_parser.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "core/http/header_list.hpp"

namespace patchbay::upstream {
namespace {

namespace beast = boost::beast;

// An upstream that says nothing but "please wait" is not answering.
constexpr int kInterimAnswersMax = 32;

constexpr std::size_t kLineEndBytes = 2;

std::string_view view(beast::string_view text) {
  return {text.data(), text.size()};
}

// Beast's own words, where they need it with what they are about.
std::string words_of(const beast::error_code& code, std::size_t head_bytes_max) {
  using beast::http::error;
  if (code == error::header_limit) {
    return code.message() + " (" + std::to_string(head_bytes_max) + " bytes)";
  }
  if (code == error::bad_version || code == error::bad_status || code == error::bad_reason) {
    return "its first line is no status line (" + code.message() + ")";
  }
  return code.message();
}

}  // namespace

// Beast's parser without a container for the fields: they go straight into the caller's list.
class ResponseParser::Machine final : public beast::http::basic_parser<false> {
 public:
  // `begin` is where its message begins, counted as owner.offset_of() counts.
  Machine(ResponseParser& owner, std::uint64_t begin)
      : owner_(owner), unit_begin_(begin), unit_end_(begin) {
    const std::size_t limit = owner.head_bytes_max_;
    header_limit(static_cast<std::uint32_t>(
        std::min<std::size_t>(limit, std::numeric_limits<std::uint32_t>::max())));
    // Not boost::none, which makes this version refuse every message that tells its length.
    body_limit(std::numeric_limits<std::uint64_t>::max());
    eager(true);
    skip(owner.to_head_request_);
  }

  [[nodiscard]] bool interim() const { return status_ < 200; }

  // True between two chunks, and before the first.
  [[nodiscard]] bool at_chunk_header() const {
    return !in_head_ && chunked() && chunk_bytes_left_ == 0;
  }

  // Our own words for the last error, or null where Beast's are as good.
  [[nodiscard]] const char* reason() const { return reason_; }

 private:
  using Code = beast::error_code;

  void refuse(const char* reason, Code& code) {
    reason_ = reason;
    code = beast::http::error::bad_value;
  }

  void on_request_impl(
      beast::http::verb, beast::string_view, beast::string_view, int, Code&) override {}

  // Takes note that what must be seen whole (a head, or a chunk's line with the trailers after it)
  // goes on to `end`, and refuses it beyond its limit. Beast's own limit would depend on how the
  // bytes were cut.
  void extend_unit(const char* end, Code& code) {
    unit_end_ = owner_.offset_of(end);
    if (unit_end_ - unit_begin_ > owner_.head_bytes_max_) code = beast::http::error::header_limit;
  }

  void end_unit(std::uint64_t at) { unit_begin_ = unit_end_ = at; }

  void on_response_impl(int status, beast::string_view reason, int version, Code& code) override {
    extend_unit(reason.data() + reason.size() + 2 * kLineEndBytes, code);
    if (code) return;
    if (status < 100) return refuse("its status is not a status", code);
    if (status == 101) return refuse("it changed protocols, which nobody asked for", code);
    status_ = status;
    version_ = version;
    owner_.head_->status = status;
  }

  void on_field_impl(beast::http::field field,
                     beast::string_view name,
                     beast::string_view value,
                     Code& code) override {
    // Beast joins folded lines in memory of its own, or begins the value behind the line's end.
    const char* const from = name.data() + name.size();
    const bool in_place = value.data() >= from && value.data() <= owner_.data_ + owner_.size_;
    if (!in_place || std::memchr(from, '\r', static_cast<std::size_t>(value.data() - from))) {
      return refuse("a header line is folded", code);
    }
    const char* line_end = value.data() + value.size();
    while (*line_end != '\n')  // blanks, which are no part of the value, and the CR
      ++line_end;
    extend_unit(line_end + 1 + kLineEndBytes, code);
    if (code || !in_head_) return;  // trailers: nobody asked for them
    if (field == beast::http::field::transfer_encoding) {
      if (version_ < 11) return refuse("transfer coding in an HTTP/1.0 answer", code);
      if (!http::equals_ignoring_case(view(value), "chunked")) {
        return refuse("its transfer coding is not 'chunked'", code);
      }
    }
    owner_.head_->headers.add(view(name), view(value));
  }

  void on_header_impl(Code& code) override {
    in_head_ = false;
    end_unit(unit_end_);
    if (interim()) return;
    if (const auto length = content_length()) {
      if (*length > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        return refuse("its length is beyond all bounds", code);
      }
      owner_.head_->content_length = static_cast<std::int64_t>(*length);
    }
    owner_.has_head_ = true;
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>&, Code&) override {}

  std::size_t on_body_impl(beast::string_view bytes, Code&) override {
    owner_.add_body(view(bytes));
    return bytes.size();
  }

  void on_chunk_header_impl(std::uint64_t size,
                            beast::string_view extensions,
                            Code& code) override {
    const std::size_t line_ends = size == 0 ? 2 : 1;  // after the trailers comes an empty line
    extend_unit(extensions.data() + extensions.size() + line_ends * kLineEndBytes, code);
    chunk_bytes_left_ = size;
  }

  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view bytes, Code&) override {
    owner_.add_body(view(bytes));
    chunk_bytes_left_ -= bytes.size();
    end_unit(owner_.offset_of(bytes.data() + bytes.size()));
    return bytes.size();
  }

  void on_finish_impl(Code&) override {}

  friend class ResponseParser;

  ResponseParser& owner_;
  int status_ = 0;
  int version_ = 0;
  bool in_head_ = true;
  std::uint64_t unit_begin_;
  std::uint64_t unit_end_;
  std::uint64_t chunk_bytes_left_ = 0;
  const char* reason_ = nullptr;
};

ResponseParser::ResponseParser(std::size_t head_bytes_max) : head_bytes_max_(head_bytes_max) {}

ResponseParser::~ResponseParser() = default;

void ResponseParser::begin(bool to_head_request, ResponseHead& head) {
  head_ = &head;
  to_head_request_ = to_head_request;
  interim_answers_ = 0;
  clear();
  offset_ = 0;
  start_machine(0);
}

void ResponseParser::clear() {
  body_size_ = 0;
  started_ = false;
  has_head_ = false;
  complete_ = false;
  cut_short_ = false;
  fault_.clear();
}

void ResponseParser::start_machine(std::uint64_t begin) {
  started_ = false;
  has_head_ = false;
  head_->status = 0;
  head_->content_length = -1;
  head_->headers.clear();
  // Beast's parser cannot be used twice; its memory can.
  if (machine_ == nullptr) {
    machine_ = std::make_unique<Machine>(*this, begin);
  } else {
    Machine* const memory = machine_.release();
    std::destroy_at(memory);
    machine_.reset(std::construct_at(memory, *this, begin));
  }
}

std::size_t ResponseParser::feed(char* data, std::size_t size) {
  std::size_t used = 0;
  data_ = data;
  size_ = size;
  while (used < size && !complete_ && fault_.empty()) {
    started_ = true;
    // Beast asserts that the last chunk's line never comes with less than this behind it, which
    // the network does not know. Whatever begins so has at least that much to come.
    if (machine_->at_chunk_header() && size - used < 5 && data[used] == '0') break;

    beast::error_code code;
    used += machine_->put(boost::asio::const_buffer(data + used, size - used), code);
    if (code == beast::http::error::need_more) break;
    if (code) {
      fault_ = machine_->reason() != nullptr ? machine_->reason() : words_of(code, head_bytes_max_);
    } else if (machine_->is_done()) {
      if (machine_->interim()) {
        end_interim(used);
      } else {
        complete_ = true;
      }
    }
  }
  if (fault_.empty() && !complete_ && size - used > head_bytes_max_) {
    fault_ = "one of its lines is longer than " + std::to_string(head_bytes_max_) + " bytes";
  }
  offset_ += used;
  return used;
}

void ResponseParser::end_interim(std::size_t used) {
  if (++interim_answers_ > kInterimAnswersMax) {
    fault_ = "it sends interim answers without end";
  } else {
    start_machine(offset_ + used);
  }
}

void ResponseParser::end_of_input() {
  if (complete_ || !fault_.empty()) return;
  if (!machine_->got_some()) {
    fault_ = "it ended before the final answer";
  } else if (!machine_->is_header_done()) {
    fault_ = "it ended in the middle of its head";
  } else if (machine_->need_eof()) {
    complete_ = true;
  } else {
    fault_ = "it ended before its body did";
  }
  cut_short_ = !complete_;
}

bool ResponseParser::keeps_connection() const {
  return machine_->keep_alive();
}

void ResponseParser::add_body(std::string_view bytes) {
  char* const at = data_ + (bytes.data() - data_);
  if (body_size_ == 0) {
    body_ = at;
  } else if (body_ + body_size_ != at) {
    std::memmove(body_ + body_size_, at, bytes.size());
  }
  body_size_ += bytes.size();
}

}  // namespace patchbay::upstream
