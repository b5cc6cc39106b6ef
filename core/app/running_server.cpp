#include "core/app/running_server.hpp"

#include <array>
#include <memory>
#include <string_view>

#include <netdb.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "core/settings/listen_address.hpp"

namespace patchbay::app {
namespace {

constexpr timeval kPatience{2, 0};
constexpr std::size_t kAnswerMax = std::size_t{16} * 1024 * 1024;

class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  const int fd_;
};

// Where a server that listens there is reached from its own machine.
std::string reachable(const std::string& host) {
  if (host.empty() || host == "0.0.0.0") return "127.0.0.1";
  return host == "::" ? "::1" : host;
}

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

// The whole answer, head and body, of a server that closes the connection after it.
std::string read_to_end(int socket) {
  std::string answer;
  std::array<char, 16 * 1024> piece{};
  while (answer.size() < kAnswerMax) {
    const ssize_t got = ::recv(socket, piece.data(), piece.size(), 0);
    if (got <= 0) break;
    answer.append(piece.data(), static_cast<std::size_t>(got));
  }
  return answer;
}

std::string exchange(const std::string& host, const std::string& port, const std::string& request) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0) return {};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, &::freeaddrinfo);
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    const Socket socket(::socket(one->ai_family, one->ai_socktype | SOCK_CLOEXEC, 0));
    if (socket.get() < 0) continue;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
    if (::connect(socket.get(), one->ai_addr, one->ai_addrlen) != 0) continue;
    if (send_all(socket.get(), request)) return read_to_end(socket.get());
  }
  return {};
}

}  // namespace

std::optional<json::Value> ask_running_plugins(const settings::Settings& settings) {
  const auto address = settings::parse_listen_address(settings.server.listen);
  if (!address || address->port == 0) return std::nullopt;
  std::string request =
      "GET /admin/plugins HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
      "Accept: application/json\r\n";
  if (!settings.admin.keys.empty()) {
    request += "Authorization: Bearer " + settings.admin.keys.front().reveal() + "\r\n";
  }
  const std::string answer =
      exchange(reachable(address->host), std::to_string(address->port), request + "\r\n");
  const std::size_t body = answer.find("\r\n\r\n");
  if (!answer.starts_with("HTTP/1.1 200 ") || body == std::string::npos) return std::nullopt;
  Result<json::Value> parsed = json::parse(std::string_view(answer).substr(body + 4));
  if (!parsed) return std::nullopt;
  const json::Value* data = parsed->find("data");
  if (data == nullptr || !data->is(json::Kind::kArray)) return std::nullopt;
  return *std::move(parsed);
}

}  // namespace patchbay::app
