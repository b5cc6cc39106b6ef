#include "core/upstream/dialer.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include <netinet/in.h>
#include <sys/socket.h>

#include "core/upstream/curl_process.hpp"
#include "core/upstream/dial_error.hpp"

namespace patchbay::upstream {
namespace {

constexpr long kKeepAliveIdleSeconds = 30;
constexpr long kKeepAliveIntervalSeconds = 10;

// Where the address lies. libcurl declares room for the shortest kind and has more behind it.
const char* bytes_of(const curl_sockaddr& address) {
  return reinterpret_cast<const char*>(&address) + offsetof(curl_sockaddr, addr);
}

// What libcurl is about to connect to. Whatever is neither IPv4 nor IPv6 is no upstream.
std::optional<IpAddress> address_of(const curl_sockaddr& address) {
  if (address.family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, bytes_of(address), sizeof(v4));
    std::array<std::uint8_t, 4> b{};
    std::memcpy(b.data(), &v4.sin_addr, b.size());
    return IpAddress::v4(b[0], b[1], b[2], b[3]);
  }
  if (address.family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, bytes_of(address), sizeof(v6));
    IpAddress::Bytes bytes{};
    std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
    return IpAddress(bytes);
  }
  return std::nullopt;
}

// The proxy is to look names up: a name looked up here would reach it as an address that nobody has
// judged. With "socks5" libcurl would.
std::string by_name(const std::string& proxy) {
  constexpr std::string_view kSocks = "socks5://";
  return proxy.starts_with(kSocks) ? "socks5h://" + proxy.substr(kSocks.size()) : proxy;
}

// A proxy looks names up itself, but what the URL spells out can be judged here.
Status check_spelled_host(const Endpoint& endpoint) {
  if (endpoint.connection.proxy.empty()) return ok();  // open_socket() judges what is found
  const std::optional<IpAddress> spelled = literal_address(endpoint.host);
  if (!spelled || endpoint.connection.guard.allows(endpoint.host, *spelled)) return ok();
  return refused_error(endpoint.host, {&*spelled, 1});
}

}  // namespace

Dialer::Dialer(reactor::Worker& worker, std::size_t dials_max)
    : worker_(worker),
      prepared_(prepare_process_for_curl()),
      dials_max_(std::max<std::size_t>(dials_max, 1)),
      share_(curl_share_init()),
      waiting_timer_(
          worker, [this] { expire_waiting(); }, "dials that wait"),
      next_(
          worker, [this] { begin_next(); }, "dials to begin"),
      cells_(worker.metrics().upstream) {
  // One thread, so the share needs no locks.
  curl_share_setopt(share_, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS);
  curl_share_setopt(share_, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
}

Dialer::~Dialer() {
  while (!under_way_.empty())
    end(*under_way_.front());
  while (!waiting_.empty())
    waiting_.remove(*waiting_.next([](const Endpoint&) { return true; }));
  shards_.clear();
  curl_share_cleanup(share_);
}

Dial* Dialer::dial(std::shared_ptr<Endpoint> endpoint, DialRequester& requester, bool takes_warm) {
  auto dial = std::make_unique<Dial>();
  dial->deadline = Clock::now() + endpoint->connection.connect_timeout;
  dial->endpoint = std::move(endpoint);
  dial->requester = &requester;
  dial->takes_warm = takes_warm;
  // At the end of the turn: a dial that cannot begin fails its requester, which must not happen
  // inside this call.
  next_.schedule();
  cells_.dials_waiting.add(1);
  return &waiting_.add(std::move(dial));
}

void Dialer::cancel(Dial* dial) {
  if (dial->begun && !dial->resolved()) {
    dial->requester = nullptr;
  } else {
    end(*dial);
  }
}

DialRequester* Dialer::take_waiting(const Endpoint& endpoint) {
  Dial* const dial = waiting_.first_for_warm(endpoint);
  if (dial == nullptr) return nullptr;
  DialRequester* const requester = dial->requester;
  end(*dial);
  return requester;
}

void Dialer::begin_next() {
  const auto may_begin = [this](const Endpoint& endpoint) {
    return endpoint.dials_under_way + under_way_.size() < dials_max_;
  };
  while (Dial* const dial = waiting_.next(may_begin)) {
    if (const Status begun = begin(*dial); !begun) {
      fail(*dial, begun.error());
      continue;
    }
    dial->begun = true;
    ++dial->endpoint->dials_under_way;
    waiting_.move(*dial, under_way_);
    cells_.dials_waiting.add(-1);
    cells_.dials_under_way.add(1);
  }
  expect_the_late();
}

Status Dialer::begin(Dial& dial) {
  if (!prepared_) return prepared_;
  if (dial.deadline <= Clock::now()) {
    return dial_timeout(*dial.endpoint, "its turn to dial did not come");
  }
  if (Status allowed = check_spelled_host(*dial.endpoint); !allowed) return allowed;
  Shard* shard = shard_with_room();
  CURL* easy = shard == nullptr ? nullptr : curl_easy_init();
  if (easy != nullptr) {
    dial.easy = easy;
    set_options(dial);
    if (shard->add(easy)) {
      dial.shard = shard;
      return ok();
    }
    dial.easy = nullptr;
    curl_easy_cleanup(easy);
  }
  return make_error(ErrorCode::kUnavailable,
                    "no connection to " + dial.endpoint->name + " can be made",
                    "libcurl gave no handle");
}

void Dialer::set_options(Dial& dial) {
  CURL* const easy = dial.easy;
  const Connection& connection = dial.endpoint->connection;
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(dial.deadline - Clock::now()).count();

  curl_easy_setopt(easy, CURLOPT_PRIVATE, static_cast<void*>(&dial));
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, dial.words.data());
  curl_easy_setopt(easy, CURLOPT_SHARE, share_);
  curl_easy_setopt(easy, CURLOPT_URL, dial.endpoint->dial_url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
  curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::max(left, 1L)));
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  // Without it, cancelling a dial that waits for a name stops the loop until the resolver answers.
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &Dialer::open_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, static_cast<void*>(&dial));
  curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, kKeepAliveIdleSeconds);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, kKeepAliveIntervalSeconds);

  // Both are set always, and empty means none: unset, libcurl would ask the environment.
  curl_easy_setopt(easy, CURLOPT_PROXY, by_name(connection.proxy).c_str());
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
  if (!connection.proxy.empty()) curl_easy_setopt(easy, CURLOPT_HTTPPROXYTUNNEL, 1L);

  // A CA path, which distributions compile in, keeps libcurl from caching the parsed bundle: that
  // is 30 ms of the loop's time for every connection.
  curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
  if (!connection.ca_file.empty()) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, connection.ca_file.c_str());
    curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, connection.ca_file.c_str());
    // A company's own file is small and may be replaced in its place.
    curl_easy_setopt(easy, CURLOPT_CA_CACHE_TIMEOUT, 60L);
  }
  curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, nullptr);
  if (!connection.verify) {
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
  }
}

// Called for every address in turn; an address that gets no socket is passed over.
curl_socket_t Dialer::open_socket(void* tag, curlsocktype, curl_sockaddr* address) {
  if (tag == nullptr) return CURL_SOCKET_BAD;
  Dial& dial = *static_cast<Dial*>(tag);
  const std::optional<IpAddress> found = address_of(*address);
  dial.shard->look_again(dial.easy);
  if (dial.requester == nullptr || !found) return CURL_SOCKET_BAD;
  const Endpoint& endpoint = *dial.endpoint;
  if (!endpoint.connection.guard.allows(endpoint.dialled_host, *found)) {
    dial.refused.push_back(*found);
    return CURL_SOCKET_BAD;
  }
  dial.opened = true;
  return dial.shard->new_socket(address->family, address->socktype, address->protocol);
}

Shard* Dialer::shard_with_room() {
  for (const auto& shard : shards_) {
    if (shard->has_room()) return shard.get();
  }
  std::unique_ptr<Shard> shard = Shard::create(worker_, *this);
  if (shard == nullptr) return nullptr;
  return shards_.emplace_back(std::move(shard)).get();
}

void Dialer::on_dial_over(CURL* easy, CURLcode code) {
  char* tag = nullptr;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &tag);
  Dial& dial = *static_cast<Dial*>(static_cast<void*>(tag));
  if (code != CURLE_OK) {
    DialFailure failure{.code = code,
                        .resolved = dial.resolved(),
                        .opened = dial.opened,
                        .refused = dial.refused,
                        .words = dial.words.data()};
    long os_error = 0;
    curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &os_error);
    failure.os_error = static_cast<int>(os_error);
    curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &failure.proxy_status);
    fail(dial, dial_error(*dial.endpoint, failure));
    return;
  }
  // The handle stays in its shard, which is what keeps the connection open.
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, nullptr);
  std::unique_ptr<Link> link = Link::take_over(worker_, *dial.shard, easy, dial.endpoint);
  dial.easy = nullptr;
  if (link == nullptr) {
    fail(dial,
         make_error(ErrorCode::kUnavailable,
                    dial.endpoint->name + " closed the connection as soon as it was made"));
    return;
  }
  DialRequester& requester = *dial.requester;
  end(dial);
  requester.on_dialled(std::move(link));
}

void Dialer::end(Dial& dial) {
  if (dial.easy != nullptr) {
    dial.shard->remove(dial.easy);
    curl_easy_cleanup(dial.easy);
  }
  if (dial.begun) {
    --dial.endpoint->dials_under_way;
    cells_.dials_under_way.add(-1);
    under_way_.erase(dial.place);
  } else {
    waiting_.remove(dial);
    cells_.dials_waiting.add(-1);
  }
  if (!waiting_.empty()) next_.schedule();
}

void Dialer::fail(Dial& dial, Error error) {
  DialRequester* const requester = dial.requester;
  end(dial);
  if (requester != nullptr) requester->on_dial_failed(std::move(error));
}

void Dialer::expire_waiting() {
  // Failing one may cancel others, so each look begins anew.
  while (Dial* const late = waiting_.late(Clock::now())) {
    fail(*late, dial_timeout(*late->endpoint, "its turn to dial did not come"));
  }
  expect_the_late();
}

// An alarm that comes too early finds nobody late, so it is only ever moved forward.
void Dialer::expect_the_late() {
  if (waiting_.empty()) return;
  const Time earliest = waiting_.earliest();
  if (!waiting_timer_.armed() || earliest < waiting_timer_.due()) waiting_timer_.arm_at(earliest);
}

}  // namespace patchbay::upstream
