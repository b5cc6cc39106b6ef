#include "core/http/disposition.hpp"

#include <gtest/gtest.h>

namespace patchbay::http {
namespace {

TEST(ContentDisposition, NamesTheFile) {
  EXPECT_EQ(content_disposition("attachment", "notes.md"), R"(attachment; filename="notes.md")");
  EXPECT_EQ(content_disposition("inline", "my notes (1); x=y.md"),
            R"(inline; filename="my notes (1); x=y.md")");
  EXPECT_EQ(content_disposition("inline", ""), "inline");
}

TEST(ContentDisposition, SaysTheRealNameWhereThePlainOneCannot) {
  EXPECT_EQ(content_disposition("attachment", "Käse € 🙂.md"),
            "attachment; filename=\"K_se _ _.md\"; "
            "filename*=UTF-8''K%C3%A4se%20%E2%82%AC%20%F0%9F%99%82.md");
}

TEST(ContentDisposition, NothingEndsTheQuotesOrTheLine) {
  EXPECT_EQ(content_disposition("attachment", "a\"; filename=\"b"),
            "attachment; filename=\"a_; filename=_b\"; "
            "filename*=UTF-8''a%22%3B%20filename%3D%22b");
  EXPECT_EQ(content_disposition("attachment", "a\r\nSet-Cookie: b\\c/%41"),
            "attachment; filename=\"a__Set-Cookie: b_c__41\"; "
            "filename*=UTF-8''a%0D%0ASet-Cookie%3A%20b%5Cc%2F%2541");
  EXPECT_EQ(content_disposition("attachment", std::string_view("\0\x7F", 2)),
            "attachment; filename=\"__\"; filename*=UTF-8''%00%7F");
}

}  // namespace
}  // namespace patchbay::http
