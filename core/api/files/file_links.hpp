// URLs of stored files as they are kept and as they are shown.
//
// What is stored names a file by a URL that says no more than which it is. Whoever reads it gets
// the same URL with a signature that expires (access/file_urls.hpp), and through the name by which
// they reached this server. Who is "local" everywhere needs none: a browser reaches those files as
// it is.
//
//   const FileLinks links(context, exchange.request());
//   Status known = links.learn(repository);   // in a job of the store, before anything is shown
//   links.show(version);
//
// Immutable, and copied into jobs of the store.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/api/reply.hpp"
#include "core/storage/records.hpp"
#include "core/storage/repository.hpp"

namespace patchbay::api {

class FileLinks {
 public:
  FileLinks(const Context& context, const server::Request& request);

  Status learn(storage::Repository& repository) const {
    return snapshot_->file_urls.learn(repository);
  }

  // To be stored, and for whoever else must not be able to fetch it: a model that is told what was
  // said before.
  [[nodiscard]] std::string plain(std::string_view id) const {
    return base_ + "/files/" + std::string(id);
  }

  // For the owner.
  [[nodiscard]] std::string shown(std::string_view id) const;

  // The same for every file that is named in a version's parts, and for its URL in the text.
  void show(storage::Version& version) const;

 private:
  SnapshotPtr snapshot_;
  std::string owner_;
  std::string base_;  // "https://chat.example.org"
};

// The signature in a request's query, if there is one; it may be anything.
std::optional<std::string> file_signature(const server::Request& request);

// `text`, which may be JSON, without the signatures of files' URLs in it.
std::string without_signatures(std::string text);

}  // namespace patchbay::api
