#include "core/server/request_parser.hpp"

#include <algorithm>
#include <optional>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include "core/server/head_rules.hpp"

namespace patchbay::server {
namespace {

namespace beast_http = boost::beast::http;
using boost::beast::error_code;
using BeastView = boost::beast::string_view;

std::string_view view(BeastView text) {
  return {text.data(), text.size()};
}

}  // namespace

// Puts what Beast finds straight into a Request; no field container of Beast's is filled.
class RequestParser::Beast {
 public:
  explicit Beast(const Limits& limits) : limits_(limits) {}

  void start() {
    parser_.emplace(*this);
    parser_->eager(true);
    parser_->header_limit(static_cast<std::uint32_t>(limits_.head_bytes_max + 1024));
    parser_->body_limit(limits_.body_bytes_max);
  }

  std::size_t put(std::string_view bytes, Request& request, error_code& ec) {
    request_ = &request;
    std::size_t used = 0;
    while (used < bytes.size() && !parser_->is_done()) {
      // Beast asserts that a first chunk which is the last has five bytes; the network knows
      // nothing of that, and at least so many are still to come.
      if (parser_->before_chunks() && bytes.size() - used < 5 && bytes[used] == '0') break;
      const std::size_t taken =
          parser_->put(boost::asio::const_buffer(bytes.data() + used, bytes.size() - used), ec);
      used += taken;
      if (ec || taken == 0) break;  // it may want more without saying so
    }
    if (ec == beast_http::error::need_more) ec = {};
    return used;
  }

  [[nodiscard]] bool done() const { return parser_->is_done(); }
  [[nodiscard]] bool keep_alive() const { return parser_->keep_alive(); }

 private:
  class Parser final : public beast_http::basic_parser<true> {
   public:
    explicit Parser(Beast& owner) : owner_(owner) {}

    // The head is read, it promises chunks, and none has been seen.
    [[nodiscard]] bool before_chunks() const { return before_chunks_; }

   private:
    void on_request_impl(
        beast_http::verb, BeastView method, BeastView target, int version, error_code&) override {
      owner_.request_->method = view(method);
      owner_.request_->target = view(target);
      owner_.request_->http_1_0 = version == 10;
    }
    void on_response_impl(int, BeastView, int, error_code&) override {}
    void on_field_impl(beast_http::field, BeastView name, BeastView value, error_code&) override {
      if (!in_body_) owner_.request_->headers.add(view(name), view(value));  // trailers are dropped
    }
    void on_header_impl(error_code&) override {
      in_body_ = true;
      before_chunks_ = chunked();
    }
    void on_body_init_impl(boost::optional<std::uint64_t> const& length, error_code&) override {
      if (!length) return;
      // A promise is not a reason to reserve what may never come.
      constexpr std::uint64_t kReserveMax = 1024 * 1024;
      owner_.request_->padded_body.reserve(
          static_cast<std::size_t>(std::min(*length, kReserveMax)) + kBodyPadding);
    }
    std::size_t on_body_impl(BeastView body, error_code&) override {
      owner_.request_->padded_body.append(body.data(), body.size());
      return body.size();
    }
    void on_chunk_header_impl(std::uint64_t, BeastView, error_code&) override {
      before_chunks_ = false;
    }
    std::size_t on_chunk_body_impl(std::uint64_t, BeastView body, error_code& ec) override {
      if (owner_.request_->padded_body.size() + body.size() > owner_.limits_.body_bytes_max) {
        ec = beast_http::error::body_limit;
        return 0;
      }
      owner_.request_->padded_body.append(body.data(), body.size());
      return body.size();
    }
    void on_finish_impl(error_code&) override {}

    Beast& owner_;
    bool in_body_ = false;
    bool before_chunks_ = false;
  };

  const Limits& limits_;
  std::optional<Parser> parser_;
  Request* request_ = nullptr;
};

RequestParser::RequestParser(const Limits& limits)
    : limits_(limits), beast_(std::make_unique<Beast>(limits)) {}

RequestParser::~RequestParser() = default;

RequestParser::Step RequestParser::fault(int status, std::string message, std::size_t consumed) {
  return {consumed, State::kFault, status, std::move(message)};
}

RequestParser::Step RequestParser::head_too_long() const {
  return fault(431,
               "The request's head is longer than the limit of " +
                   std::to_string(limits_.head_bytes_max) + " bytes");
}

RequestParser::Step RequestParser::feed(std::string_view bytes, Request& request) {
  return state_ == State::kBody ? read_body(bytes, request) : read_head(bytes, request);
}

RequestParser::Step RequestParser::read_head(std::string_view bytes, Request& request) {
  // A line end before a request is allowed, and some clients do send one after a body.
  std::size_t skipped = 0;
  while (bytes.substr(skipped).starts_with("\r\n"))
    skipped += 2;
  if (skipped > 0) searched_ = 0;
  bytes.remove_prefix(skipped);

  const std::size_t from = searched_ < 3 ? 0 : searched_ - 3;
  const std::size_t end = bytes.find("\r\n\r\n", from);
  if (end == std::string_view::npos) {
    if (hopeless_head(bytes, searched_)) {
      return fault(400, "Malformed request head");
    }
    if (bytes.size() > limits_.head_bytes_max) return head_too_long();
    searched_ = bytes.size();
    return {skipped, State::kHead};
  }
  const std::string_view head = bytes.substr(0, end + 4);
  if (head.size() > limits_.head_bytes_max) return head_too_long();
  if (auto bad = check_head(head, limits_.headers_max))
    return fault(bad->status, std::move(bad->message));

  request.headers.clear();
  request.padded_body.clear();
  beast_->start();
  Step step = read_body(head, request);
  if (step.state == State::kBody && head.size() < bytes.size()) {
    step = read_body(bytes.substr(head.size()), request);
    step.consumed += head.size();
  }
  step.consumed += skipped;
  if (step.state != State::kFault) {
    const auto expect = request.headers.find("expect");
    if (expect && !http::equals_ignoring_case(*expect, "100-continue")) {
      return fault(417, "The only expectation known here is 100-continue", step.consumed);
    }
    wants_continue_ =
        expect && step.state == State::kBody && request.padded_body.empty() && !request.http_1_0;
  }
  return step;
}

RequestParser::Step RequestParser::read_body(std::string_view bytes, Request& request) {
  error_code ec;
  const std::size_t used = beast_->put(bytes, request, ec);
  if (ec == beast_http::error::body_limit) {
    return fault(413,
                 "The request's body is longer than the limit of " +
                     std::to_string(limits_.body_bytes_max) + " bytes",
                 used);
  }
  if (ec) return fault(400, "Malformed HTTP request", used);
  state_ = State::kBody;
  searched_ = 0;
  if (!beast_->done()) {
    // What is left belongs to a chunk's first line or to the trailers, which are not worth more.
    if (bytes.size() - used > limits_.head_bytes_max) {
      return fault(400, "A chunk's header or the trailers are too large", used);
    }
    return {used, State::kBody};
  }
  request.keep_alive = beast_->keep_alive();
  request.padded_body.append(kBodyPadding, '\0');
  wants_continue_ = false;
  state_ = State::kComplete;
  return {used, State::kComplete};
}

bool RequestParser::take_wants_continue() {
  return std::exchange(wants_continue_, false);
}

void RequestParser::reset() {
  state_ = State::kHead;
  searched_ = 0;
  wants_continue_ = false;
}

}  // namespace patchbay::server
