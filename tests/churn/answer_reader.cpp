#include "tests/churn/answer_reader.hpp"

#include <algorithm>
#include <charconv>

namespace patchbay::churn {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

std::string with_lower_case_names(std::string_view head) {
  std::string out(head);
  bool in_name = true;
  for (char& c : out) {
    if (c == '\n') in_name = true;
    if (c == ':') in_name = false;
    if (in_name && c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

bool parse(std::string_view text, int base, std::size_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

AnswerReader::State AnswerReader::feed(std::string& input) {
  while (status_ == 0) {
    const State state = read_head(input);
    if (state != State::kComplete) return state;
  }
  if (chunked_) return read_chunks(input);
  const std::size_t taken = std::min(left_, input.size());
  body_.append(input, 0, taken);
  input.erase(0, taken);
  left_ -= taken;
  return left_ == 0 ? State::kComplete : State::kMore;
}

void AnswerReader::next() {
  *this = AnswerReader();
}

std::string AnswerReader::header(std::string_view name) const {
  const std::size_t at = head_.find("\r\n" + std::string(name) + ": ");
  if (at == std::string::npos) return {};
  const std::size_t begin = at + name.size() + 4;
  return head_.substr(begin, head_.find(kLineEnd, begin) - begin);
}

// Complete when a head was read, be it an interim one, which leaves the status at zero.
AnswerReader::State AnswerReader::read_head(std::string& input) {
  const std::size_t end = input.find("\r\n\r\n");
  if (end == std::string::npos) return State::kMore;
  head_ = with_lower_case_names(std::string_view(input).substr(0, end + 2));
  input.erase(0, end + 4);
  std::size_t status = 0;
  if (!head_.starts_with("http/1.1 ") || !parse(std::string_view(head_).substr(9, 3), 10, status)) {
    return State::kFault;
  }
  if (status < 200) return State::kComplete;
  status_ = static_cast<int>(status);
  chunked_ = header("transfer-encoding") == "chunked";
  const std::string length = header("content-length");
  if (chunked_ == !length.empty()) return State::kFault;
  return chunked_ || parse(length, 10, left_) ? State::kComplete : State::kFault;
}

AnswerReader::State AnswerReader::read_chunks(std::string& input) {
  std::size_t at = 0;
  State state = State::kMore;
  while (state == State::kMore) {
    if (left_ > 0) {  // what is left of a chunk, its line end included
      const std::size_t taken = std::min(left_, input.size() - at);
      const std::size_t data = left_ > 2 ? std::min(taken, left_ - 2) : 0;
      body_.append(input, at, data);
      at += taken;
      left_ -= taken;
      if (left_ > 0) break;
      if (last_chunk_) state = State::kComplete;
      continue;
    }
    const std::size_t end = input.find(kLineEnd, at);
    if (end == std::string::npos) break;
    std::size_t size = 0;
    if (!parse(std::string_view(input).substr(at, end - at), 16, size)) return State::kFault;
    at = end + 2;
    left_ = size + 2;
    last_chunk_ = size == 0;
  }
  input.erase(0, at);
  return state;
}

}  // namespace patchbay::churn
