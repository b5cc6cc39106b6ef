// Reads HTTP/1.1 responses from bytes as they come: Boost.Beast's parser behind stricter rules.
//
//   parser.begin(request_was_head, head);
//   used = parser.feed(buffer, size);      // the rest is presented again, with more behind it
//   if (parser.has_head()) ...             // `head` is filled
//   use(parser.body());                    // what these feeds brought, in one piece
//   if (parser.complete()) ...
//
// Interim answers (1xx) are swallowed. What would let two readers disagree about where a message
// ends is refused: a transfer coding other than exactly "chunked", two lengths, a length beside a
// transfer coding, folded lines.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/upstream/client.hpp"

namespace patchbay::upstream {

class ResponseParser {
 public:
  // `head_bytes_max` bounds a head, and any other line that must be seen whole.
  explicit ResponseParser(std::size_t head_bytes_max);
  ~ResponseParser();
  ResponseParser(const ResponseParser&) = delete;
  ResponseParser& operator=(const ResponseParser&) = delete;

  // Forgets everything and waits for the answer to a request. `head` is filled while bytes come
  // and must outlive the answer.
  void begin(bool to_head_request, ResponseHead& head);

  // Back to having seen nothing; begin() before the next feed().
  void clear();

  // Reads from `data` and returns how many bytes were used. Decoded bytes of the body are moved
  // together inside `data`, so that one view holds what several chunks brought. Stops at the end
  // of the message and at a fault.
  std::size_t feed(char* data, std::size_t size);

  // The upstream has closed its side: completes a body that ends so, otherwise a fault.
  void end_of_input();

  // The body's bytes since forget_body(); a view into what was fed. Feeds between two
  // forget_body() must be of neighbouring bytes of one buffer.
  [[nodiscard]] std::string_view body() const { return {body_, body_size_}; }
  void forget_body() { body_size_ = 0; }

  [[nodiscard]] bool started() const { return started_; }    // a byte of the final answer came
  [[nodiscard]] bool has_head() const { return has_head_; }  // the final one
  [[nodiscard]] bool complete() const { return complete_; }

  // Why the bytes are no answer; empty while they are.
  [[nodiscard]] const std::string& fault() const { return fault_; }

  // True when the fault is that the bytes ended too early.
  [[nodiscard]] bool cut_short() const { return cut_short_; }

  // True when another request may follow on the connection. REQUIRES: complete().
  [[nodiscard]] bool keeps_connection() const;

 private:
  class Machine;

  void start_machine(std::uint64_t begin);
  void end_interim(std::size_t used);
  // Where a byte of what is being fed stands, counted from the first one since begin().
  [[nodiscard]] std::uint64_t offset_of(const char* byte) const {
    return offset_ + static_cast<std::uint64_t>(byte - data_);
  }
  void add_body(std::string_view bytes);

  const std::size_t head_bytes_max_;
  std::unique_ptr<Machine> machine_;  // made anew in place for every message
  ResponseHead* head_ = nullptr;
  bool to_head_request_ = false;
  int interim_answers_ = 0;

  char* data_ = nullptr;  // what is being fed
  std::size_t size_ = 0;
  std::uint64_t offset_ = 0;  // how many bytes earlier feeds have used
  char* body_ = nullptr;
  std::size_t body_size_ = 0;

  bool started_ = false;
  bool has_head_ = false;
  bool complete_ = false;
  bool cut_short_ = false;
  std::string fault_;
};

}  // namespace patchbay::upstream
