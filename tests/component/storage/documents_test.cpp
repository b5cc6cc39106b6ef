// Documents, from the file that a user gives to the chunks that are found.

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <soci/soci.h>

#include "core/storage/sql/engine.hpp"
#include "tests/component/storage/repository_fixture.hpp"

namespace patchbay::storage::sql {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::int64_t kNoBound = 1'000'000;

class Documents : public RepositoryTest {
 protected:
  Document give(const std::string& owner = "ann", const std::string& file = "some text") {
    Document d;
    d.id = make_uuid();
    d.owner = owner;
    d.name = "notes.txt";
    d.media_type = "text/plain";
    d.bytes = static_cast<std::int64_t>(file.size());
    d.created_ms = 1000;
    EXPECT_TRUE(put([&](Repository& r) { return r.add_document(d, file, kNoBound); }));
    return d;
  }
  std::optional<DocumentClaim> claim(SqlStore& store, std::int64_t tries_max = 3) {
    auto claimed = write_for<std::optional<DocumentClaim>>(
        store, [&](Repository& r) { return r.claim_document(tries_max); });
    EXPECT_TRUE(claimed);
    return claimed ? *claimed : std::nullopt;
  }
  std::optional<DocumentClaim> claim() { return claim(*store_); }
  Status add(const DocumentClaim& claim, const std::vector<DocumentChunk>& chunks) {
    return put([&](Repository& r) { return r.add_chunks(claim, chunks); });
  }
  Status finish(const DocumentClaim& claim,
                const DocumentOutcome& outcome,
                std::int64_t chunks_max = kNoBound) {
    return put([&](Repository& r) { return r.finish_document(claim, outcome, chunks_max); });
  }
  DocumentOutcome ready(const std::string& model = "m") {
    return {.status = DocumentStatus::kReady, .error = {}, .provider = "p", .model = model};
  }
  Document ready_document(const std::string& owner, std::vector<DocumentChunk> chunks) {
    const Document d = give(owner);
    const auto claimed = claim();
    EXPECT_TRUE(claimed && claimed->document.id == d.id);
    EXPECT_TRUE(add(*claimed, chunks));
    EXPECT_TRUE(finish(*claimed, ready()));
    return d;
  }
  Document look(const Document& d) {
    auto found = get<Document>([&](Repository& r) { return r.document(d.owner, d.id); });
    EXPECT_TRUE(found);
    return found ? *found : Document{};
  }
  std::vector<std::string> found(const ChunkScope& scope) {
    auto vectors = get<std::vector<std::string>>([&](Repository& r) {
      std::vector<std::string> out;
      const Status looked = r.each_chunk(
          scope, [&](const ChunkPlace&, const std::string& vector) { out.push_back(vector); });
      return looked ? Result<std::vector<std::string>>(out) : looked.error();
    });
    EXPECT_TRUE(vectors);
    return vectors ? *vectors : std::vector<std::string>{};
  }
  std::vector<std::string> found(const std::string& owner,
                                 const std::vector<std::string>& documents = {}) {
    return found({owner, {"p", "m"}, documents});
  }
  bool searchable(const std::string& owner) {
    return *get<bool>([&](Repository& r) { return r.has_documents(owner); });
  }
};

const std::vector<DocumentChunk> kTwo{{0, "first", std::string("\x00\x01", 2)}, {1, "second", "v"}};

TEST_P(Documents, KeepAFileForItsOwnerAlone) {
  const std::string bytes("\x00\xFF\n not text", 11);
  const Document d = give("ann", bytes);
  const auto file = get<StoredFile>([&](Repository& r) { return r.file("ann", d.id); });
  ASSERT_TRUE(file);
  EXPECT_EQ(file->bytes, bytes);
  EXPECT_EQ(file->name, "notes.txt");
  EXPECT_EQ(file->conversation_id, "");
  const Document seen = look(d);
  EXPECT_EQ(seen.status, DocumentStatus::kIndexing);
  EXPECT_EQ(seen.bytes, 11);
  EXPECT_EQ(code_of(get<StoredFile>([&](Repository& r) { return r.file("bob", d.id); })),
            ErrorCode::kNotFound);
  EXPECT_EQ(code_of(get<Document>([&](Repository& r) { return r.document("bob", d.id); })),
            ErrorCode::kNotFound);
  EXPECT_EQ(code_of(put([&](Repository& r) { return r.delete_document("bob", d.id); })),
            ErrorCode::kNotFound);
  EXPECT_EQ(code_of(write_for<Document>(*store_,
                                        [&](Repository& r) { return r.index_again("bob", d.id); })),
            ErrorCode::kNotFound);
}

TEST_P(Documents, AreBoundedForEachOwner) {
  give("ann", std::string(600, 'x'));
  Document d;
  d.id = make_uuid();
  d.owner = "ann";
  d.bytes = 500;
  const auto add = [&](Repository& r) { return r.add_document(d, std::string(500, 'x'), 1000); };
  EXPECT_EQ(code_of(put(add)), ErrorCode::kTooLarge);
  d.owner = "bob";
  EXPECT_TRUE(put(add));
  EXPECT_TRUE(put(add)) << "the same again";
}

TEST_P(Documents, AreListedNewestFirstAPageAtATime) {
  std::vector<std::string> given;
  for (int i = 0; i < 5; ++i)
    given.insert(given.begin(), give().id);
  std::sort(given.rbegin(), given.rend());  // of one millisecond in any order
  give("bob");
  std::vector<std::string> listed;
  std::string cursor;
  int pages = 0;
  do {
    auto page = get<Page<Document>>(
        [&](Repository& r) { return r.documents("ann", {.cursor = cursor, .limit = 2}); });
    ASSERT_TRUE(page);
    for (const Document& d : page->items)
      listed.push_back(d.id);
    cursor = page->next;
    ++pages;
  } while (!cursor.empty());
  EXPECT_EQ(listed, given);
  EXPECT_EQ(pages, 3);
}

TEST_P(Documents, AreIndexedInTheirOrderByWhoClaimsThem) {
  EXPECT_FALSE(claim());
  EXPECT_FALSE(*get<bool>([](Repository& r) { return r.documents_wait(); }));
  const Document d = give();
  EXPECT_TRUE(*get<bool>([](Repository& r) { return r.documents_wait(); }));
  const auto claimed = claim();
  ASSERT_TRUE(claimed);
  EXPECT_EQ(claimed->document.id, d.id);
  EXPECT_FALSE(claim()) << "it is taken";
  EXPECT_FALSE(*get<bool>([](Repository& r) { return r.documents_wait(); }));
}

TEST_P(Documents, AreFoundOnceTheyAreWholeAndNeverBefore) {
  const Document d = give();
  const auto claimed = claim();
  ASSERT_TRUE(claimed);
  ASSERT_TRUE(add(*claimed, kTwo));
  EXPECT_THAT(found("ann"), IsEmpty());
  EXPECT_FALSE(searchable("ann"));
  ASSERT_TRUE(finish(*claimed, ready()));
  EXPECT_THAT(found("ann"), ElementsAre(std::string("\x00\x01", 2), "v"));
  EXPECT_TRUE(searchable("ann"));
  EXPECT_THAT(found("bob"), IsEmpty());
  EXPECT_FALSE(searchable("bob"));
  EXPECT_THAT(found({"ann", {"p", "other"}, {}}), IsEmpty());
  EXPECT_EQ(look(d).chunks, 2);
  EXPECT_EQ(look(d).model, "m");
  const auto chunk = get<FoundChunk>([&](Repository& r) {
    return r.chunk("ann", ChunkPlace{d.id, 1});
  });
  ASSERT_TRUE(chunk);
  EXPECT_EQ(chunk->text, "second");
  EXPECT_EQ(chunk->name, "notes.txt");
  EXPECT_EQ(code_of(get<FoundChunk>([&](Repository& r) {
              return r.chunk("bob", ChunkPlace{d.id, 1});
            })),
            ErrorCode::kNotFound);
}

TEST_P(Documents, AreSearchedAmongThoseThatAreNamed) {
  const Document one = ready_document("ann", {{0, "one", "1"}});
  const Document two = ready_document("ann", {{0, "two", "2"}});
  const Document three = ready_document("ann", {{0, "three", "3"}});
  EXPECT_THAT(found("ann"), testing::UnorderedElementsAre("1", "2", "3"));
  EXPECT_THAT(found("ann", {three.id, one.id}), testing::UnorderedElementsAre("1", "3"));
  EXPECT_THAT(found("bob", {one.id}), IsEmpty());
  const auto models = get<std::vector<EmbeddingModel>>(
      [&](Repository& r) { return r.embedding_models("ann", {two.id}); });
  ASSERT_TRUE(models);
  ASSERT_EQ(models->size(), 1U);
  EXPECT_EQ(models->front().provider, "p");
}

TEST_P(Documents, HaveAnyNumberOfChunks) {
  std::vector<DocumentChunk> many;
  for (int i = 0; i < 1203; ++i)
    many.push_back({i, "text", std::to_string(i)});
  ready_document("ann", many);
  ready_document("ann", kTwo);
  const auto vectors = found("ann");
  ASSERT_EQ(vectors.size(), 1205U);
  for (std::size_t i = 0; i < 1203; ++i)
    EXPECT_EQ(vectors[i], std::to_string(i));
}

TEST_P(Documents, AreGoneWithAllThatBelongsToThem) {
  const Document d = ready_document("ann", kTwo);
  ASSERT_TRUE(put([&](Repository& r) { return r.delete_document("ann", d.id); }));
  EXPECT_THAT(found("ann"), IsEmpty());
  EXPECT_EQ(code_of(get<StoredFile>([&](Repository& r) { return r.file("ann", d.id); })),
            ErrorCode::kNotFound);
  soci::session session;
  make_engine(settings().url)->open(session, Engine::Use::kRead);
  for (const std::string table : {"documents", "document_files", "document_chunks"}) {
    int rows = -1;
    session << "select count(*) from " + table, soci::into(rows);
    EXPECT_EQ(rows, 0) << table;
  }
}

TEST_P(Documents, ThatAreDeletedWhileTheyAreIndexedStayDeleted) {
  const Document d = give();
  const auto claimed = claim();
  ASSERT_TRUE(claimed);
  ASSERT_TRUE(put([&](Repository& r) { return r.delete_document("ann", d.id); }));
  EXPECT_EQ(code_of(add(*claimed, kTwo)), ErrorCode::kNotFound);
  EXPECT_EQ(code_of(finish(*claimed, ready())), ErrorCode::kNotFound);
}

TEST_P(Documents, ThatFailedTellWhyAndCanBeTriedAgain) {
  const Document d = give();
  auto claimed = claim();
  ASSERT_TRUE(claimed);
  ASSERT_TRUE(add(*claimed, kTwo));
  ASSERT_TRUE(finish(*claimed, {.status = DocumentStatus::kFailed, .error = "no such model"}));
  EXPECT_EQ(look(d).status, DocumentStatus::kFailed);
  EXPECT_EQ(look(d).error, "no such model");
  EXPECT_FALSE(claim());
  const auto again =
      write_for<Document>(*store_, [&](Repository& r) { return r.index_again("ann", d.id); });
  ASSERT_TRUE(again);
  EXPECT_EQ(again->status, DocumentStatus::kIndexing);
  EXPECT_EQ(again->error, "");
  EXPECT_EQ(code_of(finish(*claimed, ready())), ErrorCode::kConflict) << "that claim is over";
  claimed = claim();
  ASSERT_TRUE(claimed);
  ASSERT_TRUE(add(*claimed, {{0, "anew", "n"}}));
  ASSERT_TRUE(finish(*claimed, ready()));
  EXPECT_THAT(found("ann"), ElementsAre("n"));
}

TEST_P(Documents, HaveABoundForTheChunksOfAnOwner) {
  ready_document("ann", kTwo);
  give();
  const auto claimed = claim();
  ASSERT_TRUE(claimed);
  ASSERT_TRUE(add(*claimed, kTwo));
  EXPECT_EQ(code_of(finish(*claimed, ready(), 3)), ErrorCode::kTooLarge);
  EXPECT_TRUE(finish(*claimed, ready(), 4));
}

TEST_P(Documents, OfAProcessThatEndsAreTakenUpByAnother) {
  const Document d = give();
  auto other = open();
  auto claimed = claim(*other);
  ASSERT_TRUE(claimed);
  ASSERT_TRUE(write(*other, [&](Repository& r) { return r.add_chunks(*claimed, kTwo); }));
  EXPECT_FALSE(claim());
  other->close();
  const auto taken = claim();
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->document.id, d.id);
  ASSERT_TRUE(add(*taken, {{0, "anew", "n"}}));
  ASSERT_TRUE(finish(*taken, ready()));
  EXPECT_THAT(found("ann"), ElementsAre("n"));
}

TEST_P(Documents, ThatNobodyGetsToTheEndOfFail) {
  const Document d = give();
  for (int i = 0; i < 2; ++i) {
    auto other = open();
    EXPECT_TRUE(claim(*other, 2));
    other->close();
  }
  EXPECT_FALSE(claim(*store_, 2));
  EXPECT_EQ(look(d).status, DocumentStatus::kFailed);
  EXPECT_THAT(look(d).error, testing::HasSubstr("never came to its end"));
}

INSTANTIATE_TEST_SUITE_P(Storage, Documents, testing::Values(kSqlite, kPostgresql), name_of_engine);

}  // namespace
}  // namespace patchbay::storage::sql
