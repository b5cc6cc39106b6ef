// The half of a connection that the handlers see: writing an answer.

#include <algorithm>
#include <utility>

#include "core/http/status.hpp"
#include "core/server/connection.hpp"

namespace patchbay::server {
namespace {

// What one reading of an upstream brings at most.
constexpr std::size_t kSourcePieceBytes = 64 * 1024;

}  // namespace

void Connection::attach(std::unique_ptr<Responder> responder) {
  responder_ = std::move(responder);
}

std::unique_ptr<Responder> Connection::detach() {
  return std::move(responder_);
}

void Connection::write_head(int status, const http::HeaderList& headers) {
  begun_ = true;
  output_.append(request_.http_1_0 ? "HTTP/1.0 " : "HTTP/1.1 ");
  output_.append(std::to_string(status));
  output_.append(" ");
  output_.append(http::reason_phrase(status));
  output_.append("\r\n");
  for (const auto& [name, value] : headers) {
    output_.append(name);
    output_.append(": ");
    output_.append(value);
    output_.append("\r\n");
  }
  output_.append(home_.date_line());
  if (!keep_alive_) {
    output_.append("Connection: close\r\n");
  } else if (request_.http_1_0) {
    output_.append("Connection: keep-alive\r\n");
  }
}

void Connection::respond(int status, const http::HeaderList& headers, std::string_view body) {
  if (answered_) return;
  const std::size_t before = output_.pending();
  write_head(status, headers);
  const bool bodiless = status == 204 || status == 304;
  if (!bodiless) {
    output_.append("Content-Length: ");
    output_.append(std::to_string(body.size()));
    output_.append("\r\n");
  }
  output_.append("\r\n");
  if (!head_only_ && !bodiless) output_.append(body);
  sent_ += output_.pending() - before;
  finish_answer();
}

void Connection::begin(int status,
                       const http::HeaderList& headers,
                       std::optional<std::uint64_t> content_length) {
  if (answered_ || begun_) return;
  const std::size_t before = output_.pending();
  if (!content_length && request_.http_1_0) keep_alive_ = false;  // the body ends by closing
  write_head(status, headers);
  if (content_length) {
    output_.append("Content-Length: ");
    output_.append(std::to_string(*content_length));
    output_.append("\r\n");
  } else if (!request_.http_1_0) {
    chunked_ = true;
    output_.append("Transfer-Encoding: chunked\r\n");
  }
  output_.append("\r\n");
  sent_ += output_.pending() - before;
  turn_end_.schedule();
}

void Connection::write(std::string_view bytes) {
  if (answered_ || bytes.empty() || head_only_) return;
  const std::size_t before = output_.pending();
  if (chunked_) {
    output_.append_chunk(bytes);
  } else {
    output_.append(bytes);
  }
  sent_ += output_.pending() - before;
  turn_end_.schedule();
}

void Connection::end() {
  if (answered_) return;
  if (chunked_ && !head_only_) output_.append("0\r\n\r\n");
  finish_answer();
}

void Connection::abort() {
  if (answered_) return;
  aborted_ = true;
  keep_alive_ = false;
  finish_answer();
}

// The source stops a little before the mark: what it brings next comes in one piece, and has to
// find room as well.
bool Connection::writable() {
  const std::size_t high = home_.limits().output_high_bytes;
  if (output_.pending() < high - std::min(high / 4, kSourcePieceBytes)) return true;
  paused_source_ = true;  // on_drain() is owed from now on
  return false;
}

void Connection::finish_answer() {
  answered_ = true;
  turn_end_.schedule();
}

}  // namespace patchbay::server
