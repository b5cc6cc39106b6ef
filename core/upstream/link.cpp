#include "core/upstream/link.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include <sys/socket.h>

#include "core/http/header_list.hpp"

namespace patchbay::upstream {
namespace {

// After this many bytes in one turn the other connections get theirs.
constexpr std::size_t kSendBytesPerTurn = 256 * 1024;
constexpr std::size_t kSendPieces = 16;

// How much libcurl reads at once, whatever room it is given.
constexpr long kCurlReadBytes = 64 * 1024;

// TLS to the upstream or to the proxy: libcurl has to see the bytes.
bool needs_curl(const Endpoint& endpoint) {
  return endpoint.tls || http::starts_with_ignoring_case(endpoint.connection.proxy, "https://");
}

}  // namespace

std::unique_ptr<Link> Link::take_over(reactor::Worker& worker,
                                      Shard& shard,
                                      CURL* easy,
                                      std::shared_ptr<Endpoint> endpoint) {
  curl_socket_t fd = CURL_SOCKET_BAD;
  if (curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK) fd = CURL_SOCKET_BAD;
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, nullptr);
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, kCurlReadBytes);
  std::unique_ptr<Link> link(new Link(worker, shard, easy, fd, std::move(endpoint)));
  if (fd == CURL_SOCKET_BAD) return nullptr;
  if (!link->through_curl_) {
    // libcurl counts a connection on which nobody ever called as unused, and closes it when it
    // finds bytes waiting on it. Reading nothing is a call. TLS is read and written by such calls
    // anyway, the first of them in this same turn.
    char nothing = 0;
    std::size_t got = 0;
    if (curl_easy_recv(easy, &nothing, 0, &got) == CURLE_UNSUPPORTED_PROTOCOL) return nullptr;
  }
  return link;
}

Link::Link(reactor::Worker& worker, Shard& shard, CURL* easy, int fd, std::shared_ptr<Endpoint> at)
    : shard_(shard),
      easy_(easy),
      fd_(fd),
      endpoint_(std::move(at)),
      through_curl_(needs_curl(*endpoint_)),
      watch_(
          worker,
          [this](reactor::Ready ready) { user_->on_link_ready(*this, ready); },
          "upstream connection") {}

void Link::close() {
  if (easy_ == nullptr) return;
  watch_.stop();
  // Removing the handle of a connection that was only dialled closes it.
  shard_.remove(easy_);
  curl_easy_cleanup(std::exchange(easy_, nullptr));
}

Status Link::want(reactor::Interest interest) {
  if (!watch_.started()) return watch_.start(fd_, interest);
  watch_.set(interest);
  return ok();
}

Link::Io Link::receive(char* data, std::size_t size, std::size_t& got) {
  got = 0;
  if (through_curl_) {
    const CURLcode code = curl_easy_recv(easy_, data, size, &got);
    if (code == CURLE_OK) return got == 0 ? Io::kEnd : Io::kMoved;
    if (code == CURLE_AGAIN) return Io::kAgain;
    curl_fault_ = code;
    return Io::kFailed;
  }
  for (;;) {
    const ssize_t n = ::recv(fd_, data, size, MSG_DONTWAIT);
    if (n > 0) {
      got = static_cast<std::size_t>(n);
      return Io::kMoved;
    }
    if (n == 0) return Io::kEnd;
    if (errno == EINTR) continue;
    if (errno == EAGAIN) return Io::kAgain;
    os_fault_ = errno;
    return Io::kFailed;
  }
}

Link::Io Link::flush(Outgoing& outgoing, char* scratch) {
  std::size_t sent_in_all = 0;
  while (!outgoing.done()) {
    if (sent_in_all >= kSendBytesPerTurn) return Io::kAgain;
    std::size_t sent = 0;
    const Io io = send_some(outgoing, scratch, sent);
    if (io != Io::kMoved) return io;
    outgoing.advance(sent);
    sent_in_all += sent;
  }
  return Io::kMoved;
}

Link::Io Link::send_some(const Outgoing& outgoing, char* scratch, std::size_t& sent) {
  if (through_curl_) {
    // OpenSSL demands that a write which could not finish is repeated from the same address with
    // the same bytes. The scratch memory and copy() give both.
    const std::size_t size = outgoing.copy(scratch, kRecordBytes);
    const CURLcode code = curl_easy_send(easy_, scratch, size, &sent);
    if (code == CURLE_OK) return Io::kMoved;
    if (code == CURLE_AGAIN) return Io::kAgain;
    curl_fault_ = code;
    return Io::kFailed;
  }
  std::array<iovec, kSendPieces> pieces;
  msghdr message{};
  message.msg_iov = pieces.data();
  message.msg_iovlen = outgoing.gather(pieces);
  for (;;) {
    const ssize_t n = ::sendmsg(fd_, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n >= 0) {
      sent = static_cast<std::size_t>(n);
      return Io::kMoved;
    }
    if (errno == EINTR) continue;
    if (errno == EAGAIN) return Io::kAgain;
    os_fault_ = errno;
    return Io::kFailed;
  }
}

std::string Link::fault() const {
  if (curl_fault_ != CURLE_OK) return curl_easy_strerror(curl_fault_);
  return std::generic_category().message(os_fault_);
}

}  // namespace patchbay::upstream
