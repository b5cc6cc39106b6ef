// The OpenAPI document and the table of routes describe the same server.

#include "core/api/reference.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/api/routes.hpp"
#include "core/http/target.hpp"
#include "core/json/scan.hpp"
#include "core/json/view.hpp"

namespace patchbay::api {
namespace {

struct Operation {
  std::string method;  // "GET"
  std::string path;    // "/conversations/{id}"
};

json::View member_of(json::View object, std::string_view name) {
  for (const json::MemberView& member : object.members()) {
    if (member.named(name)) return member.value;
  }
  ADD_FAILURE() << "no member " << name;
  return json::View("null");
}

std::vector<Operation> operations(const std::string& document) {
  const std::set<std::string> methods{"get", "post", "put", "patch", "delete"};
  std::vector<Operation> found;
  for (const json::MemberView& path : member_of(json::View(document), "paths").members()) {
    for (const json::MemberView& member : path.value.members()) {
      std::string method = member.name();
      if (methods.count(method) == 0) continue;
      std::transform(method.begin(), method.end(), method.begin(), [](char c) {
        return static_cast<char>(c - 'a' + 'A');
      });
      found.push_back({method, path.name()});
    }
  }
  return found;
}

// "/a/{id}" -> "/a/x"
std::string with_values(const std::string& path) {
  std::string filled;
  bool inside = false;
  for (const char c : path) {
    if (c == '{') filled += 'x';
    inside = (inside || c == '{') && c != '}';
    if (!inside && c != '}') filled += c;
  }
  return filled;
}

// The row that serves an operation; empty where there is none.
std::string_view route_of(const Operation& operation) {
  const std::string target = with_values(operation.path);
  const auto path = http::split_path(target);
  if (!path) return {};
  const auto found = find_route(operation.method, path->segments());
  const auto* match = std::get_if<Match>(&found);
  return match == nullptr ? std::string_view() : match->route;
}

TEST(OpenApi, IsJson) {
  const std::string document = openapi_text();
  EXPECT_TRUE(json::scan(document, {}).has_value());
  EXPECT_EQ(member_of(json::View(document), "openapi").string(), "3.1.0");
}

TEST(OpenApi, EveryDocumentedOperationIsRouted) {
  const std::string document = openapi_text();
  const auto documented = operations(document);
  EXPECT_GE(documented.size(), 55U);
  for (const Operation& operation : documented) {
    EXPECT_FALSE(route_of(operation).empty()) << operation.method << ' ' << operation.path;
  }
}

TEST(OpenApi, EveryRouteIsDocumented) {
  const std::string document = openapi_text();
  std::set<std::string> documented;
  for (const Operation& operation : operations(document)) {
    const std::string route(route_of(operation));
    documented.insert(operation.method + ' ' + route);
    documented.insert("* " + route);
  }
  for (const ListedRoute& listed : listed_routes()) {
    const std::string row = std::string(listed.method) + ' ' + std::string(listed.route);
    EXPECT_EQ(documented.count(row), 1U) << row;
  }
}

}  // namespace
}  // namespace patchbay::api
