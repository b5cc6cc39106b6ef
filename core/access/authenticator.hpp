// Finds out who is asking, by what came along with the request.
//
//   const Authenticator authenticator({.keys = {{"team", Secret("sk-...")}}, .anonymous = false});
//   const Identity who = authenticator.identify(request.headers);
//   if (const auto* denial = std::get_if<Denial>(&who)) return refuse(*denial);
//   store_for(std::get<Principal>(who).owner);
//
// Where there are credentials at all, one of them must come: HTTP Basic together with a `userid`
// header, since a front end vouches for its users with one account, or a key as `X-API-Key` or
// `Authorization: Bearer`. If several come, one that is right is enough. A key may be told a
// `userid` as well. Without any, whoever asks is welcome where `anonymous` says so.
//
// What is given is hashed before it is compared, and compared with all that is known: neither the
// time nor the words of a refusal tell a wrong password from an unknown user.
//
// Immutable; any thread.

#pragma once

#include <string>
#include <variant>
#include <vector>

#include "core/access/principal.hpp"
#include "core/base/secret.hpp"
#include "core/http/header_list.hpp"

namespace patchbay::access {

// Why nobody is let in. No text holds anything of what was sent.
struct Denial {
  int status = 401;            // 401: credentials are wanted; 400: the userid is missing or unfit
  std::string message = {};    // for the client
  std::string code = {};       // "invalid_credentials", "invalid_userid"
  std::string param = {};      // "userid" where that is to blame
  std::string challenge = {};  // of a 401: the value of WWW-Authenticate
};

using Identity = std::variant<Principal, Denial>;

class Authenticator {
 public:
  struct Basic {
    std::string username;
    Secret password;
  };
  struct Key {
    std::string name;
    Secret key;
  };
  struct Rules {
    std::vector<Basic> basic = {};
    std::vector<Key> keys = {};
    bool anonymous = true;  // holds only where there are no credentials
  };

  // Everybody is welcome.
  Authenticator() : Authenticator(Rules{}) {}

  // REQUIRES: no username is empty or holds a colon, and no password or key is empty.
  explicit Authenticator(const Rules& rules);

  // The principal's limit_key is empty unless it came with a key.
  [[nodiscard]] Identity identify(const http::HeaderList& headers) const;

  // Whether something came that could be credentials.
  [[nodiscard]] static bool presents(const http::HeaderList& headers);

  // Whether credentials are asked of everybody.
  [[nodiscard]] bool asks() const { return !anonymous_; }

  // Whether there are any that could be right.
  [[nodiscard]] bool has_credentials() const { return !accounts_.empty() || !keys_.empty(); }

 private:
  struct KnownKey {
    std::string name;
    std::string digest;
  };

  [[nodiscard]] bool knows_account(const http::HeaderList& headers) const;
  [[nodiscard]] const KnownKey* find_key(const http::HeaderList& headers) const;
  [[nodiscard]] const KnownKey* find_key(std::string_view given) const;
  [[nodiscard]] Denial denial() const;

  std::vector<std::string> accounts_;  // digests of "username:password"
  std::vector<KnownKey> keys_;
  bool anonymous_;
};

}  // namespace patchbay::access
