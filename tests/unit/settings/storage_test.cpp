#include <string>

#include <gtest/gtest.h>

#include "core/settings/built_in.hpp"
#include "tests/unit/settings/fixture_files.hpp"

namespace patchbay::settings {
namespace {

constexpr std::int64_t kDayMs = 24LL * 3'600'000;

Storage storage_of(const std::string& section) {
  const Loaded loaded = load_text("live.yaml",
                                  "storage: " + section + "\nproviders: { s: { plugin: stub } }\n",
                                  environment_of({}),
                                  "/conf");
  EXPECT_EQ(text_of(loaded.problems), "");
  return loaded.settings.storage;
}

TEST(StorageSettings, HaveDefaultsThatKeepAYear) {
  const Storage storage = storage_of("");
  EXPECT_TRUE(storage.enabled);
  EXPECT_EQ(storage.url, "sqlite:patchbay.db");
  EXPECT_EQ(storage.retention_ms, 365 * kDayMs);
  EXPECT_EQ(storage.retention_bytes, 10LL * 1024 * 1024 * 1024);
}

TEST(StorageSettings, TakeTimesInDaysAndAsEverywhere) {
  EXPECT_EQ(storage_of("{ retention: 30d }").retention_ms, 30 * kDayMs);
  EXPECT_EQ(storage_of("{ retention: 1.5d }").retention_ms, kDayMs * 3 / 2);
  EXPECT_EQ(storage_of("{ retention: 12h }").retention_ms, kDayMs / 2);
  EXPECT_EQ(storage_of("{ retention: 3600d }").retention_ms, 3600 * kDayMs);
}

TEST(StorageSettings, KeepForEverWhereThatIsSaid) {
  for (const std::string never : {"never", "0"}) {
    const Storage storage =
        storage_of("{ retention: " + never + ", retention_bytes: " + never + " }");
    EXPECT_EQ(storage.retention_ms, 0);
    EXPECT_EQ(storage.retention_bytes, 0);
  }
}

TEST(StorageSettings, TakeTheDatabaseOfTheEnvironmentWhereNoFileIsGiven) {
  const Loaded loaded = load_text("built-in",
                                  std::string(built_in_yaml()),
                                  environment_of({{"DATABASE_URL", "postgres://db/chat"}}),
                                  "/conf");
  EXPECT_EQ(text_of(loaded.problems), "");
  EXPECT_EQ(loaded.settings.storage.url, "postgres://db/chat");
}

TEST(StorageSettings, ShowNoPasswordOfAWrongUrl) {
  const Loaded loaded = load_text("live.yaml",
                                  "storage: { url: \"postgresql://a:s3cr3t@x@y/z\" }\n"
                                  "providers: { s: { plugin: stub } }\n",
                                  environment_of({}),
                                  "/conf");
  EXPECT_NE(text_of(loaded.problems).find("live.yaml:1:17: storage.url"), std::string::npos);
  EXPECT_EQ(text_of(loaded.problems).find("s3cr3t"), std::string::npos);
}

}  // namespace
}  // namespace patchbay::settings
