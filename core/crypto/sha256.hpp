// SHA-256, for what has to be the very bytes that somebody else saw.
//
//   Sha256 hash;
//   while (read(piece)) hash.update(piece);
//   hash.finish();   // "9f86d081884c7d65..."

#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace patchbay::crypto {

// Not thread-safe.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void update(std::string_view bytes);

  // The digest in 64 lower-case hexadecimal digits. Nothing may be added after it.
  [[nodiscard]] std::string finish();

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

// The digest of what is in memory already.
std::string sha256(std::string_view bytes);

}  // namespace patchbay::crypto
