// `access:` and `rate_limit:`: who may ask, and how often.

#include <algorithm>
#include <cctype>
#include <string_view>
#include <utility>

#include "core/settings/shape.hpp"

namespace patchbay::settings {
namespace {

using Kind = ConfigValue::Kind;

constexpr std::size_t kKeyBytesWanted = 16;  // shorter ones can be guessed
constexpr std::size_t kNameBytesMax = 64;
constexpr std::int64_t kFailedMax = 10'000;
constexpr std::int64_t kRequestsMax = 100'000;  // each one is remembered for a window

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kNameBytesMax &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
         });
}

// What a header can carry, and what nobody mistakes for two words.
bool is_key(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > ' ' && c < 0x7F; });
}

// Not quoted, wherever it comes from.
void hidden_problem(Fields& fields,
                    const ConfigValue& value,
                    const std::string& key,
                    const std::string& expected) {
  ConfigValue hidden = value;
  hidden.secret = true;
  fields.problem(hidden, key, expected);
}

// The mappings in the list `key`, each with its place: "access.keys[1]".
std::vector<std::pair<const ConfigValue*, std::string>> entries_of(Fields& fields,
                                                                   const std::string& key,
                                                                   const std::string& example) {
  std::vector<std::pair<const ConfigValue*, std::string>> entries;
  const ConfigValue* value = fields.take(key);
  if (value == nullptr || value->kind == Kind::kNull) return entries;
  if (value->kind != Kind::kList) {
    hidden_problem(fields, *value, key, "expected a list, such as [" + example + "]");
    return entries;
  }
  for (std::size_t i = 0; i < value->items.size(); ++i)
    entries.emplace_back(&value->items[i], path_to(fields.path(key), i));
  return entries;
}

// Both empty is a variable that is not set, and none of either.
void read_account(const ConfigValue& value,
                  const std::string& path,
                  Access& access,
                  Report& report) {
  Fields fields(&value, path, report);
  std::string username;
  std::string password;
  const ConfigValue* name = fields.text("username", username);
  const ConfigValue* secret = fields.text("password", password);
  fields.require("username", "is missing");
  fields.require("password", "is missing");
  fields.finish();
  if (name == nullptr || secret == nullptr || (username.empty() && password.empty())) return;
  if (username.empty() || username.find(':') != username.npos) {
    return fields.problem(*name, "username", "expected a name without a colon");
  }
  if (password.empty()) return fields.problem(*secret, "password", "expected a password");
  for (const Access::Basic& other : access.basic) {
    if (other.username != username) continue;
    return report.problem(name->origin, fields.path("username"), "is there already");
  }
  access.basic.push_back({std::move(username), Secret(std::move(password))});
}

void read_key(const ConfigValue& value, const std::string& path, Access& access, Report& report) {
  Fields fields(&value, path, report);
  std::string name;
  std::string key;
  const ConfigValue* named = fields.text("name", name);
  const ConfigValue* secret = fields.text("key", key);
  fields.require("name", "is missing: it stands in the log and owns what comes with the key");
  fields.require("key", "is missing");
  fields.finish();
  if (named != nullptr && !is_name(name)) {
    fields.problem(*named, "name", "expected 1 to 64 letters, digits, \"-\", \"_\" and \".\"");
    named = nullptr;
  }
  if (secret == nullptr || key.empty()) return;
  if (!is_key(key)) {
    return hidden_problem(fields, *secret, "key", "expected ASCII characters without spaces");
  }
  if (named == nullptr) return;
  for (const Access::Key& other : access.keys) {
    if (other.name == name) {
      return report.problem(named->origin, fields.path("name"), "is the name of an earlier key");
    }
    if (other.key.reveal() == key) {
      return report.problem(
          secret->origin, fields.path("key"), "is the same key as that of \"" + other.name + '"');
    }
  }
  if (key.size() < kKeyBytesWanted) {
    report.warning(
        secret->origin, fields.path("key"), "is shorter than 16 characters, which can be guessed");
  }
  access.keys.push_back({std::move(name), Secret(std::move(key)), value.origin});
}

void read_anonymous(Fields& fields, Access& access) {
  std::string word = "loopback";
  const ConfigValue* written = fields.text("anonymous", word);
  std::string environment;
  fields.text("environment", environment);
  if (word == "always") {
    access.anonymous = Access::Anonymous::kAlways;
  } else if (word == "never" || (word == "loopback" && environment == "production")) {
    access.anonymous = Access::Anonymous::kNever;
  } else if (word != "loopback") {
    fields.problem(*written, "anonymous", "expected loopback, always or never");
  }
}

void read_urls(Fields& fields, Access& access, Report& report) {
  std::string key;
  const ConfigValue* written = fields.text("url_key", key);
  if (written != nullptr && !key.empty() && key.size() < kKeyBytesWanted) {
    report.warning(written->origin,
                   fields.path("url_key"),
                   "is shorter than 16 characters, which can be guessed");
  }
  access.url_key = Secret(std::move(key));
  constexpr std::int64_t kLifetimeMin = 2000;
  const ConfigValue* lifetime = fields.duration_ms("url_lifetime", access.url_lifetime_ms);
  if (lifetime != nullptr && access.url_lifetime_ms < kLifetimeMin) {
    fields.problem(*lifetime, "url_lifetime", "expected a duration from 2s to 24h");
  }
}

}  // namespace

void read_access(const ConfigValue* value, Access& access, Report& report) {
  Fields fields(value, "access", report);
  for (const auto& [entry, path] : entries_of(fields, "basic", "{ username: u, password: p }"))
    read_account(*entry, path, access, report);
  for (const auto& [entry, path] : entries_of(fields, "keys", "{ name: n, key: k }"))
    read_key(*entry, path, access, report);
  read_anonymous(fields, access);
  for (const auto& [text, written] : fields.texts("trusted_proxies")) {
    if (const Result<IpNetwork> network = IpNetwork::parse(text)) {
      access.trusted_proxies.push_back(*network);
    } else {
      fields.problem(*written, "trusted_proxies", network.error().message);
    }
  }
  fields.number("failed_logins", 0, kFailedMax, access.failed_logins);
  fields.duration_ms("failed_logins_window", access.failed_logins_window_ms);
  read_urls(fields, access, report);
  fields.finish();
}

void read_rate_limit(const ConfigValue* value, RateLimit& limit, Report& report) {
  Fields fields(value, "rate_limit", report);
  fields.number("requests", 0, kRequestsMax, limit.requests);
  fields.duration_ms("window", limit.window_ms);
  if (fields.has("routes")) limit.routes.clear();
  for (auto& [route, written] : fields.texts("routes")) {
    if (route.starts_with('/')) {
      limit.routes.push_back(std::move(route));
    } else {
      fields.problem(*written,
                     "routes",
                     "expected the beginning of a path, such as /api/chat/stream, or / for all");
    }
  }
  fields.boolean("fail_closed", limit.fail_closed);
  fields.finish();
}

}  // namespace patchbay::settings
