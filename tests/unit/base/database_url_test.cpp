#include "core/base/database_url.hpp"

#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace patchbay {
namespace {

using Engine = DatabaseUrl::Engine;

TEST(DatabaseUrl, NamesAFileOfSqlite) {
  for (const std::string path : {"patchbay.db", "/var/lib/a b=c.db", "../x", "ü.db"}) {
    const auto url = parse_database_url("sqlite:" + path);
    ASSERT_TRUE(url) << path;
    EXPECT_EQ(url->engine, Engine::kSqlite);
    EXPECT_EQ(url->location, path);
    EXPECT_EQ(url->shown, "sqlite:" + path);
  }
}

// As back ends in Python write it.
TEST(DatabaseUrl, TakesSlashesWhereAllAgreeOnThem) {
  for (const auto& [text, path] :
       {std::pair<std::string, std::string>{"sqlite:////var/lib/x.db", "/var/lib/x.db"},
        {"sqlite:///./x.db", "./x.db"},
        {"sqlite:///../a b/x.db", "../a b/x.db"},
        {"sqlite+aiosqlite:///./x.db", "./x.db"}}) {
    const auto url = parse_database_url(text);
    ASSERT_TRUE(url) << text;
    EXPECT_EQ(url->engine, Engine::kSqlite);
    EXPECT_EQ(url->location, path);
    EXPECT_EQ(url->shown, "sqlite:" + path);
  }
}

TEST(DatabaseUrl, NamesAPostgresqlInEverySpelling) {
  for (const std::string scheme :
       {"postgresql", "postgres", "postgresql+psycopg", "postgresql+asyncpg"}) {
    const auto url = parse_database_url(scheme + "://ann:s3cret%40@db:5432/chat?sslmode=require");
    ASSERT_TRUE(url) << scheme;
    EXPECT_EQ(url->engine, Engine::kPostgresql);
    EXPECT_EQ(url->location, "postgresql://ann:s3cret%40@db:5432/chat?sslmode=require");
    EXPECT_EQ(url->shown, "postgresql://ann@db:5432/chat");
  }
}

TEST(DatabaseUrl, TakesEveryFormOfAHost) {
  for (const std::string text : {"postgresql://",
                                 "postgresql:///db",
                                 "postgresql://host",
                                 "postgresql://[::1]:5432/db",
                                 "postgresql://[::1]/db",
                                 "postgresql://a:1,b:2/db",
                                 "postgresql://ann@/db",
                                 "postgresql:///db?host=/run/postgresql&port=5433"}) {
    EXPECT_TRUE(parse_database_url(text)) << text;
  }
}

TEST(DatabaseUrl, SaysWhyADatabaseInMemoryWillNotDo) {
  const auto url = parse_database_url("sqlite::memory:");
  ASSERT_FALSE(url);
  EXPECT_NE(url.error().message.find("each connection"), std::string::npos);
}

TEST(DatabaseUrl, RefusesWhatItWouldHaveToGuessAndQuotesNoneOfIt) {
  for (const std::string text : {"",
                                 "patchbay.db",
                                 "sqlite:",
                                 "sqlite://x.db",
                                 "sqlite:///x.db",
                                 "sqlite://///x.db",
                                 "sqlite:///./x.db?mode=ro",
                                 "sqlite+aiosqlite:///x.db",
                                 "sqlite+aiosqlite:x.db",
                                 "sqlite:a\"b",
                                 "mysql://h",
                                 "postgres",
                                 "postgresql:db",
                                 "postgresql://ann:hidden@x@host/db",
                                 "postgresql://ann:hid/den@host/db",
                                 "postgresql://ann:hid?den@host/db",
                                 "postgresql://ann:hid#den@host/db",
                                 "postgresql://ann:hid den@host/db",
                                 "postgresql://ann:hid\"den@host/db",
                                 "postgresql://host:port/db",
                                 "postgresql://host:70000",
                                 "postgresql://[::1/db",
                                 "postgresql://host/db?password=a@b"}) {
    const auto url = parse_database_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().code, ErrorCode::kInvalid);
    EXPECT_EQ((url.error().message + url.error().detail).find("hid"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace patchbay
