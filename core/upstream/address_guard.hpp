// Which addresses an upstream may have.
//
// Every public address is allowed. What is not public is allowed where the provider's
// configuration names it: through a network it lists, or through the name of the host, since
// whoever wrote "localhost" or "models.lan" meant it. A host's name is not enough for addresses
// that no service is meant to have (link-local ones, where clouds hand out credentials, multicast
// and the like); those must be written as the address itself.
//
//   AddressGuard::Named named;
//   named.add_host_of("http://models.lan:8000/v1");
//   named.networks.push_back(*IpNetwork::parse("10.0.0.0/8"));
//   const AddressGuard guard(std::move(named));
//   guard.allows("models.lan", address);
//
// Addresses are judged after names were looked up, which is what makes the spelling of a host
// ("2130706433") and a name that changes its mind beside the point.
//
// Threads: immutable, may be copied and read anywhere. A copy is a pointer.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ip_address.hpp"

namespace patchbay::upstream {

enum class AddressKind {
  kPublic,
  kLoopback,
  kPrivate,    // of a local network, a provider's inside or a test bed
  kLinkLocal,  // and the other addresses at which clouds tell machines their secrets
  kUnspecified,
  kMulticast,  // broadcast included
  kReserved,   // documentation, protocol assignments, never given to anybody
};

// What `address` is. An IPv4 address inside an IPv6 one (see innermost()) decides.
AddressKind kind_of(const IpAddress& address);

// "private", "link-local", ...
std::string_view words_of(AddressKind kind);

// Where packets to `address` end up, as far as it shows: the IPv4 address inside a translated
// (64:ff9b::/96), tunnelled (2002::/16, 2001::/32) or compatible (::a.b.c.d) one, or itself.
IpAddress innermost(const IpAddress& address);

// The address that `host` is a spelling of, without asking anybody: the usual ones, those of old
// ("2130706433", "0x7f.1"), and localhost. Nothing for other names.
std::optional<IpAddress> literal_address(std::string_view host);

// The host of a URL of whatever scheme, credentials or not, an IPv6 address without its brackets;
// empty where `text` is no URL.
std::string host_of_url(std::string_view text);

class AddressGuard {
 public:
  struct Named {
    std::vector<std::string> hosts;  // an IPv6 address without brackets
    std::vector<IpNetwork> networks;

    // Adds the host where `text` is a URL, and nothing otherwise.
    void add_host_of(std::string_view text);

    friend bool operator==(const Named&, const Named&) = default;
  };

  AddressGuard() = default;  // public addresses only
  explicit AddressGuard(Named named) : named_(std::make_shared<const Named>(std::move(named))) {}

  // Whether `address`, which was found under the name `host`, may be connected to.
  [[nodiscard]] bool allows(std::string_view host, const IpAddress& address) const;

  // Guards that name the same are the same.
  friend bool operator==(const AddressGuard& a, const AddressGuard& b) {
    return a.named_ == b.named_ ||
           (a.named_ != nullptr && b.named_ != nullptr && *a.named_ == *b.named_);
  }

 private:
  std::shared_ptr<const Named> named_;
};

}  // namespace patchbay::upstream
