#include "core/server/listen_socket.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>
#include <utility>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace patchbay::server {
namespace {

constexpr int kBacklog = 4096;

struct HostPort {
  std::string host;
  std::string port;
};

Result<HostPort> split(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos) {
    return make_error(ErrorCode::kInvalid, "listen address \"" + address + "\" has no port");
  }
  HostPort parts{address.substr(0, colon), address.substr(colon + 1)};
  if (parts.host.starts_with('[') && parts.host.ends_with(']')) {
    parts.host = parts.host.substr(1, parts.host.size() - 2);
  } else if (parts.host.find(':') != std::string::npos) {
    return make_error(ErrorCode::kInvalid,
                      "an IPv6 listen address needs brackets: [" + parts.host + "]:" + parts.port);
  }
  return parts;
}

bool is_loopback(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(address);
    return (ntohl(v4->sin_addr.s_addr) >> 24) == 127;
  }
  const auto* v6 = reinterpret_cast<const sockaddr_in6*>(address);
  return IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr) != 0;
}

std::string printable(const sockaddr_storage& address) {
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  const std::string host = printable_host(generic);
  if (generic->sa_family == AF_INET) {
    return host + ":" +
           std::to_string(ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port));
  }
  return "[" + host +
         "]:" + std::to_string(ntohs(reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port));
}

Error system_error(const std::string& address, int code) {
  const std::string reason = std::error_code(code, std::generic_category()).message();
  if (code == EADDRINUSE) {
    return make_error(ErrorCode::kConflict,
                      "cannot listen on " + address +
                          ": the port is taken; stop what uses it or choose another with --listen");
  }
  return make_error(ErrorCode::kUnavailable, "cannot listen on " + address + ": " + reason);
}

using AddressList = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

// Where `address` wants to listen; the first of what it resolves to counts.
Result<AddressList> resolve(const std::string& address) {
  auto parts = split(address);
  if (!parts) return parts.error();
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  if (parts->host.empty()) hints.ai_family = AF_INET6;  // dual stack
  addrinfo* found = nullptr;
  const char* host = parts->host.empty() ? nullptr : parts->host.c_str();
  if (const int rc = ::getaddrinfo(host, parts->port.c_str(), &hints, &found); rc != 0) {
    return make_error(ErrorCode::kInvalid,
                      "cannot listen on " + address + ": " + ::gai_strerror(rc));
  }
  return AddressList(found, &::freeaddrinfo);
}

}  // namespace

bool listens_on_loopback(const std::string& address) {
  const auto resolved = resolve(address);
  return resolved && is_loopback((*resolved)->ai_addr);
}

std::string printable_host(const void* socket_address) {
  const auto* generic = static_cast<const sockaddr*>(socket_address);
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (generic->sa_family == AF_INET) {
    const auto* v4 = static_cast<const sockaddr_in*>(socket_address);
    ::inet_ntop(AF_INET, &v4->sin_addr, text.data(), text.size());
  } else {
    const auto* v6 = static_cast<const sockaddr_in6*>(socket_address);
    ::inet_ntop(AF_INET6, &v6->sin6_addr, text.data(), text.size());
    // An IPv4 client of a dual-stack socket is shown as what it is.
    if (std::strncmp(text.data(), "::ffff:", 7) == 0 && std::strchr(text.data(), '.') != nullptr) {
      return text.data() + 7;
    }
  }
  return text.data();
}

Result<ListenSocket> ListenSocket::open(const std::string& address) {
  const auto resolved = resolve(address);
  if (!resolved) return resolved.error();
  const addrinfo* const found = resolved->get();
  const bool everywhere = address.starts_with(':');

  const int fd =
      ::socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
  if (fd < 0) return system_error(address, errno);
  ListenSocket socket(fd, address, is_loopback(found->ai_addr));
  const int on = 1;
  const int off = 0;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (found->ai_family == AF_INET6) {
    ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, everywhere ? &off : &on, sizeof(on));
  }
  if (::bind(fd, found->ai_addr, found->ai_addrlen) != 0 || ::listen(fd, kBacklog) != 0) {
    return system_error(address, errno);
  }
  sockaddr_storage bound{};
  socklen_t size = sizeof(bound);
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size) != 0) {
    return system_error(address, errno);
  }
  socket.address_ = printable(bound);
  return socket;
}

ListenSocket::ListenSocket(ListenSocket&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      address_(std::move(other.address_)),
      loopback_(other.loopback_) {}

void ListenSocket::close_to_new() const {
  ::shutdown(fd_, SHUT_RDWR);
}

ListenSocket::~ListenSocket() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace patchbay::server
