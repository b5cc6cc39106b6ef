// What the tests of openings have in common: a real database, and answers to what was opened.

#pragma once

#include <string>

#include <gtest/gtest.h>

#include "core/conversations/opening.hpp"
#include "tests/support/temporary_store.hpp"

namespace patchbay::conversations {

class OpeningsTest : public testing::Test {
 protected:
  Result<Opened> run(const Opening& what) {
    return write_for<Opened>(*store_, [&](storage::Repository& r) { return open(r, what); });
  }

  void answer(const Opened& opened, const std::string& text) {
    const Status done = write(*store_, [&](storage::Repository& r) {
      storage::VersionUpdate update;
      update.id = opened.reply_version;
      update.content = text;
      update.status = storage::VersionStatus::kComplete;
      update.updated_ms = 5;
      return r.update_version(update);
    });
    ASSERT_TRUE(done) << done.error().message;
  }

  Path path_of(const std::string& conversation) {
    return *read<Path>(*store_,
                       [&](storage::Repository& r) { return r.active_path(conversation); });
  }

  static std::string texts(const Path& path) {
    std::string all;
    for (const storage::Message& message : path)
      all += (all.empty() ? "" : " ") + message.version.content;
    return all;
  }

  // What has been said on the active path.
  std::string texts(const std::string& conversation) { return texts(path_of(conversation)); }

  TemporaryStore store_;
};

}  // namespace patchbay::conversations
