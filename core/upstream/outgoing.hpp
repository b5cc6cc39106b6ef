// The bytes of one request that are still to be sent: a head of ours and the caller's body pieces.
//
//   write_head(outgoing.head());
//   outgoing.set_body(std::move(pieces));
//   while (!outgoing.done()) outgoing.advance(send(outgoing.gather(...)));
//   outgoing.rewind();   // the same request once more, on another connection

#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <sys/uio.h>

namespace patchbay::upstream {

class Outgoing {
 public:
  // To be filled before set_body().
  std::string& head() { return head_; }

  // `body` stays the caller's; the views must be valid as long as bytes of them are unsent.
  void set_body(std::vector<std::string_view> body);

  void rewind();

  [[nodiscard]] bool done() const { return left_ == 0; }
  [[nodiscard]] std::size_t left() const { return left_; }  // bytes unsent

  // Points `out` at the next unsent bytes, in order; returns how many entries were filled.
  [[nodiscard]] std::size_t gather(std::span<iovec> out) const;

  // Copies the next unsent bytes; returns how many, which depends on nothing but `size` and what
  // was sent so far.
  std::size_t copy(char* out, std::size_t size) const;

  void advance(std::size_t bytes);

  // Copies what is unsent, so that the caller's body may go. No rewind() afterwards.
  void own_the_rest();

  // Nothing more is to be sent.
  void drop_the_rest() { left_ = 0; }

  // Frees what was held. The object can be used again.
  void clear();

 private:
  [[nodiscard]] std::string_view piece(std::size_t index) const {
    return index == 0 ? std::string_view(head_) : body_[index - 1];
  }

  std::string head_;
  std::vector<std::string_view> body_;
  std::size_t index_ = 0;   // the piece being sent, the head being the first
  std::size_t offset_ = 0;  // in that piece
  std::size_t left_ = 0;    // bytes in all
};

}  // namespace patchbay::upstream
