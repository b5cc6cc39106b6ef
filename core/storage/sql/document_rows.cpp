// Documents in the database: what users do with them, and how they are claimed for indexing. Their
// chunks are in chunk_rows.cpp.

#include <array>
#include <string_view>
#include <utility>

#include "core/base/base64.hpp"
#include "core/base/uuid.hpp"
#include "core/storage/sql/page_rows.hpp"
#include "core/storage/sql/sql_repository.hpp"
#include "core/storage/sql/statement.hpp"

namespace patchbay::storage::sql {
namespace {

constexpr const char* kColumns =
    "id, owner, name, media_type, bytes, status, error, provider, model, chunks, created_ms";

constexpr std::array<std::pair<DocumentStatus, std::string_view>, 3> kStatuses{
    {{DocumentStatus::kIndexing, "indexing"},
     {DocumentStatus::kReady, "ready"},
     {DocumentStatus::kFailed, "failed"}}};

std::string name_of(DocumentStatus status) {
  for (const auto& [each, name] : kStatuses) {
    if (each == status) return std::string(name);
  }
  return "failed";
}

DocumentStatus status_of(std::string_view text) {
  for (const auto& [status, name] : kStatuses) {
    if (name == text) return status;
  }
  return DocumentStatus::kFailed;
}

struct Row {
  Document document;
  std::string status;

  Document value() const {
    Document out = document;
    out.status = status_of(status);
    return out;
  }
};

void read_into(Statement& statement, Row& row) {
  Document& d = row.document;
  statement.into(d.id).into(d.owner).into(d.name).into(d.media_type).into(d.bytes);
  statement.into(row.status).into(d.error).into(d.provider).into(d.model).into(d.chunks);
  statement.into(d.created_ms);
}

Error no_such_document() {
  return make_error(ErrorCode::kNotFound, "there is no such file");
}

constexpr const char* kOftenBrokenOff =
    "Indexing was begun several times and never came to its end";

}  // namespace

Status SqlRepository::add_document(const Document& document,
                                   const std::string& file,
                                   std::int64_t owner_bytes_max) {
  return connection_.guarded<std::monostate>([&]() -> Status {
    const Document& d = document;
    std::int64_t bytes = 0;
    Statement sum(connection_,
                  "select cast(coalesce(sum(bytes), 0) as bigint) from documents "
                  "where owner = :owner and id <> :id");
    sum.use(d.owner).use(d.id).into(bytes).next();
    if (bytes + d.bytes > owner_bytes_max) {
      return make_error(
          ErrorCode::kTooLarge,
          "your files together would be more than " + std::to_string(owner_bytes_max) + " bytes");
    }
    Statement insert(connection_,
                     "insert into documents (id, owner, name, media_type, bytes, status, error, "
                     "provider, model, chunks, instance, claim, tries, created_ms) values (:id, "
                     ":owner, :name, :media_type, :bytes, :status, :error, '', '', 0, '', 0, 0, "
                     ":created) on conflict do nothing");
    insert.use(d.id).use(d.owner).use(d.name).use(d.media_type).use(d.bytes);
    insert.use(name_of(d.status)).use(d.error).use(d.created_ms);
    if (insert.run() == 0) return ok();
    std::string encoded;
    append_base64(encoded, file);
    Statement bytes_row(connection_,
                        "insert into document_files (document_id, bytes) values (:id, :bytes)");
    bytes_row.use(d.id).use(encoded).run();
    return ok();
  });
}

Result<Document> SqlRepository::document(const std::string& owner, const std::string& id) {
  return connection_.guarded<Document>([&]() -> Result<Document> {
    Row row;
    Statement select(
        connection_,
        std::string("select ") + kColumns + " from documents where id = :id and owner = :owner");
    select.use(id).use(owner);
    read_into(select, row);
    if (!select.next()) return no_such_document();
    return row.value();
  });
}

// Ids grow with the time, so that they are the order.
Result<Page<Document>> SqlRepository::documents(const std::string& owner,
                                                const PageRequest& which) {
  return connection_.guarded<Page<Document>>([&]() -> Result<Page<Document>> {
    const bool from_start = which.cursor.empty();
    if (!from_start && !is_uuid(which.cursor)) {
      return make_error(ErrorCode::kInvalid, "cursor: is not one of ours");
    }
    Statement select(connection_,
                     std::string("select ") + kColumns + " from documents where owner = :owner" +
                         (from_start ? "" : " and id < :cursor") + " order by id desc" +
                         (which.limit > 0 ? " limit :rows" : ""));
    select.use(owner);
    if (!from_start) select.use(which.cursor);
    if (which.limit > 0) select.use(which.limit + 1);
    Row row;
    read_into(select, row);
    return read_page<Document>(
        select, row, which.limit, [](const auto& items) { return items.back().id; });
  });
}

Result<bool> SqlRepository::has_documents(const std::string& owner) {
  return connection_.guarded<bool>([&]() -> Result<bool> {
    std::string id;
    Statement select(connection_,
                     "select id from documents where owner = :owner and status = 'ready' limit 1");
    return select.use(owner).into(id).next();
  });
}

Status SqlRepository::delete_document(const std::string& owner, const std::string& id) {
  return connection_.guarded<std::monostate>([&]() -> Status {
    Statement remove(connection_, "delete from documents where id = :id and owner = :owner");
    if (remove.use(id).use(owner).run() == 0) return no_such_document();
    return ok();
  });
}

Result<Document> SqlRepository::index_again(const std::string& owner, const std::string& id) {
  const Status changed = connection_.guarded<std::monostate>([&]() -> Status {
    Statement update(connection_,
                     "update documents set status = 'indexing', error = '', provider = '', "
                     "model = '', chunks = 0, instance = '', tries = 0, claim = claim + 1 "
                     "where id = :id and owner = :owner");
    if (update.use(id).use(owner).run() == 0) return no_such_document();
    delete_chunks(id);
    return ok();
  });
  if (!changed) return changed.error();
  return document(owner, id);
}

Result<bool> SqlRepository::documents_wait() {
  return connection_.guarded<bool>([&]() -> Result<bool> {
    std::string id;
    Statement select(connection_,
                     "select id from documents where instance = '' and status = 'indexing' "
                     "limit 1");
    return select.into(id).next();
  });
}

Result<std::optional<DocumentClaim>> SqlRepository::claim_document(std::int64_t tries_max) {
  using Claimed = std::optional<DocumentClaim>;
  return connection_.guarded<Claimed>([&]() -> Result<Claimed> {
    DocumentClaim claim;
    std::int64_t tries = 0;
    Row row;
    {
      Statement select(connection_,
                       std::string("select ") + kColumns +
                           ", claim, tries from documents where instance = '' and "
                           "status = 'indexing' order by id limit 1");
      read_into(select, row);
      select.into(claim.number).into(tries);
      if (!select.next()) return Claimed();
    }
    claim.document = row.value();
    ++claim.number;
    Statement update(connection_,
                     "update documents set instance = :instance, claim = claim + 1, "
                     "tries = tries + 1 where id = :id and instance = '' "
                     "and status = 'indexing'");
    // Another process may have been quicker; then it is somebody's, and that is enough.
    if (update.use(instance_).use(claim.document.id).run() == 0) return Claimed();
    delete_chunks(claim.document.id);
    if (tries < tries_max) return Claimed(std::move(claim));
    const Status failed =
        finish_document(claim, {.status = DocumentStatus::kFailed, .error = kOftenBrokenOff}, 0);
    if (!failed) return failed.error();
    return Claimed();
  });
}

// Within a transaction that may go on to write: nobody else takes the claim meanwhile.
Status SqlRepository::still_claimed(const DocumentClaim& claim) {
  std::int64_t number = 0;
  std::string status;
  std::string instance;
  Statement select(connection_,
                   std::string("select claim, status, instance from documents where id = :id") +
                       connection_.engine().for_update());
  select.use(claim.document.id).into(number).into(status).into(instance);
  if (!select.next()) return no_such_document();
  if (number != claim.number || status != "indexing" || instance != instance_) {
    return make_error(ErrorCode::kConflict, "another process indexes this file now");
  }
  return ok();
}

Status SqlRepository::finish_document(const DocumentClaim& claim,
                                      const DocumentOutcome& outcome,
                                      std::int64_t chunks_max) {
  return connection_.guarded<std::monostate>([&]() -> Status {
    if (auto claimed = still_claimed(claim); !claimed) return claimed;
    const std::string& id = claim.document.id;
    std::int64_t chunks = 0;
    if (outcome.status == DocumentStatus::kReady) {
      std::int64_t others = 0;
      Statement own(connection_, "select count(*) from document_chunks where document_id = :id");
      own.use(id).into(chunks).next();
      Statement sum(connection_,
                    "select cast(coalesce(sum(chunks), 0) as bigint) from documents "
                    "where owner = :owner");
      sum.use(claim.document.owner).into(others).next();
      if (others + chunks > chunks_max) {
        return make_error(
            ErrorCode::kTooLarge,
            "your files together would have more than " + std::to_string(chunks_max) + " chunks");
      }
    } else {
      delete_chunks(id);
    }
    Statement update(connection_,
                     "update documents set status = :status, error = :error, provider = "
                     ":provider, model = :model, chunks = :chunks, instance = '' where id = :id");
    update.use(name_of(outcome.status)).use(outcome.error).use(outcome.provider);
    update.use(outcome.model).use(chunks).use(id).run();
    return ok();
  });
}

}  // namespace patchbay::storage::sql
