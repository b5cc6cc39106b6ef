// Reading messages: the active path, the path to a version, the versions of a place.

#include "core/storage/sql/message_columns.hpp"
#include "core/storage/sql/sql_repository.hpp"

namespace patchbay::storage::sql {
namespace {

// From the conversation on, along the active versions.
constexpr const char* kActivePath =
    "with recursive path (message_id, version_id, depth) as ("
    " select id, active_id, 1 from messages where parent_id = :conversation"
    " union all"
    " select n.id, n.active_id, path.depth + 1 from path"
    " join messages n on n.parent_id = path.version_id) ";

// From a version back to the first message.
constexpr const char* kPathTo =
    "with recursive path (message_id, version_id, parent_id, depth) as ("
    " select f.message_id, f.id, n.parent_id, 0 from versions f"
    " join messages n on n.id = f.message_id"
    " where f.id = :version and n.conversation_id = :conversation"
    " union all"
    " select n.id, f.id, n.parent_id, path.depth - 1 from path"
    " join versions f on f.id = path.parent_id join messages n on n.id = f.message_id) ";

// What is not wanted is not read from the disk either.
std::string columns_of(PathDetail detail) {
  std::string columns = kVersionColumns;
  const auto leave_out = [&](const std::string& column) {
    columns.replace(columns.find(column), column.size(), "''");
  };
  if (detail == PathDetail::kOutline) leave_out("v.content");
  if (detail != PathDetail::kWhole) leave_out("v.parts");
  return columns;
}

std::string messages_of(const char* path, PathDetail detail) {
  return std::string(path) + "select " + kMessageColumns + columns_of(detail) +
         " from path join messages m on m.id = path.message_id"
         " join versions v on v.id = path.version_id order by path.depth";
}

std::vector<Message> read_all(Statement& select) {
  std::vector<Message> messages;
  MessageRow row;
  row.read_from(select);
  while (select.next())
    messages.push_back(row.value());
  return messages;
}

}  // namespace

Result<std::vector<Message>> SqlRepository::active_path(const std::string& conversation_id,
                                                        PathDetail detail) {
  return connection_.guarded<std::vector<Message>>([&]() -> Result<std::vector<Message>> {
    Statement select(connection_, messages_of(kActivePath, detail));
    return read_all(select.use(conversation_id));
  });
}

Result<std::vector<Message>> SqlRepository::path_to(const std::string& conversation_id,
                                                    const std::string& version_id,
                                                    PathDetail detail) {
  return connection_.guarded<std::vector<Message>>([&]() -> Result<std::vector<Message>> {
    Statement select(connection_, messages_of(kPathTo, detail));
    std::vector<Message> messages = read_all(select.use(version_id).use(conversation_id));
    if (messages.empty()) {
      return make_error(ErrorCode::kNotFound, "there is no such version in the conversation");
    }
    return messages;
  });
}

Result<std::vector<Version>> SqlRepository::versions(const std::string& message_id) {
  return connection_.guarded<std::vector<Version>>([&]() -> Result<std::vector<Version>> {
    Statement select(connection_,
                     std::string("select ") + kVersionColumns +
                         " from versions v where v.message_id = :message order by v.number");
    std::vector<Version> versions;
    VersionRow row;
    row.read_from(select.use(message_id));
    while (select.next())
      versions.push_back(row.value());
    return versions;
  });
}

// What the active path comes to, walked anew.
void SqlRepository::recount(const std::string& conversation_id) {
  std::int64_t count = 0;
  std::string tip = conversation_id;
  Statement select(
      connection_,
      std::string(kActivePath) + "select version_id, depth from path order by depth desc limit 1");
  std::string last;
  if (select.use(conversation_id).into(last).into(count).next()) tip = last;
  Statement update(connection_,
                   "update conversations set message_count = :count, tip = :tip where id = :id");
  update.use(count).use(tip).use(conversation_id).run();
}

}  // namespace patchbay::storage::sql
