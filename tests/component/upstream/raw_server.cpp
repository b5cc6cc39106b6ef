#include "tests/component/upstream/raw_server.hpp"

#include <array>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace patchbay::upstream {

Peer::Peer(int fd, int index, SSL_CTX* tls) : fd_(fd), index_(index) {
  if (tls == nullptr) return;
  ssl_ = SSL_new(tls);
  SSL_set_fd(ssl_, fd_);
}

Peer::~Peer() {
  if (ssl_ != nullptr) {
    if (SSL_is_init_finished(ssl_) && fd_ >= 0) SSL_shutdown(ssl_);
    SSL_free(ssl_);
  }
  drop();
}

bool Peer::read_more() {
  std::array<char, 16384> buffer;
  const auto n = ssl_ != nullptr ? SSL_read(ssl_, buffer.data(), static_cast<int>(buffer.size()))
                                 : static_cast<int>(::recv(fd_, buffer.data(), buffer.size(), 0));
  if (n <= 0) return false;
  input_.append(buffer.data(), static_cast<std::size_t>(n));
  return true;
}

std::string Peer::read_head() {
  std::size_t end = 0;
  while ((end = input_.find("\r\n\r\n")) == std::string::npos) {
    if (!read_more()) return {};
  }
  std::string head = input_.substr(0, end + 4);
  input_.erase(0, end + 4);
  return head;
}

std::string Peer::read_request() {
  std::string request = read_head();
  const std::size_t field = request.find("Content-Length: ");
  if (field == std::string::npos) return request;
  std::size_t left = std::stoul(request.substr(field + 16));
  while (left > 0) {
    const std::string piece = read(left);
    if (piece.empty()) return {};
    request += piece;
    left -= piece.size();
  }
  return request;
}

std::string Peer::read(std::size_t size) {
  if (input_.empty() && !read_more()) return {};
  std::string piece = input_.substr(0, size);
  input_.erase(0, piece.size());
  return piece;
}

bool Peer::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ssl_ != nullptr
                       ? SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                       : static_cast<int>(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

std::size_t Peer::send_until_stuck(std::string_view bytes, int quiet_ms) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    pollfd room{.fd = fd_, .events = POLLOUT, .revents = 0};
    if (::poll(&room, 1, quiet_ms) <= 0) break;
    const ssize_t n =
        ::send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n <= 0) break;
    sent += static_cast<std::size_t>(n);
  }
  return sent;
}

bool Peer::closed_by_client() {
  const std::size_t before = input_.size();
  while (read_more()) {
  }
  return input_.size() == before;
}

void Peer::reset() {
  const linger now{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  fd_ = -1;  // the server closes it, with no end sent before
}

// The descriptor itself is the server's, which may be breaking it off on another thread.
void Peer::drop() {
  if (fd_ >= 0) ::shutdown(std::exchange(fd_, -1), SHUT_RDWR);
}

Certificate::Certificate() {
  std::string folder = "/tmp/patchbay-upstream-test-XXXXXX";
  if (::mkdtemp(folder.data()) == nullptr) throw std::runtime_error("no folder for a certificate");
  folder_ = folder;
  certificate_file_ = folder_ + "/certificate.pem";
  key_file_ = folder_ + "/key.pem";
  const std::string command =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
      "-subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout '" +
      key_file_ + "' -out '" + certificate_file_ + "' 2>/dev/null";
  if (std::system(command.c_str()) != 0) throw std::runtime_error("openssl made no certificate");
}

Certificate::~Certificate() {
  ::unlink(certificate_file_.c_str());
  ::unlink(key_file_.c_str());
  ::rmdir(folder_.c_str());
}

RawServer::RawServer(Script script, const Certificate* certificate) : script_(std::move(script)) {
  if (certificate != nullptr) {
    tls_ = SSL_CTX_new(TLS_server_method());
    if (SSL_CTX_use_certificate_file(tls_, certificate->file().c_str(), SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_use_PrivateKey_file(tls_, certificate->key_file().c_str(), SSL_FILETYPE_PEM) != 1) {
      throw std::runtime_error("the certificate cannot be used");
    }
  }
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, any, size) != 0 || ::listen(listener_, 512) != 0 ||
      ::getsockname(listener_, any, &size) != 0) {
    throw std::runtime_error("the test server cannot listen");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

RawServer::~RawServer() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    for (const Session& session : sessions_)
      ::shutdown(session.fd, SHUT_RDWR);
  }
  acceptor_.join();
  ::close(listener_);
  for (Session& session : sessions_) {
    session.thread.join();
  }
  SSL_CTX_free(tls_);
}

std::string RawServer::url(std::string_view target) const {
  return (tls_ != nullptr ? "https://localhost:" + std::to_string(port_) : "http://" + name())
      .append(target);
}

int RawServer::accepted() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return static_cast<int>(sessions_.size());
}

void RawServer::accept_all() {
  for (int index = 0;; ++index) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    const int one = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    const std::lock_guard<std::mutex> lock(mutex_);
    Session& session = sessions_.emplace_back();
    session.fd = fd;
    if (stopping_) ::shutdown(fd, SHUT_RDWR);
    session.thread = std::thread([this, &session, index] { serve(session, index); });
  }
}

void RawServer::serve(Session& session, int index) {
  int fd = -1;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    fd = session.fd;
  }
  {
    Peer peer(fd, index, tls_);
    if (peer.ssl_ == nullptr || SSL_accept(peer.ssl_) == 1) script_(peer);
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  ::close(std::exchange(session.fd, -1));
}

}  // namespace patchbay::upstream
