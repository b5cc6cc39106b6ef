// A connection asked for and not yet there.

#pragma once

#include <array>
#include <list>
#include <memory>
#include <vector>

#include <curl/curl.h>

#include "core/base/clock.hpp"
#include "core/base/ip_address.hpp"
#include "core/base/result.hpp"
#include "core/upstream/endpoint.hpp"
#include "core/upstream/link.hpp"
#include "core/upstream/shard.hpp"

namespace patchbay::upstream {

// Who asked for it.
class DialRequester {
 public:
  virtual ~DialRequester() = default;

  // One of the two is called, once, from the loop, unless the dial is cancelled.
  virtual void on_dialled(std::unique_ptr<Link> link) = 0;
  virtual void on_dial_failed(Error error) = 0;

  // A warm connection was found for a dial that had not begun; for Exchanges to call after
  // Dialer::take_waiting().
  virtual void on_link_free(Link& link) = 0;
};

struct Dial {
  std::shared_ptr<Endpoint> endpoint;
  DialRequester* requester = nullptr;  // null: cancelled, and kept until its name is looked up
  bool takes_warm = false;             // see Dialer::take_waiting()
  Time deadline{};

  // Once it has begun:
  bool begun = false;
  Shard* shard = nullptr;
  CURL* easy = nullptr;
  std::array<char, CURL_ERROR_SIZE> words{};  // libcurl's, when it fails
  bool opened = false;                        // a socket, to an address that the guard allows
  std::vector<IpAddress> refused;             // the addresses that it does not

  std::list<std::unique_ptr<Dial>>::iterator place;  // in the list that it is in

  // Whether an address was found, be it for connecting or for refusing.
  [[nodiscard]] bool resolved() const { return opened || !refused.empty(); }
};

using Dials = std::list<std::unique_ptr<Dial>>;

}  // namespace patchbay::upstream
