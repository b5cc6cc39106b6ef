#include "core/api/routes.hpp"

#include <array>
#include <span>

#include "core/api/chat_completions.hpp"
#include "core/api/metrics.hpp"
#include "core/api/models.hpp"

namespace patchbay::api {
namespace {

// Where "/v1" stands: some paths mean the same with and without it, some mean something else.
enum class V1 { kEither, kOnly, kNever };

struct Route {
  std::string_view method;
  V1 v1;
  std::array<std::string_view, 3> path;  // "*" at the end takes everything that is left
  HandlerFunction handler;
  std::string_view name;  // for metrics
};

constexpr std::array kRoutes{
    Route{"POST", V1::kEither, {"chat", "completions"}, chat_completions, "/v1/chat/completions"},
    Route{"GET", V1::kOnly, {"models"}, list_models, "/v1/models"},
    Route{"GET", V1::kNever, {"models"}, list_models_for_all, "/models"},
    Route{"GET", V1::kEither, {"models", "*"}, show_model, "/v1/models/{id}"},
    Route{"GET", V1::kEither, {"health"}, health, "/health"},
    Route{"GET", V1::kEither, {"ready"}, ready, "/ready"},
    Route{"GET", V1::kNever, {"metrics"}, metrics, "/metrics"},
};

bool matches(const Route& route,
             std::span<const std::string_view> segments,
             bool v1,
             std::vector<std::string>& rest) {
  if (route.v1 == V1::kOnly && !v1) return false;
  if (route.v1 == V1::kNever && v1) return false;
  rest.clear();
  std::size_t at = 0;
  for (const std::string_view part : route.path) {
    if (part.empty()) break;
    if (part == "*") {
      rest.assign(segments.begin() + static_cast<std::ptrdiff_t>(at), segments.end());
      return !rest.empty();
    }
    if (at == segments.size() || segments[at] != part) return false;
    ++at;
  }
  return at == segments.size();
}

}  // namespace

std::variant<Match, WrongMethod, NoRoute> find_route(
    std::string_view method, const std::vector<std::string_view>& segments) {
  std::span<const std::string_view> path = segments;
  const bool v1 = !path.empty() && path.front() == "v1";
  if (v1) path = path.subspan(1);
  const std::string_view asked = method == "HEAD" ? "GET" : method;

  std::string allow;
  std::string_view name;
  std::vector<std::string> rest;
  for (const Route& route : kRoutes) {
    if (!matches(route, path, v1, rest)) continue;
    if (route.method == asked) return Match{route.handler, std::move(rest), route.name};
    name = route.name;
    allow += std::string(route.method) + (route.method == "GET" ? ", HEAD, " : ", ");
  }
  if (allow.empty()) return NoRoute{};
  return WrongMethod{allow + "OPTIONS", name};
}

}  // namespace patchbay::api
