#include "core/storage/redis/lookup.hpp"

#include <array>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include <netdb.h>
#include <sys/socket.h>

#include "core/base/ip_address.hpp"

namespace patchbay::storage::redis {
namespace {

Result<std::vector<std::string>> look_up(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  if (const int error = ::getaddrinfo(host.c_str(), nullptr, &hints, &list); error != 0) {
    return make_error(
        ErrorCode::kUnavailable, "the host of Redis is not known", ::gai_strerror(error));
  }
  std::vector<std::string> addresses;
  for (const addrinfo* each = list; each != nullptr; each = each->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    if (::getnameinfo(each->ai_addr,
                      each->ai_addrlen,
                      text.data(),
                      static_cast<socklen_t>(text.size()),
                      nullptr,
                      0,
                      NI_NUMERICHOST) == 0) {
      addresses.emplace_back(text.data());
    }
  }
  ::freeaddrinfo(list);
  if (!addresses.empty()) return addresses;
  return make_error(ErrorCode::kUnavailable, "the host of Redis has no address");
}

}  // namespace

struct Lookup::State {
  std::mutex mutex;
  std::optional<Result<std::vector<std::string>>> found;  // guarded by mutex
};

std::optional<std::string> known_address(const std::string& host) {
  if (host == "localhost") return "127.0.0.1";
  if (IpAddress::parse(host)) return host;
  return std::nullopt;
}

Lookup::Lookup(const std::string& host) : state_(std::make_shared<State>()) {
  try {
    std::thread([state = state_, host] {
      auto found = look_up(host);
      const std::lock_guard<std::mutex> lock(state->mutex);
      state->found = std::move(found);
    }).detach();
  } catch (const std::system_error& error) {
    state_->found = Result<std::vector<std::string>>(
        make_error(ErrorCode::kUnavailable, "no thread to look a name up", error.what()));
  }
}

std::optional<Result<std::vector<std::string>>> Lookup::found() const {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  return state_->found;
}

}  // namespace patchbay::storage::redis
