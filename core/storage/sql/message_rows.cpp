// Writing messages and versions.
//
// Every row that was there already is told from one that is in the way, because a transaction whose
// end nobody heard of is done again.

#include <utility>

#include "core/storage/sql/message_columns.hpp"
#include "core/storage/sql/sql_repository.hpp"

namespace patchbay::storage::sql {
namespace {

std::int64_t size_of(const std::string& content, const std::string& parts) {
  return static_cast<std::int64_t>(content.size() + parts.size());
}

Error no_message() {
  return make_error(ErrorCode::kNotFound, "there is no such message");
}

}  // namespace

void SqlRepository::insert_version(const std::string& message_id,
                                   const std::string& conversation_id,
                                   const Version& version,
                                   std::int64_t number) {
  Statement insert(connection_,
                   "insert into versions (id, message_id, conversation_id, owner, number, content, "
                   "parts, model, provider, status, error, input_tokens, output_tokens, "
                   "cached_tokens, instance, created_ms, updated_ms) values (:id, :message, "
                   ":conversation, (select owner from conversations where id = :of), :number, "
                   ":content, :parts, :model, :provider, :status, :error, :input, :output, "
                   ":cached, :instance, :created, :updated)");
  const Version& v = version;
  insert.use(v.id).use(message_id).use(conversation_id).use(conversation_id).use(number);
  insert.use(v.content).use(v.parts);
  insert.use(v.model).use(v.provider).use(name_in(kStatuses, v.status)).use(v.error);
  insert.use(v.usage.input).use(v.usage.output).use(v.usage.cached);
  const bool nameless = v.status == VersionStatus::kStreaming && v.instance.empty();
  insert.use(nameless ? instance_ : v.instance).use(v.created_ms);
  insert.use(v.updated_ms == 0 ? v.created_ms : v.updated_ms).run();
}

// A message that could not be added: because it is there, or because of another one?
Status SqlRepository::same_message(const Message& message) {
  std::string parent;
  std::string conversation;
  Statement select(connection_, "select parent_id, conversation_id from messages where id = :id");
  select.use(message.id).into(parent).into(conversation);
  if (select.next() && parent == message.parent_id && conversation == message.conversation_id) {
    return ok();
  }
  return make_error(ErrorCode::kConflict, "something follows there already");
}

Status SqlRepository::add_message(const Message& message) {
  return connection_.guarded<std::monostate>([&]() -> Status {
    const Message& m = message;
    // What it follows has to be of this conversation, and both have to be there.
    std::int64_t there = 0;
    Statement parent(connection_,
                     m.parent_id == m.conversation_id
                         ? "select count(*) from conversations where id = :p and id = :c"
                         : "select count(*) from versions where id = :p and conversation_id = :c");
    parent.use(m.parent_id).use(m.conversation_id).into(there).next();
    if (there == 0) {
      return make_error(ErrorCode::kNotFound, "what the message follows does not exist");
    }

    Statement insert(connection_,
                     "insert into messages (id, conversation_id, parent_id, role, created_ms, "
                     "versions, active_id) values (:id, :conversation, :parent, :role, :created, "
                     "1, :active) on conflict do nothing");
    insert.use(m.id).use(m.conversation_id).use(m.parent_id).use(name_in(kRoles, m.role));
    if (insert.use(m.created_ms).use(m.version.id).run() == 0) return same_message(m);
    insert_version(m.id, m.conversation_id, m.version, 1);

    // Nothing followed its parent: on the active path that can only be the end of it.
    Statement extend(connection_,
                     "update conversations set bytes = bytes + :bytes, "
                     "message_count = message_count + case when tip = :parent then 1 else 0 end, "
                     "tip = case when tip = :parent_again then :tip else tip end, "
                     "updated_ms = case when updated_ms < :at then cast(:at_again as bigint) "
                     "else updated_ms end where id = :id");
    extend.use(size_of(m.version.content, m.version.parts)).use(m.parent_id).use(m.parent_id);
    extend.use(m.version.id).use(m.created_ms).use(m.created_ms).use(m.conversation_id).run();
    return ok();
  });
}

Result<std::int64_t> SqlRepository::add_version(const std::string& message_id,
                                                const Version& version) {
  return connection_.guarded<std::int64_t>([&]() -> Result<std::int64_t> {
    std::string owner_message;
    std::int64_t number = 0;
    Statement same(connection_, "select message_id, number from versions where id = :id");
    if (same.use(version.id).into(owner_message).into(number).next()) {
      if (owner_message == message_id) return number;
      return make_error(ErrorCode::kConflict, "there is such a version already");
    }

    Statement update(connection_,
                     "update messages set versions = versions + 1, active_id = :active "
                     "where id = :id");
    if (update.use(version.id).use(message_id).run() == 0) return no_message();
    std::string conversation;
    Statement select(connection_, "select versions, conversation_id from messages where id = :id");
    select.use(message_id).into(number).into(conversation).next();
    insert_version(message_id, conversation, version, number);
    recount(conversation);
    grow(conversation, {size_of(version.content, version.parts), version.created_ms});
    return number;
  });
}

Status SqlRepository::activate_version(const std::string& conversation_id,
                                       const std::string& message_id,
                                       std::int64_t number) {
  return connection_.guarded<std::monostate>([&]() -> Status {
    std::string version;
    Statement select(connection_,
                     "select id from versions where message_id = :message and number = :number "
                     "and conversation_id = :conversation");
    select.use(message_id).use(number).use(conversation_id).into(version);
    if (!select.next()) return make_error(ErrorCode::kNotFound, "there is no such version");
    Statement update(connection_, "update messages set active_id = :version where id = :id");
    update.use(version).use(message_id).run();
    recount(conversation_id);
    return ok();
  });
}

// An update of a version that is no longer being written: the very one that finished it?
Status SqlRepository::already_updated(const VersionUpdate& update) {
  std::int64_t same = 0;
  Statement select(connection_,
                   "select count(*) from versions where id = :id and status = :status and "
                   "updated_ms = :updated and content = :content and parts = :parts");
  select.use(update.id).use(name_in(kStatuses, update.status)).use(update.updated_ms);
  select.use(update.content).use(update.parts).into(same).next();
  if (same == 1) return ok();
  return make_error(ErrorCode::kConflict, "the version is finished");
}

Status SqlRepository::update_version(const VersionUpdate& update) {
  return connection_.guarded<std::monostate>([&]() -> Status {
    const VersionUpdate& u = update;
    std::string conversation;
    std::string status;
    std::string content;
    std::string parts;
    std::string instance;
    Statement select(
        connection_,
        std::string("select conversation_id, status, content, parts, instance from versions "
                    "where id = :id") +
            connection_.engine().for_update());
    select.use(u.id).into(conversation).into(status).into(content).into(parts).into(instance);
    if (!select.next()) return make_error(ErrorCode::kNotFound, "there is no such version");
    const bool taken_for_dead = status == name_in(kStatuses, VersionStatus::kInterrupted) &&
                                instance == instance_ && u.status != VersionStatus::kStreaming;
    if (status != name_in(kStatuses, VersionStatus::kStreaming) && !taken_for_dead) {
      return already_updated(u);
    }

    Statement write(connection_,
                    "update versions set content = :content, parts = :parts, model = :model, "
                    "provider = :provider, status = :status, error = :error, "
                    "input_tokens = :input, output_tokens = :output, cached_tokens = :cached, "
                    "updated_ms = :updated where id = :id");
    write.use(u.content).use(u.parts).use(u.model).use(u.provider);
    write.use(name_in(kStatuses, u.status)).use(u.error).use(u.usage.input).use(u.usage.output);
    write.use(u.usage.cached).use(u.updated_ms).use(u.id).run();
    grow(conversation, {size_of(u.content, u.parts) - size_of(content, parts), u.updated_ms});
    return ok();
  });
}

Status SqlRepository::remove_message(const std::string& message_id) {
  return connection_.guarded<std::monostate>([&]() -> Status {
    std::string conversation;
    Statement select(connection_,
                     std::string("select conversation_id from messages where id = :id") +
                         connection_.engine().for_update());
    if (!select.use(message_id).into(conversation).next()) return no_message();
    std::int64_t followers = 0;
    Statement behind(connection_,
                     "select count(*) from messages where parent_id in "
                     "(select id from versions where message_id = :id)");
    behind.use(message_id).into(followers).next();
    if (followers > 0) return make_error(ErrorCode::kConflict, "something follows the message");

    std::int64_t bytes = 0;
    std::string content;
    std::string parts;
    Statement sizes(connection_, "select content, parts from versions where message_id = :id");
    sizes.use(message_id).into(content).into(parts);
    while (sizes.next())
      bytes += size_of(content, parts);
    Statement remove(connection_, "delete from messages where id = :id");
    remove.use(message_id).run();
    recount(conversation);
    grow(conversation, {-bytes, 0});
    return ok();
  });
}

}  // namespace patchbay::storage::sql
