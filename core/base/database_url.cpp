#include "core/base/database_url.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace patchbay {
namespace {

constexpr const char* kExpected =
    "expected sqlite:PATH or postgresql://user:password@host/database";
constexpr std::string_view kSqlite = "sqlite:";
constexpr std::string_view kPostgres = "postgres";

Error wrong(std::string message) {
  return make_error(ErrorCode::kInvalid, std::move(message));
}

bool is_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size();
}

// One "host", "host:port" or "[v6]:port". No host is the local socket.
bool is_host(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t bracket = text.find(']');
    if (bracket == std::string_view::npos) return false;
    text.remove_prefix(bracket + 1);
    return text.empty() || (text.starts_with(':') && is_port(text.substr(1)));
  }
  const std::size_t colon = text.find(':');
  return colon == std::string_view::npos || is_port(text.substr(colon + 1));
}

// libpq tries several hosts, with commas between them.
bool are_hosts(std::string_view text) {
  for (;;) {
    const std::size_t comma = text.find(',');
    if (!is_host(text.substr(0, comma))) return false;
    if (comma == std::string_view::npos) return true;
    text.remove_prefix(comma + 1);
  }
}

// Without the slashes of an URL, where what follows them means the same to every program: an
// absolute path, or one that begins with a dot.
std::string_view without_slashes(std::string_view path) {
  constexpr std::string_view kSlashes = "///";
  if (!path.starts_with(kSlashes) || path.find('?') != std::string_view::npos) return path;
  const std::string_view rest = path.substr(kSlashes.size());
  const bool plain = rest.starts_with("./") || rest.starts_with("../") ||
                     (rest.starts_with('/') && !rest.starts_with("//"));
  return plain ? rest : path;
}

Result<DatabaseUrl> sqlite(std::string_view path) {
  path = without_slashes(path);
  if (path == ":memory:" || path.starts_with(":memory:")) {
    return wrong(
        "a database in memory would be another one for each connection: expected a file, such as "
        "sqlite:patchbay.db");
  }
  if (path.starts_with("//")) {
    return wrong(
        "programs disagree on what these slashes of sqlite:// mean: expected sqlite:PATH, such as "
        "sqlite:patchbay.db or sqlite:/var/lib/patchbay/patchbay.db");
  }
  const bool plain =
      std::none_of(path.begin(), path.end(), [](unsigned char c) { return c < 0x20 || c == '"'; });
  if (path.empty() || !plain) return wrong("expected sqlite:PATH, with the path of a file");
  return DatabaseUrl{.engine = DatabaseUrl::Engine::kSqlite,
                     .location = std::string(path),
                     .shown = "sqlite:" + std::string(path)};
}

// `rest` begins behind "://".
Result<DatabaseUrl> postgresql(std::string_view rest) {
  const bool plain = std::none_of(rest.begin(), rest.end(), [](unsigned char c) {
    return c <= 0x20 || c >= 0x7f || c == '"' || c == '\'' || c == '\\' || c == '#';
  });
  const std::size_t path = std::min(rest.find_first_of("/?"), rest.size());
  const std::string_view authority = rest.substr(0, path);
  const std::size_t at = authority.find('@');
  const std::string_view hosts =
      at == std::string_view::npos ? authority : authority.substr(at + 1);
  if (!plain || std::count(rest.begin(), rest.end(), '@') > 1 ||
      (at == std::string_view::npos && rest.find('@') != std::string_view::npos) ||
      !are_hosts(hosts)) {
    return wrong(
        "expected postgresql://user:password@host:port/database, with blanks, quotes and the "
        "characters @ / ? # : of a name or password percent-encoded (%40 for @)");
  }
  const std::string_view user =
      at == std::string_view::npos ? "" : authority.substr(0, std::min(authority.find(':'), at));
  const std::string_view name = rest.substr(path, std::min(rest.find('?'), rest.size()) - path);
  DatabaseUrl url{.engine = DatabaseUrl::Engine::kPostgresql,
                  .location = "postgresql://" + std::string(rest),
                  .shown = "postgresql://"};
  if (!user.empty()) url.shown += std::string(user) + "@";
  url.shown += std::string(hosts) + std::string(name);
  return url;
}

}  // namespace

Result<DatabaseUrl> parse_database_url(std::string_view text) {
  if (text.starts_with(kSqlite)) return sqlite(text.substr(kSqlite.size()));
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) return wrong(kExpected);
  // "postgresql+psycopg" and "sqlite+aiosqlite" name a driver too, which is not for us.
  const std::string_view scheme = text.substr(0, std::min(text.find('+'), colon));
  if (scheme == "sqlite") return sqlite(text.substr(colon + 1));
  if (scheme != kPostgres && scheme != "postgresql") return wrong(kExpected);
  return postgresql(text.substr(colon + 3));
}

}  // namespace patchbay
