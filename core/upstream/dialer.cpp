#include "core/upstream/dialer.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <chrono>
#include <string>
#include <utility>

#include <sys/socket.h>

#include "core/upstream/curl_process.hpp"
#include "core/upstream/dial_error.hpp"

namespace patchbay::upstream {
namespace {

constexpr long kKeepAliveIdleSeconds = 30;
constexpr long kKeepAliveIntervalSeconds = 10;

// As libcurl would, but not inherited by programs that this process may start.
curl_socket_t open_socket(void*, curlsocktype, curl_sockaddr* address) {
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

}  // namespace

struct Dialer::Dial {
  std::shared_ptr<Endpoint> endpoint;
  Requester* requester = nullptr;
  bool takes_warm = false;
  Time deadline{};
  Shard* shard = nullptr;  // null while it waits
  CURL* easy = nullptr;
  std::array<char, CURL_ERROR_SIZE> words{};  // libcurl's, when it fails
  Dials::iterator place;
};

Dialer::Dialer(reactor::Worker& worker, std::size_t dials_max)
    : worker_(worker),
      prepared_(prepare_process_for_curl()),
      dials_max_(std::max<std::size_t>(dials_max, 1)),
      share_(curl_share_init()),
      waiting_timer_(worker, [this] { expire_waiting(); }),
      next_(worker, [this] { begin_next(); }) {
  // One thread, so the share needs no locks.
  curl_share_setopt(share_, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS);
  curl_share_setopt(share_, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
}

Dialer::~Dialer() {
  while (!under_way_.empty())
    end(*under_way_.front(), under_way_);
  waiting_.clear();
  shards_.clear();
  curl_share_cleanup(share_);
}

Dialer::Dial* Dialer::dial(std::shared_ptr<Endpoint> endpoint,
                           Requester& requester,
                           bool takes_warm) {
  waiting_.push_back(std::make_unique<Dial>());
  Dial& dial = *waiting_.back();
  dial.place = std::prev(waiting_.end());
  dial.deadline = Clock::now() + endpoint->connection.connect_timeout;
  dial.endpoint = std::move(endpoint);
  dial.requester = &requester;
  dial.takes_warm = takes_warm;
  if (under_way_.size() < dials_max_) {
    // At the end of the turn: a dial that cannot begin fails its requester, which must not happen
    // inside this call.
    next_.schedule();
  } else {
    expect(dial.deadline);
  }
  return &dial;
}

void Dialer::cancel(Dial* dial) {
  end(*dial, dial->easy == nullptr ? waiting_ : under_way_);
}

Dialer::Requester* Dialer::take_waiting(const Endpoint& endpoint) {
  for (const auto& dial : waiting_) {
    if (!dial->takes_warm || dial->endpoint.get() != &endpoint) continue;
    Requester* requester = dial->requester;
    end(*dial, waiting_);
    return requester;
  }
  return nullptr;
}

void Dialer::begin_next() {
  while (under_way_.size() < dials_max_ && !waiting_.empty()) {
    Dial& dial = *waiting_.front();
    if (const Status begun = begin(dial); !begun) {
      fail(dial, waiting_, begun.error());
      continue;
    }
    under_way_.splice(under_way_.end(), waiting_, dial.place);
  }
  if (!waiting_.empty() && !waiting_timer_.armed()) expect(waiting_.front()->deadline);
}

Status Dialer::begin(Dial& dial) {
  if (!prepared_) return prepared_;
  if (dial.deadline <= Clock::now()) {
    return dial_timeout(*dial.endpoint, "its turn to dial did not come");
  }
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
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &open_socket);
  curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, kKeepAliveIdleSeconds);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, kKeepAliveIntervalSeconds);

  // Both are set always, and empty means none: unset, libcurl would ask the environment.
  curl_easy_setopt(easy, CURLOPT_PROXY, connection.proxy.c_str());
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
  if (!connection.proxy.empty()) curl_easy_setopt(easy, CURLOPT_HTTPPROXYTUNNEL, 1L);

  // A CA path, which distributions compile in, keeps libcurl from caching the parsed bundle: that
  // is 30 ms of the loop's time for every connection.
  curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
  if (!connection.ca_file.empty()) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, connection.ca_file.c_str());
    curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, connection.ca_file.c_str());
  }
  curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, nullptr);
  if (!connection.verify) {
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
  }
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
    DialFailure failure{.code = code, .words = dial.words.data()};
    long os_error = 0;
    curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &os_error);
    failure.os_error = static_cast<int>(os_error);
    curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &failure.proxy_status);
    fail(dial, under_way_, dial_error(*dial.endpoint, failure));
    return;
  }
  // The handle stays in its shard, which is what keeps the connection open.
  std::unique_ptr<Link> link = Link::take_over(worker_, *dial.shard, easy, dial.endpoint);
  dial.easy = nullptr;
  if (link == nullptr) {
    fail(dial,
         under_way_,
         make_error(ErrorCode::kUnavailable,
                    dial.endpoint->name + " closed the connection as soon as it was made"));
    return;
  }
  Requester& requester = *dial.requester;
  end(dial, under_way_);
  requester.on_dialled(std::move(link));
}

void Dialer::end(Dial& dial, Dials& list) {
  if (dial.easy != nullptr) {
    dial.shard->remove(dial.easy);
    curl_easy_cleanup(dial.easy);
  }
  list.erase(dial.place);
  if (!waiting_.empty()) next_.schedule();
}

void Dialer::fail(Dial& dial, Dials& list, Error error) {
  Requester& requester = *dial.requester;
  end(dial, list);
  requester.on_dial_failed(std::move(error));
}

void Dialer::expire_waiting() {
  // Failing one may cancel others, so each look begins anew.
  for (;;) {
    const auto late = std::find_if(waiting_.begin(), waiting_.end(), [](const auto& dial) {
      return dial->deadline <= Clock::now();
    });
    if (late == waiting_.end()) break;
    Error error = dial_timeout(*(*late)->endpoint, "its turn to dial did not come");
    fail(**late, waiting_, std::move(error));
  }
  for (const auto& dial : waiting_)
    expect(dial->deadline);
}

// An alarm that comes too early finds nobody late, so it is only ever moved forward.
void Dialer::expect(Time deadline) {
  if (!waiting_timer_.armed() || deadline < waiting_timer_.due()) waiting_timer_.arm_at(deadline);
}

}  // namespace patchbay::upstream
