// Reading messages: the active path, the path to a version, the versions of a place.

#include <charconv>
#include <limits>
#include <optional>
#include <string_view>

#include "core/base/uuid.hpp"
#include "core/storage/sql/message_columns.hpp"
#include "core/storage/sql/page_rows.hpp"
#include "core/storage/sql/sql_repository.hpp"

namespace patchbay::storage::sql {
namespace {

// From the conversation on, along the active versions; `condition` says how far.
std::string active_path_sql(const std::string& condition = "") {
  return "with recursive path (message_id, version_id, depth) as ("
         " select id, active_id, 1 from messages where parent_id = :conversation"
         " union all"
         " select n.id, n.active_id, path.depth + 1 from path"
         " join messages n on n.parent_id = path.version_id" +
         condition + ") ";
}

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

std::string messages_of(const std::string& path,
                        PathDetail detail,
                        const std::string& condition = "") {
  return path + "select " + kMessageColumns + columns_of(detail) +
         " from path join messages m on m.id = path.message_id"
         " join versions v on v.id = path.version_id" +
         condition + " order by path.depth";
}

std::optional<Message> read_one(Statement& select) {
  MessageRow row;
  row.read_from(select);
  if (!select.next()) return std::nullopt;
  return row.value();
}

std::vector<Message> read_all(Statement& select) {
  std::vector<Message> messages;
  MessageRow row;
  row.read_from(select);
  while (select.next())
    messages.push_back(row.value());
  return messages;
}

// Numbers in cursors are small ones, which every column takes.
constexpr std::int64_t kCursorMax = std::numeric_limits<std::int32_t>::max() / 2;

// The number that `text` begins with, which is taken off it.
std::optional<std::int64_t> take_number(std::string_view& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 1 || number > kCursorMax) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

// Where a page of messages begins: behind this one, which is the `depth`-th of the path.
struct MessageCursor {
  std::int64_t depth = 0;
  std::string id;
};

std::optional<MessageCursor> parse_cursor(std::string_view text) {
  MessageCursor cursor;
  if (text.empty()) return cursor;
  const auto depth = take_number(text);
  if (!depth || !text.starts_with('-') || !is_uuid(text.substr(1))) return std::nullopt;
  cursor.depth = *depth;
  cursor.id = text.substr(1);
  return cursor;
}

Error no_cursor() {
  return make_error(ErrorCode::kInvalid, "cursor: is not one of ours");
}

}  // namespace

Result<std::vector<Message>> SqlRepository::active_path(const std::string& conversation_id,
                                                        PathDetail detail) {
  return connection_.guarded<std::vector<Message>>([&]() -> Result<std::vector<Message>> {
    Statement select(connection_, messages_of(active_path_sql(), detail));
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

// The path is walked from its beginning, over ids alone; what was said is read of the page.
Result<Page<Message>> SqlRepository::messages(const std::string& conversation_id,
                                              const PageRequest& which) {
  return connection_.guarded<Page<Message>>([&]() -> Result<Page<Message>> {
    const auto cursor = parse_cursor(which.cursor);
    if (!cursor) return no_cursor();
    const bool bounded = which.limit > 0;
    Statement select(connection_,
                     messages_of(active_path_sql(bounded ? " where path.depth <= :most" : ""),
                                 PathDetail::kWhole,
                                 cursor->depth > 0 ? " where path.depth >= :first" : ""));
    select.use(conversation_id);
    if (bounded) select.use(cursor->depth + which.limit);
    if (cursor->depth > 0) select.use(cursor->depth);
    MessageRow row;
    row.read_from(select);
    // What the page begins behind has to be there still.
    if (cursor->depth > 0 && !(select.next() && row.message.id == cursor->id)) return no_cursor();
    return read_page<Message>(select, row, which.limit, [&](const auto& items) {
      const auto depth = cursor->depth + static_cast<std::int64_t>(items.size());
      return std::to_string(depth) + '-' + items.back().id;
    });
  });
}

Result<std::optional<Message>> SqlRepository::message_on_path(const std::string& conversation_id,
                                                              const std::string& message_id) {
  return connection_.guarded<std::optional<Message>>([&]() -> Result<std::optional<Message>> {
    Statement select(
        connection_,
        messages_of(active_path_sql(), PathDetail::kOutline, " where path.message_id = :message"));
    return read_one(select.use(conversation_id).use(message_id));
  });
}

Result<std::optional<Message>> SqlRepository::last_message(const std::string& conversation_id) {
  return connection_.guarded<std::optional<Message>>([&]() -> Result<std::optional<Message>> {
    Statement select(connection_,
                     std::string("select ") + kMessageColumns + columns_of(PathDetail::kOutline) +
                         " from conversations c join versions v on v.id = c.tip"
                         " join messages m on m.id = v.message_id where c.id = :id");
    return read_one(select.use(conversation_id));
  });
}

Result<Page<Version>> SqlRepository::versions(const std::string& message_id,
                                              const PageRequest& which) {
  return connection_.guarded<Page<Version>>([&]() -> Result<Page<Version>> {
    std::string_view cursor = which.cursor;
    const auto after = cursor.empty() ? std::optional<std::int64_t>(0) : take_number(cursor);
    if (!after || !cursor.empty()) return no_cursor();
    Statement select(connection_,
                     std::string("select ") + kVersionColumns +
                         " from versions v where v.message_id = :message and v.number > :after "
                         "order by v.number" +
                         (which.limit > 0 ? " limit :rows" : ""));
    select.use(message_id).use(*after);
    if (which.limit > 0) select.use(which.limit + 1);
    VersionRow row;
    row.read_from(select);
    return read_page<Version>(select, row, which.limit, [](const auto& items) {
      return std::to_string(items.back().number);
    });
  });
}

// What the active path comes to, walked anew.
void SqlRepository::recount(const std::string& conversation_id) {
  std::int64_t count = 0;
  std::string tip = conversation_id;
  Statement select(
      connection_,
      active_path_sql() + "select version_id, depth from path order by depth desc limit 1");
  std::string last;
  if (select.use(conversation_id).into(last).into(count).next()) tip = last;
  Statement update(connection_,
                   "update conversations set message_count = :count, tip = :tip where id = :id");
  update.use(count).use(tip).use(conversation_id).run();
}

}  // namespace patchbay::storage::sql
