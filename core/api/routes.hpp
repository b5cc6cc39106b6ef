// The URL table: which method and path leads to which handler.

#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/api/reply.hpp"

namespace patchbay::api {

using HandlerFunction = void (*)(server::Exchange&, const Context&);

// Who may ask a path, and how its clients read a refusal.
enum class RouteKind {
  kApi,       // whoever is known by credentials, or needs none; error objects
  kChat,      // the same; errors are texts
  kSigned,    // the same, and whoever has a signature in the query, at which the handler looks
  kOpen,      // everybody
  kOwnRules,  // the handler says
};

struct Match {
  HandlerFunction handler;
  std::vector<std::string> segments;  // what the route's "*" matched
  std::string_view route;             // "/v1/models/{id}"; a static text, as below
  RouteKind kind = RouteKind::kApi;
};

// The path is known, the method is not one of `allow` ("GET, HEAD, OPTIONS").
struct WrongMethod {
  std::string allow;
  std::string_view route;
  RouteKind kind = RouteKind::kApi;
};

struct NoRoute {};

// `segments` is the decoded path. Both with and without "/v1" in front, a trailing slash is the
// same path.
std::variant<Match, WrongMethod, NoRoute> find_route(std::string_view method,
                                                     const std::vector<std::string_view>& segments);

// A row of the table, for what is held against all of it; "*" is any method.
struct ListedRoute {
  std::string_view method;
  std::string_view route;
};

std::vector<ListedRoute> listed_routes();

}  // namespace patchbay::api
