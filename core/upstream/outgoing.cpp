#include "core/upstream/outgoing.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace patchbay::upstream {

void Outgoing::set_body(std::vector<std::string_view> body) {
  body_ = std::move(body);
  rewind();
}

void Outgoing::rewind() {
  index_ = 0;
  offset_ = 0;
  left_ = head_.size();
  for (const std::string_view bytes : body_)
    left_ += bytes.size();
}

std::size_t Outgoing::gather(std::span<iovec> out) const {
  std::size_t filled = 0;
  std::size_t left = left_;
  std::size_t offset = offset_;
  for (std::size_t i = index_; left > 0 && filled < out.size(); ++i) {
    const std::string_view bytes = piece(i).substr(offset);
    offset = 0;
    if (bytes.empty()) continue;
    // sendmsg() takes a pointer to non-const and does not write through it.
    out[filled++] = {const_cast<char*>(bytes.data()), bytes.size()};
    left -= bytes.size();
  }
  return filled;
}

std::size_t Outgoing::copy(char* out, std::size_t size) const {
  std::size_t copied = 0;
  std::size_t offset = offset_;
  for (std::size_t i = index_; copied < std::min(size, left_); ++i) {
    const std::string_view bytes = piece(i).substr(offset, size - copied);
    offset = 0;
    if (!bytes.empty()) std::memcpy(out + copied, bytes.data(), bytes.size());
    copied += bytes.size();
  }
  return copied;
}

void Outgoing::advance(std::size_t bytes) {
  left_ -= bytes;
  while (bytes > 0) {
    const std::size_t here = std::min(bytes, piece(index_).size() - offset_);
    bytes -= here;
    offset_ += here;
    if (offset_ == piece(index_).size()) {
      ++index_;
      offset_ = 0;
    }
  }
}

void Outgoing::own_the_rest() {
  std::string rest(left_, '\0');
  copy(rest.data(), rest.size());
  head_ = std::move(rest);
  set_body({});
}

void Outgoing::clear() {
  head_.clear();
  body_.clear();
  rewind();
}

}  // namespace patchbay::upstream
