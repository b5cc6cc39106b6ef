// Reads one HTTP/1.1 answer after another from a connection, as strictly as its use here needs.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace patchbay::churn {

class AnswerReader {
 public:
  enum class State { kMore, kComplete, kFault };

  // Takes what it can use from the front of `input`. After kComplete, next() before the next feed.
  State feed(std::string& input);
  void next();

  [[nodiscard]] int status() const { return status_; }
  [[nodiscard]] const std::string& body() const { return body_; }
  // The value of a header, by its name in lower case; empty without it.
  [[nodiscard]] std::string header(std::string_view name) const;
  [[nodiscard]] bool has_head() const { return status_ != 0; }

 private:
  State read_head(std::string& input);
  State read_chunks(std::string& input);

  std::string head_;  // names in lower case
  std::string body_;
  int status_ = 0;
  bool chunked_ = false;
  bool last_chunk_ = false;
  std::size_t left_ = 0;  // of the body, or of the chunk
};

}  // namespace patchbay::churn
