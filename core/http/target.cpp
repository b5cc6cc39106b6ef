#include "core/http/target.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "core/http/header_list.hpp"
#include "core/http/percent.hpp"

namespace patchbay::http {
namespace {

bool never_in_target(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte <= 0x20 || byte == 0x7F || c == '#';
}

Error bad_target() {
  return make_error(ErrorCode::kInvalid, "the request target is not a path or an http URL");
}

}  // namespace

Result<Target> parse_target(std::string_view target) {
  if (std::any_of(target.begin(), target.end(), never_in_target)) return bad_target();
  if (target == "*") return Target{{}, target, {}};

  Target parsed;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!starts_with_ignoring_case(target, scheme)) continue;
    target.remove_prefix(scheme.size());
    const std::size_t end = std::min(target.find_first_of("/?"), target.size());
    parsed.authority = target.substr(0, end);
    if (parsed.authority.empty()) return bad_target();
    target.remove_prefix(end);
    if (target.empty()) target = "/";
    break;
  }
  const std::size_t question = target.find('?');
  parsed.path = target.substr(0, question);
  if (question != std::string_view::npos) parsed.query = target.substr(question + 1);
  if (parsed.path.empty() && !parsed.authority.empty()) parsed.path = "/";
  if (!parsed.path.starts_with('/')) return bad_target();
  return parsed;
}

Status Path::assign(std::string_view path) {
  assert(path.starts_with('/'));
  segments_.clear();
  trailing_slash_ = path.size() > 1 && path.ends_with('/');
  path.remove_prefix(1);
  if (trailing_slash_) {
    path.remove_suffix(1);
  } else if (path.empty()) {
    return ok();
  }
  // Decoding only ever makes a text shorter, so that there is room for all of it from the start.
  if (path.find('%') != std::string_view::npos) decoded_.resize(path.size());
  char* room = decoded_.data();
  for (;;) {
    const std::size_t slash = path.find('/');
    std::string_view segment = path.substr(0, slash);
    if (segment.find('%') != std::string_view::npos) {
      const Result<std::size_t> size = percent_decode(segment, room);
      if (!size) return size.error();
      segment = {room, *size};
      room += *size;
    } else if (segment.find('\0') != std::string_view::npos) {
      return make_error(ErrorCode::kInvalid, "the URL holds a zero byte");
    }
    if (segment == "." || segment == "..") {
      return make_error(ErrorCode::kInvalid, "the URL's path has a \".\" or \"..\" segment");
    }
    segments_.push_back(segment);
    if (slash == std::string_view::npos) return ok();
    path.remove_prefix(slash + 1);
  }
}

Result<Path> split_path(std::string_view path) {
  Path split;
  if (Status status = split.assign(path); !status) return status.error();
  return split;
}

Result<std::vector<QueryParameter>> parse_query(std::string_view query) {
  std::vector<QueryParameter> parameters;
  const auto decode = [](std::string_view text, std::string& out) {
    std::string spaced(text);
    std::replace(spaced.begin(), spaced.end(), '+', ' ');
    return append_percent_decoded(out, spaced);
  };
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    QueryParameter parameter;
    if (Status status = decode(pair.substr(0, equals), parameter.name); !status) {
      return status.error();
    }
    const std::string_view value = pair.substr(std::min(equals + 1, pair.size()));
    if (Status status = decode(value, parameter.value); !status) return status.error();
    parameters.push_back(std::move(parameter));
  }
  return parameters;
}

std::optional<std::string_view> find_parameter(const std::vector<QueryParameter>& query,
                                               std::string_view name) {
  for (const QueryParameter& parameter : query) {
    if (parameter.name == name) return parameter.value;
  }
  return std::nullopt;
}

}  // namespace patchbay::http
