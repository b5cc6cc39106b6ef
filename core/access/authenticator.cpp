#include "core/access/authenticator.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "core/base/base64.hpp"
#include "core/crypto/constant_time.hpp"
#include "core/crypto/sha256.hpp"
#include "core/json/utf8.hpp"

namespace patchbay::access {
namespace {

constexpr std::size_t kUseridBytesMax = 128;

// What follows `scheme` in an Authorization header; nothing where it is another one.
std::optional<std::string_view> credentials_of(const http::HeaderList& headers,
                                               std::string_view scheme) {
  const auto value = headers.find("authorization");
  if (!value || !http::starts_with_ignoring_case(*value, scheme)) return std::nullopt;
  std::string_view rest = value->substr(scheme.size());
  if (!rest.starts_with(' ')) return std::nullopt;
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  return rest;
}

Denial bad_userid(std::string message) {
  return {
      .status = 400, .message = std::move(message), .code = "invalid_userid", .param = "userid"};
}

// Fit to be stored and shown: no control characters, the invisible ones of Latin-1 among them.
bool is_printable(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7F) return false;
    const bool latin_control =
        byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (latin_control) return false;
  }
  return json::is_valid_utf8(text);
}

// The userid that came along: "" where there is none.
std::variant<std::string, Denial> userid_of(const http::HeaderList& headers) {
  const auto given = headers.find("userid");
  if (!given) return std::string();
  if (headers.count("userid") > 1) return bad_userid("The header `userid` is there more than once");
  if (given->empty() || given->size() > kUseridBytesMax || !is_printable(*given)) {
    return bad_userid("The header `userid` must be 1 to 128 printable characters");
  }
  return std::string(*given);
}

}  // namespace

Authenticator::Authenticator(const Rules& rules) : anonymous_(rules.anonymous) {
  for (const Basic& account : rules.basic)
    accounts_.push_back(crypto::sha256(account.username + ':' + account.password.reveal()));
  for (const Key& key : rules.keys)
    keys_.push_back({key.name, crypto::sha256(key.key.reveal())});
  if (has_credentials()) anonymous_ = false;
}

bool Authenticator::knows_account(const http::HeaderList& headers) const {
  if (accounts_.empty()) return false;
  const auto given = credentials_of(headers, "Basic");
  std::string account;
  if (!given || !append_unbase64(account, *given)) return false;
  const std::string digest = crypto::sha256(account);
  bool known = false;
  for (const std::string& one : accounts_)
    known = crypto::equal_in_constant_time(one, digest) || known;
  return known;
}

const Authenticator::KnownKey* Authenticator::find_key(std::string_view given) const {
  const std::string digest = crypto::sha256(given);
  const KnownKey* found = nullptr;
  for (const KnownKey& one : keys_) {
    if (crypto::equal_in_constant_time(one.digest, digest)) found = &one;
  }
  return found;
}

const Authenticator::KnownKey* Authenticator::find_key(const http::HeaderList& headers) const {
  if (keys_.empty()) return nullptr;
  if (const auto given = headers.find("x-api-key")) {
    if (const KnownKey* found = find_key(*given)) return found;
  }
  const auto given = credentials_of(headers, "Bearer");
  return given ? find_key(*given) : nullptr;
}

Identity Authenticator::identify(const http::HeaderList& headers) const {
  const KnownKey* key = anonymous_ ? nullptr : find_key(headers);
  const bool account = !anonymous_ && key == nullptr && knows_account(headers);
  if (!anonymous_ && key == nullptr && !account) return denial();

  auto given = userid_of(headers);
  if (auto* denied = std::get_if<Denial>(&given)) return std::move(*denied);
  std::string& userid = std::get<std::string>(given);
  Principal who;
  if (key != nullptr) {
    who.owner = "key:" + key->name + (userid.empty() ? "" : '/' + userid);
    who.userid = userid.empty() ? key->name : userid;
    who.key = key->name;
    who.limit_key = "key:" + key->name;
  } else if (account && userid.empty()) {
    return bad_userid("The header `userid` is missing: it says whose conversations these are");
  } else if (!userid.empty()) {
    who.owner = (account ? "basic:" : "user:") + userid;
    who.userid = std::move(userid);
  }
  return who;
}

bool Authenticator::presents(const http::HeaderList& headers) {
  return headers.find("authorization") || headers.find("x-api-key");
}

// The same whatever was wrong.
Denial Authenticator::denial() const {
  Denial denial{.code = "invalid_credentials"};
  if (!has_credentials()) {
    denial.message =
        "This server answers nobody without credentials, and knows none yet: configure access.keys "
        "(API_KEY) or access.basic (BACKEND_AUTH_USERNAME and BACKEND_AUTH_PASSWORD), or open it "
        "to everybody with `access: { anonymous: always }` (PATCHBAY_ANONYMOUS=always)";
    denial.challenge = "Bearer realm=\"patchbay\"";
    return denial;
  }
  denial.message = "Credentials are missing or not known here: send ";
  if (!accounts_.empty()) {
    denial.message += "HTTP Basic credentials and a `userid` header";
    denial.challenge = "Basic realm=\"patchbay\", charset=\"UTF-8\"";
  }
  if (!keys_.empty()) {
    denial.message += accounts_.empty() ? "" : ", or ";
    denial.message += "a key as `X-API-Key: KEY` or `Authorization: Bearer KEY`";
    denial.challenge += accounts_.empty() ? "" : ", ";
    denial.challenge += "Bearer realm=\"patchbay\"";
  }
  return denial;
}

}  // namespace patchbay::access
