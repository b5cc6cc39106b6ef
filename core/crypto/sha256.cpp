#include "core/crypto/sha256.hpp"

#include <array>

#include <openssl/evp.h>

namespace patchbay::crypto {

struct Sha256::State {
  State() : context(EVP_MD_CTX_new()) {}
  ~State() { EVP_MD_CTX_free(context); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  EVP_MD_CTX* const context;
  bool good = false;
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  // Fails without memory only. An empty digest then equals no other.
  state_->good =
      state_->context != nullptr && EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr) == 1;
}

Sha256::~Sha256() = default;

void Sha256::update(std::string_view bytes) {
  if (!state_->good || bytes.empty()) return;
  state_->good = EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) == 1;
}

std::string Sha256::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  if (!state_->good || EVP_DigestFinal_ex(state_->context, digest.data(), &length) != 1) return {};
  state_->good = false;
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(std::size_t{2} * length);
  for (unsigned i = 0; i < length; ++i) {
    text += kDigits[digest[i] >> 4U];
    text += kDigits[digest[i] & 0xFU];
  }
  return text;
}

std::string sha256(std::string_view bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.finish();
}

}  // namespace patchbay::crypto
