#include "core/access/file_urls.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/crypto/constant_time.hpp"
#include "core/crypto/hmac.hpp"

namespace patchbay::access {
namespace {

constexpr std::size_t kDigits = 10;  // of the seconds, from 2001 to 2286
constexpr std::size_t kCode = 64;
constexpr std::size_t kLength = kDigits + 1 + kCode;

std::string code_of(std::string_view key,
                    std::string_view owner,
                    std::string_view id,
                    std::string_view expires) {
  std::string text = "patchbay file\n";
  text.append(id).append("\n").append(expires).append("\n").append(owner);
  return crypto::hmac_sha256(key, text);
}

// When it ends, in seconds since 1970.
std::int64_t expiry_of(std::string_view signature) {
  std::int64_t expires = 0;
  std::from_chars(signature.data(), signature.data() + kDigits, expires);
  return expires;
}

}  // namespace

void SharedKey::set(std::string key) {
  const std::lock_guard lock(mutex_);
  key_ = std::move(key);
}

std::string SharedKey::get() const {
  const std::lock_guard lock(mutex_);
  return key_;
}

FileUrls::FileUrls() : FileUrls(Rules{}, std::make_shared<SharedKey>()) {}

FileUrls::FileUrls(Rules rules, std::shared_ptr<SharedKey> shared)
    : rules_(std::move(rules)), shared_(std::move(shared)) {}

std::string FileUrls::key() const {
  return rules_.key.empty() ? shared_->get() : rules_.key.reveal();
}

Status FileUrls::learn(storage::Repository& repository) const {
  if (!key().empty()) return ok();
  auto found = repository.secret(storage::Repository::kFileUrlSecret);
  if (found) {
    shared_->set(*std::move(found));
  } else if (found.error().code != ErrorCode::kNotFound) {
    return found.error();
  }
  return ok();
}

std::string FileUrls::sign(std::string_view owner, std::string_view id, std::int64_t now_ms) const {
  const std::string key = this->key();
  if (key.empty()) return {};
  const std::int64_t half = std::max<std::int64_t>(rules_.lifetime.count() / 2, 1);
  const std::string expires = std::to_string((now_ms / 1000 / half + 2) * half);
  return expires + '-' + code_of(key, owner, id, expires);
}

FileUrls::Verdict FileUrls::check(std::string_view owner,
                                  std::string_view id,
                                  std::string_view signature,
                                  std::int64_t now_ms) const {
  const std::string key = this->key();
  if (key.empty() || signature.size() != kLength || length_at(signature) != kLength) {
    return Verdict::kWrong;
  }
  const std::string right = code_of(key, owner, id, signature.substr(0, kDigits));
  const std::string_view given = signature.substr(kDigits + 1);
  if (right.empty() || !crypto::equal_in_constant_time(right, given)) return Verdict::kWrong;
  return seconds_left(signature, now_ms) > 0 ? Verdict::kGood : Verdict::kExpired;
}

std::int64_t FileUrls::seconds_left(std::string_view signature, std::int64_t now_ms) {
  if (length_at(signature) == 0) return 0;
  return std::max<std::int64_t>(expiry_of(signature) - now_ms / 1000, 0);
}

std::size_t FileUrls::length_at(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto is_hex = [&](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); };
  if (text.size() < kLength || text[kDigits] != '-') return 0;
  const std::string_view seconds = text.substr(0, kDigits);
  const std::string_view code = text.substr(kDigits + 1, kCode);
  const bool fits = std::all_of(seconds.begin(), seconds.end(), is_digit) &&
                    std::all_of(code.begin(), code.end(), is_hex);
  return fits ? kLength : 0;
}

}  // namespace patchbay::access
