// Where a database is, as one line of configuration says it.
//
//   sqlite:patchbay.db              a file; a relative path starts in the folder of the start
//   postgresql://user:pw@host/db    also postgres:// and postgresql+driver://, as others write it

#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace patchbay {

struct DatabaseUrl {
  enum class Engine { kSqlite, kPostgresql };
  Engine engine = Engine::kSqlite;
  std::string location;  // SQLite: the path. PostgreSQL: the URL for libpq, a secret
  std::string shown;     // for people: no password and no options
};

// kInvalid with what was expected; never quotes `text`, which may hold a password. A password's own
// "@", "/", "?", blanks and quotes have to be percent-encoded, so that no reader takes a part of it
// for a host's name, and shows that.
Result<DatabaseUrl> parse_database_url(std::string_view text);

}  // namespace patchbay
