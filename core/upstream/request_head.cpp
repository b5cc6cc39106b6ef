#include "core/upstream/request_head.hpp"

#include <algorithm>
#include <string_view>

namespace patchbay::upstream {
namespace {

bool token_byte(char c) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
  return c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), token_byte);
}

bool breaks_a_line(char c) {
  return c == '\r' || c == '\n' || c == '\0';
}

bool is_ours(std::string_view name) {
  switch (name.size()) {
    case 4:
      return http::equals_ignoring_case(name, "host");
    case 10:
      return http::equals_ignoring_case(name, "connection");
    case 14:
      return http::equals_ignoring_case(name, "content-length");
    case 17:
      return http::equals_ignoring_case(name, "transfer-encoding");
    default:
      return false;
  }
}

// A request of these methods without a body says so, since servers expect one.
bool expects_a_body(std::string_view method) {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

}  // namespace

Status write_request_head(const Request& request,
                          const http::Url& url,
                          const Endpoint& endpoint,
                          std::string& out) {
  out.clear();
  if (!is_token(request.method)) {
    return make_error(ErrorCode::kInvalid, "the request's method is not a word");
  }
  out.append(request.method).append(" ").append(url.path.empty() ? "/" : url.path);
  if (!url.query.empty()) out.append("?").append(url.query);
  out.append(" HTTP/1.1\r\nHost: ").append(endpoint.host_header).append("\r\n");

  for (const auto& [name, value] : request.headers) {
    if (is_ours(name)) continue;
    if (!is_token(name) || std::any_of(value.begin(), value.end(), breaks_a_line)) {
      // The value may be a key, so only the name is told, and only where it is printable.
      return make_error(ErrorCode::kInvalid,
                        is_token(name)
                            ? "the header '" + std::string(name) + "' holds a line break or NUL"
                            : std::string("a header's name is not a word"));
    }
    out.append(name).append(": ").append(value).append("\r\n");
  }

  std::size_t body_bytes = 0;
  for (const std::string_view piece : request.body)
    body_bytes += piece.size();
  if (body_bytes > 0 || expects_a_body(request.method)) {
    out.append("Content-Length: ").append(std::to_string(body_bytes)).append("\r\n");
  }
  out.append("\r\n");
  return ok();
}

}  // namespace patchbay::upstream
