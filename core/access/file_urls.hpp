// Signatures of URLs of stored files, by which somebody sees one file for a while who shows no
// credentials: a browser adds none to the request of an <img>.
//
//   url = base + "/files/" + id + "?signature=" + urls.sign(owner, id, unix_ms());
//   // /files/0198...?signature=1763812800-5bdcc146bf60754e...
//   if (urls.check(owner_of(id), id, given, unix_ms()) != FileUrls::Verdict::kGood) refuse();
//
// The owner is part of what is signed: a signature that somebody got for a file which is not
// theirs, by having its id written where the server signs ids, holds for nothing.
//
// The key is the settings', or one that lies in the database, so that every replica takes the URLs
// of every other and a restart breaks none. The latter is read by learn(), in a job of the store;
// until then nothing is signed and no signature is right.
//
// Thread-safe. Copies share the key that was learned.

#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/base/secret.hpp"
#include "core/storage/repository.hpp"

namespace patchbay::access {

// The key from the database, once it is known. The process has one.
class SharedKey {
 public:
  void set(std::string key);
  [[nodiscard]] std::string get() const;

 private:
  mutable std::mutex mutex_;
  std::string key_;  // guarded by mutex_
};

class FileUrls {
 public:
  struct Rules {
    Secret key = {};                              // empty: the one in the database
    std::chrono::seconds lifetime{24 * 60 * 60};  // at least 2
  };

  enum class Verdict { kGood, kExpired, kWrong };

  FileUrls();
  FileUrls(Rules rules, std::shared_ptr<SharedKey> shared);

  // Reads the key where it is not known yet. That there is none is no error.
  Status learn(storage::Repository& repository) const;

  // A signature that holds from now for half a lifetime at least and a whole one at most. Within
  // half a lifetime it is the same each time, so that browsers find what they have. "" without a
  // key.
  [[nodiscard]] std::string sign(std::string_view owner,
                                 std::string_view id,
                                 std::int64_t now_ms) const;

  [[nodiscard]] Verdict check(std::string_view owner,
                              std::string_view id,
                              std::string_view signature,
                              std::int64_t now_ms) const;

  // Seconds for which a signature that is right still holds; 0 for an expired one or none.
  static std::int64_t seconds_left(std::string_view signature, std::int64_t now_ms);

  // The length of the signature at the beginning of `text`; 0 where there is none.
  static std::size_t length_at(std::string_view text);

 private:
  [[nodiscard]] std::string key() const;

  Rules rules_;
  std::shared_ptr<SharedKey> shared_;  // the process's
};

}  // namespace patchbay::access
