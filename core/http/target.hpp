// The target of a request line: what a client asks for.
//
//   auto target = parse_target("/v1/models/acme%2Fsmall?limit=20");
//   auto path = split_path(target->path);     // {"v1", "models", "acme/small"}
//   auto query = parse_query(target->query);  // {{"limit", "20"}}

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace patchbay::http {

// Views into the target that was parsed; nothing is decoded yet.
struct Target {
  std::string_view authority;  // "host:port" of "http://host:port/path"; empty for the usual form
  std::string_view path;       // starts with "/"; or "*", which OPTIONS may ask
  std::string_view query;      // after the "?", which may be there with nothing after it
};

// Takes "/path?query", the form meant for proxies ("http://host/path?query"), and "*". Fails with
// kInvalid at anything else: white space, control characters and "#" never belong in a target.
// Allocates nothing unless it fails.
Result<Target> parse_target(std::string_view target);

// A path taken apart. The segments are decoded one by one, so that "%2F" is a slash inside its
// segment; a segment is never "." or "..".
class Path {
 public:
  // Takes `path` apart; what was held before is forgotten. Fails with kInvalid at a broken escape,
  // a zero byte, or a "." or ".." segment, however it is written. Segments without an escape are
  // views into `path`, which must outlive them. Allocates nothing once it has seen a path of this
  // size.
  //
  // REQUIRES: path starts with "/".
  Status assign(std::string_view path);

  // "/v1/models/" has two; "/" has none; "//" has an empty one.
  [[nodiscard]] const std::vector<std::string_view>& segments() const { return segments_; }

  // Whether the path ends with a slash and is more than that slash.
  [[nodiscard]] bool trailing_slash() const { return trailing_slash_; }

  Path() = default;
  Path(Path&&) = default;
  Path& operator=(Path&&) = default;
  Path(const Path&) = delete;  // segments may be views into this very object
  Path& operator=(const Path&) = delete;

 private:
  std::vector<std::string_view> segments_;
  std::vector<char> decoded_;  // not a string: its bytes must stay put when the Path moves
  bool trailing_slash_ = false;
};

// Path::assign() for a path looked at once.
Result<Path> split_path(std::string_view path);

struct QueryParameter {
  std::string name;
  std::string value;
};

// The parameters of a query in the order they came, decoded; "+" is a space. "a" means "a=", and
// nothing between two "&" means nothing. Fails with kInvalid at a broken escape or a zero byte.
Result<std::vector<QueryParameter>> parse_query(std::string_view query);

// The value of the first parameter of that name.
std::optional<std::string_view> find_parameter(const std::vector<QueryParameter>& query,
                                               std::string_view name);

}  // namespace patchbay::http
