// Files in the database: their bytes as base64, which both databases take as text.

#include <array>

#include "core/base/base64.hpp"
#include "core/storage/sql/sql_repository.hpp"
#include "core/storage/sql/statement.hpp"

namespace patchbay::storage::sql {

Status SqlRepository::add_file(const StoredFile& file) {
  return connection_.guarded<std::monostate>([&]() -> Status {
    std::int64_t there = 0;
    Statement conversation(connection_,
                           "select count(*) from conversations where id = :id and owner = :owner");
    conversation.use(file.conversation_id).use(file.owner).into(there).next();
    if (there == 0) return make_error(ErrorCode::kNotFound, "there is no such conversation");
    std::string bytes;
    append_base64(bytes, file.bytes);
    Statement insert(connection_,
                     "insert into files (id, owner, conversation_id, media_type, name, bytes, "
                     "created_ms) values (:id, :owner, :conversation, :media_type, :name, :bytes, "
                     ":created) on conflict do nothing");
    insert.use(file.id).use(file.owner).use(file.conversation_id).use(file.media_type);
    if (insert.use(file.name).use(bytes).use(file.created_ms).run() == 1) {
      grow(file.conversation_id, {static_cast<std::int64_t>(bytes.size()), file.created_ms});
      return ok();
    }
    Statement same(connection_,
                   "select count(*) from files where id = :id and conversation_id = :c");
    same.use(file.id).use(file.conversation_id).into(there).next();
    if (there == 1) return ok();
    return make_error(ErrorCode::kConflict, "there is such a file already");
  });
}

Result<StoredFile> SqlRepository::file(const std::string& owner, const std::string& id) {
  constexpr std::array kSources{
      "select id, owner, conversation_id, media_type, name, bytes, created_ms "
      "from files where id = :id and owner = :owner",
      "select d.id, d.owner, cast('' as text), d.media_type, d.name, f.bytes, d.created_ms from "
      "documents d "
      "join document_files f on f.document_id = d.id where d.id = :id and d.owner = :owner"};
  return connection_.guarded<StoredFile>([&]() -> Result<StoredFile> {
    for (const char* source : kSources) {
      StoredFile file;
      std::string bytes;
      Statement select(connection_, source);
      select.use(id).use(owner).into(file.id).into(file.owner).into(file.conversation_id);
      select.into(file.media_type).into(file.name).into(bytes).into(file.created_ms);
      if (!select.next()) continue;
      if (append_unbase64(file.bytes, bytes)) return file;
      return make_error(ErrorCode::kInternal, "the file's bytes are damaged");
    }
    return make_error(ErrorCode::kNotFound, "there is no such file");
  });
}

Result<std::string> SqlRepository::owner_of_file(const std::string& id) {
  return connection_.guarded<std::string>([&]() -> Result<std::string> {
    std::string owner;
    Statement select(connection_, "select owner from files where id = :id");
    if (select.use(id).into(owner).next()) return owner;
    return make_error(ErrorCode::kNotFound, "there is no such file");
  });
}

}  // namespace patchbay::storage::sql
