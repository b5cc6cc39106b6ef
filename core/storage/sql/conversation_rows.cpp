// Conversations in the database.

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string_view>

#include "core/base/uuid.hpp"
#include "core/storage/sql/page_rows.hpp"
#include "core/storage/sql/sql_repository.hpp"
#include "core/storage/sql/statement.hpp"

namespace patchbay::storage::sql {
namespace {

constexpr std::int64_t kPageMax = 1000;
constexpr std::size_t kSearchWordsMax = 16;

// Of the table under the name c, as read_into() takes them.
constexpr const char* kColumns =
    "c.id, c.owner, c.dialect, c.external_key, c.userid, c.title, c.default_model, c.pinned, "
    "c.created_ms, c.updated_ms, c.message_count";

struct Row {
  Conversation conversation;
  std::int64_t pinned = 0;

  Conversation value() const {
    Conversation out = conversation;
    out.pinned = pinned != 0;
    return out;
  }
};

void read_into(Statement& statement, Row& row) {
  Conversation& c = row.conversation;
  statement.into(c.id).into(c.owner).into(c.dialect).into(c.external_key).into(c.userid);
  statement.into(c.title).into(c.default_model).into(row.pinned).into(c.created_ms);
  statement.into(c.updated_ms).into(c.message_count);
}

Result<Conversation> only_row(Statement& select) {
  Row row;
  read_into(select, row);
  if (!select.next()) return make_error(ErrorCode::kNotFound, "there is no such conversation");
  return row.value();
}

// Where a page begins: behind this conversation, in the order of the list.
struct Cursor {
  std::int64_t pinned = 0;
  std::int64_t updated_ms = 0;
  std::string id;
};

std::string cursor_text(const Conversation& last) {
  return (last.pinned ? "1-" : "0-") + std::to_string(last.updated_ms) + "-" + last.id;
}

std::optional<Cursor> parse_cursor(std::string_view text) {
  if (!text.starts_with("0-") && !text.starts_with("1-")) return std::nullopt;
  Cursor cursor;
  cursor.pinned = text.front() - '0';
  text.remove_prefix(2);
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), cursor.updated_ms);
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (error != std::errc() || !text.starts_with('-') || !is_uuid(text.substr(1))) {
    return std::nullopt;
  }
  cursor.id = text.substr(1);
  return cursor;
}

bool is_blank(const std::string& text) {
  return text.find_first_not_of(" \t\r\n") == text.npos;
}

}  // namespace

std::vector<std::string> search_words(const std::string& query, std::size_t words_max) {
  const auto separates = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    const bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
    const bool digit = byte >= '0' && byte <= '9';
    return byte < 0x80 && !letter && !digit;
  };
  std::vector<std::string> words;
  for (auto at = query.begin(); words.size() < words_max;) {
    at = std::find_if_not(at, query.end(), separates);
    if (at == query.end()) break;
    const auto end = std::find_if(at, query.end(), separates);
    words.emplace_back(at, end);
    at = end;
  }
  return words;
}

Status SqlRepository::create_conversation(const Conversation& conversation) {
  return connection_.guarded<std::monostate>([&]() -> Status {
    const Conversation& c = conversation;
    Statement insert(connection_,
                     "insert into conversations (id, owner, dialect, external_key, userid, title, "
                     "default_model, pinned, created_ms, updated_ms, message_count, tip, bytes) "
                     "values (:id, :owner, :dialect, :external_key, :userid, :title, "
                     ":default_model, :pinned, :created_ms, :updated_ms, 0, :tip, 0) "
                     "on conflict do nothing");
    insert.use(c.id).use(c.owner).use(c.dialect).use(c.external_key).use(c.userid).use(c.title);
    insert.use(c.default_model).use(c.pinned ? 1 : 0).use(c.created_ms);
    insert.use(std::max(c.created_ms, c.updated_ms)).use(c.id);
    if (insert.run() == 1) return ok();
    Statement same(connection_, "select count(*) from conversations where id = :id and owner = :o");
    std::int64_t there = 0;
    same.use(c.id).use(c.owner).into(there).next();
    if (there == 1) return ok();
    return make_error(ErrorCode::kConflict, "there is such a conversation already");
  });
}

Result<Conversation> SqlRepository::conversation(const std::string& owner, const std::string& id) {
  return connection_.guarded<Conversation>([&] {
    Statement select(connection_,
                     std::string("select ") + kColumns +
                         " from conversations c where c.id = :id and c.owner = :owner");
    select.use(id).use(owner);
    return only_row(select);
  });
}

Result<Conversation> SqlRepository::conversation_by_key(const std::string& owner,
                                                        const std::string& dialect,
                                                        const std::string& external_key) {
  return connection_.guarded<Conversation>([&]() -> Result<Conversation> {
    if (external_key.empty()) {
      return make_error(ErrorCode::kNotFound, "there is no such conversation");
    }
    // The last condition is what the index is made for.
    Statement select(connection_,
                     std::string("select ") + kColumns +
                         " from conversations c where c.owner = :owner and c.dialect = :dialect "
                         "and c.external_key = :key and c.external_key <> ''");
    select.use(owner).use(dialect).use(external_key);
    return only_row(select);
  });
}

Result<Conversation> SqlRepository::conversation_of_version(const std::string& owner,
                                                            const std::string& version_id) {
  return connection_.guarded<Conversation>([&] {
    Statement select(connection_,
                     std::string("select ") + kColumns +
                         " from versions v join messages m on m.id = v.message_id "
                         "join conversations c on c.id = m.conversation_id "
                         "where v.id = :version and c.owner = :owner");
    select.use(version_id).use(owner);
    return only_row(select);
  });
}

Result<Page<Conversation>> SqlRepository::conversations(const std::string& owner,
                                                        const ConversationQuery& query) {
  return connection_.guarded<Page<Conversation>>([&]() -> Result<Page<Conversation>> {
    const std::vector<std::string> words = search_words(query.q, kSearchWordsMax);
    if (words.empty() && !is_blank(query.q))
      return Page<Conversation>();  // no word: nothing has it
    std::string sql =
        std::string("select ") + kColumns + " from conversations c where c.owner = :owner";
    std::optional<Cursor> cursor;
    if (!query.cursor.empty()) {
      cursor = parse_cursor(query.cursor);
      if (!cursor) return make_error(ErrorCode::kInvalid, "cursor: is not one of ours");
      sql += " and (c.pinned, c.updated_ms, c.id) < (:pinned, :updated, :id)";
    }
    for (std::size_t i = 0; i < words.size(); ++i)
      sql += " and " + connection_.engine().search_condition("word" + std::to_string(i));
    sql += " order by c.pinned desc, c.updated_ms desc, c.id desc limit :rows";

    const std::int64_t limit = std::clamp<std::int64_t>(query.limit, 1, kPageMax);
    Statement select(connection_, sql);
    select.use(owner);
    if (cursor) select.use(cursor->pinned).use(cursor->updated_ms).use(cursor->id);
    const Engine& engine = connection_.engine();
    for (const std::string& word : words)
      select.use(engine.search_owner(owner)).use(engine.search_word(word));
    Row row;
    read_into(select.use(limit + 1), row);
    return read_page<Conversation>(
        select, row, limit, [](const auto& items) { return cursor_text(items.back()); });
  });
}

Result<Conversation> SqlRepository::change_conversation(const std::string& owner,
                                                        const std::string& id,
                                                        const ConversationChange& change,
                                                        std::int64_t now_ms) {
  const Status changed = connection_.guarded<std::monostate>([&]() -> Status {
    std::string sql =
        "update conversations set updated_ms = case when updated_ms < :now then "
        "cast(:now_again as bigint) else updated_ms + 1 end";
    if (change.title) sql += ", title = :title";
    if (change.default_model) sql += ", default_model = :default_model";
    if (change.pinned) sql += ", pinned = :pinned";
    Statement update(connection_, sql + " where id = :id and owner = :owner");
    update.use(now_ms).use(now_ms);
    if (change.title) update.use(*change.title);
    if (change.default_model) update.use(*change.default_model);
    if (change.pinned) update.use(*change.pinned ? 1 : 0);
    if (update.use(id).use(owner).run() == 1) return ok();
    return make_error(ErrorCode::kNotFound, "there is no such conversation");
  });
  if (!changed) return changed.error();
  return conversation(owner, id);
}

Status SqlRepository::lock_conversation(const std::string& id) {
  return connection_.guarded<std::monostate>([&]() -> Status {
    std::string found;
    Statement select(connection_,
                     std::string("select id from conversations where id = :id") +
                         connection_.engine().for_update());
    if (select.use(id).into(found).next()) return ok();
    return make_error(ErrorCode::kNotFound, "there is no such conversation");
  });
}

Status SqlRepository::delete_conversation(const std::string& owner, const std::string& id) {
  return connection_.guarded<std::monostate>([&]() -> Status {
    Statement remove(connection_, "delete from conversations where id = :id and owner = :owner");
    if (remove.use(id).use(owner).run() > 0) return ok();
    return make_error(ErrorCode::kNotFound, "there is no such conversation");
  });
}

void SqlRepository::grow(const std::string& conversation_id, const Growth& growth) {
  Statement update(connection_,
                   "update conversations set bytes = bytes + :bytes, updated_ms = "
                   "case when updated_ms < :at then cast(:at_again as bigint) else updated_ms end "
                   "where id = :id");
  update.use(growth.bytes).use(growth.at_ms).use(growth.at_ms).use(conversation_id).run();
}

}  // namespace patchbay::storage::sql
