// The chunks of documents in the database, and the vectors that they are found by.

#include "core/base/base64.hpp"
#include "core/storage/sql/sql_repository.hpp"
#include "core/storage/sql/statement.hpp"

namespace patchbay::storage::sql {
namespace {

// Vectors that are in memory at once, where the database gives all it has found.
constexpr std::int64_t kChunksAtOnce = 500;

// " and d.id in (:d0, :d1)"; nothing for no documents.
std::string among(const std::vector<std::string>& documents) {
  if (documents.empty()) return {};
  std::string condition = " and d.id in (";
  for (std::size_t i = 0; i < documents.size(); ++i)
    condition += (i == 0 ? ":d" : ", :d") + std::to_string(i);
  return condition + ")";
}

void use_all(Statement& statement, const std::vector<std::string>& documents) {
  for (const std::string& document : documents)
    statement.use(document);
}

}  // namespace

void SqlRepository::delete_chunks(const std::string& document_id) {
  Statement remove(connection_, "delete from document_chunks where document_id = :id");
  remove.use(document_id).run();
}

Status SqlRepository::add_chunks(const DocumentClaim& claim,
                                 const std::vector<DocumentChunk>& chunks) {
  return connection_.guarded<std::monostate>([&]() -> Status {
    if (auto claimed = still_claimed(claim); !claimed) return claimed;
    for (const DocumentChunk& chunk : chunks) {
      std::string vector;
      append_base64(vector, chunk.vector);
      Statement insert(connection_,
                       "insert into document_chunks (document_id, position, vector, content) "
                       "values (:id, :position, :vector, :content) on conflict do nothing");
      insert.use(claim.document.id).use(chunk.position).use(vector).use(chunk.text).run();
    }
    return ok();
  });
}

Result<std::vector<EmbeddingModel>> SqlRepository::embedding_models(
    const std::string& owner, const std::vector<std::string>& documents) {
  using Models = std::vector<EmbeddingModel>;
  return connection_.guarded<Models>([&]() -> Result<Models> {
    Models models;
    EmbeddingModel model;
    std::string newest;
    Statement select(connection_,
                     "select d.provider, d.model, max(d.id) from documents d "
                     "where d.owner = :owner and d.status = 'ready'" +
                         among(documents) + " group by d.provider, d.model order by 3 desc");
    select.use(owner);
    use_all(select, documents);
    select.into(model.provider).into(model.model).into(newest);
    while (select.next())
      models.push_back(model);
    return models;
  });
}

Status SqlRepository::each_chunk(
    const ChunkScope& scope,
    const std::function<void(const ChunkPlace&, const std::string&)>& visit) {
  return connection_.guarded<std::monostate>([&]() -> Status {
    ChunkPlace last{.document_id = {}, .position = -1};
    for (std::int64_t seen = kChunksAtOnce; seen == kChunksAtOnce;) {
      seen = 0;
      Statement select(connection_,
                       "select d.id, c.position, c.vector from documents d "
                       "join document_chunks c on c.document_id = d.id "
                       "where d.owner = :owner and d.status = 'ready' "
                       "and d.provider = :provider and d.model = :model and d.id >= :last "
                       "and (d.id > :behind or c.position > :position)" +
                           among(scope.documents) + " order by d.id, c.position limit :rows");
      select.use(scope.owner).use(scope.model.provider).use(scope.model.model);
      select.use(last.document_id).use(last.document_id).use(last.position);
      use_all(select, scope.documents);
      ChunkPlace place;
      std::string encoded;
      select.use(kChunksAtOnce).into(place.document_id).into(place.position).into(encoded);
      while (select.next()) {
        ++seen;
        last = place;
        std::string vector;
        if (!append_unbase64(vector, encoded)) continue;
        visit(place, vector);
      }
    }
    return ok();
  });
}

Result<FoundChunk> SqlRepository::chunk(const std::string& owner, const ChunkPlace& place) {
  return connection_.guarded<FoundChunk>([&]() -> Result<FoundChunk> {
    FoundChunk found{.place = place, .name = {}, .text = {}};
    Statement select(connection_,
                     "select d.name, c.content from documents d "
                     "join document_chunks c on c.document_id = d.id where d.id = :id "
                     "and d.owner = :owner and d.status = 'ready' and c.position = :position");
    select.use(place.document_id).use(owner).use(place.position);
    select.into(found.name).into(found.text);
    if (!select.next()) return make_error(ErrorCode::kNotFound, "there is no such chunk");
    return found;
  });
}

}  // namespace patchbay::storage::sql
