#include "core/api/routes.hpp"

#include <array>
#include <iterator>
#include <span>

#include "core/api/admin/admin.hpp"
#include "core/api/admin/metrics.hpp"
#include "core/api/chat/chat.hpp"
#include "core/api/chat/chat_resume.hpp"
#include "core/api/chat/prompt_chat.hpp"
#include "core/api/chat/session_chat.hpp"
#include "core/api/chat/speech_to_text.hpp"
#include "core/api/chat/stream_reader.hpp"
#include "core/api/chat/thread_chat.hpp"
#include "core/api/conversations/conversations.hpp"
#include "core/api/conversations/messages.hpp"
#include "core/api/files/document_files.hpp"
#include "core/api/files/files.hpp"
#include "core/api/home.hpp"
#include "core/api/reference.hpp"
#include "core/api/v1/chat_completions.hpp"
#include "core/api/v1/models.hpp"
#include "core/api/v1/operations.hpp"
#include "core/api/v1/passthrough.hpp"

namespace patchbay::api {
namespace {

// Where "/v1" stands: some paths mean the same with and without it, some mean something else.
enum class V1 { kEither, kOnly, kNever };

struct Route {
  std::string_view method;  // "*" : whatever it is
  V1 v1;
  // "{}" takes one segment, "*" at the end everything that is left.
  std::array<std::string_view, 7> path;
  HandlerFunction handler;
  std::string_view name;  // for metrics
  RouteKind kind = RouteKind::kApi;
};

// A route of the chat back ends.
constexpr Route chat(std::string_view method,
                     std::array<std::string_view, 7> path,
                     HandlerFunction handler,
                     std::string_view name) {
  return {method, V1::kNever, path, handler, name, RouteKind::kChat};
}

constexpr std::array kRoutes{
    Route{"GET", V1::kNever, {}, home, "/", RouteKind::kOpen},
    Route{"POST", V1::kEither, {"chat", "completions"}, chat_completions, "/v1/chat/completions"},
    chat("POST", {"speech-to-text"}, speech_to_text, "/speech-to-text"),
    chat("POST", {"chat"}, post_chat, "/chat"),
    chat("GET", {"chat"}, resume_chat_by_query, "/chat"),
    chat("POST", {"clear_context"}, clear_context, "/clear_context"),
    chat("POST", {"chat", "edit"}, session_edit, "/chat/edit"),
    chat("POST", {"chat", "retry"}, session_retry, "/chat/retry"),
    chat("POST", {"chat", "stop", "{}"}, session_stop, "/chat/stop/{session_id}"),
    chat("GET", {"chat", "{}", "stream"}, resume_chat, "/chat/{id}/stream"),
    chat("POST", {"api", "chat", "stream"}, thread_chat, "/api/chat/stream"),
    chat("GET", {"conversations"}, list_conversations, "/conversations"),
    chat("POST", {"conversations"}, create_conversation, "/conversations"),
    chat("GET", {"conversations", "{}"}, show_conversation, "/conversations/{id}"),
    chat("PATCH", {"conversations", "{}"}, change_conversation, "/conversations/{id}"),
    chat("DELETE", {"conversations", "{}"}, delete_conversation, "/conversations/{id}"),
    chat("POST", {"conversations", "{}", "pin"}, pin_conversation, "/conversations/{id}/pin"),
    chat("POST", {"conversations", "{}", "stop"}, stop_conversation, "/conversations/{id}/stop"),
    chat("GET", {"conversations", "{}", "stream"}, stream_answer, "/conversations/{id}/stream"),
    chat("GET", {"conversations", "{}", "messages"}, list_messages, "/conversations/{id}/messages"),
    chat("POST", {"conversations", "{}", "messages"}, add_message, "/conversations/{id}/messages"),
    chat("GET",
         {"conversations", "{}", "messages", "{}", "versions"},
         list_versions,
         "/conversations/{id}/messages/{message_id}/versions"),
    chat("POST",
         {"conversations", "{}", "messages", "{}", "versions", "{}", "activate"},
         activate_version,
         "/conversations/{id}/messages/{message_id}/versions/{number}/activate"),
    chat("GET", {"streams", "{}"}, read_stream, "/streams/{id}"),
    chat("POST", {"streams", "{}", "stop"}, stop_stream, "/streams/{id}/stop"),
    chat("GET", {"files"}, list_files, "/files"),
    chat("POST", {"files"}, add_file, "/files"),
    Route{"GET", V1::kNever, {"files", "{}"}, show_file, "/files/{id}", RouteKind::kSigned},
    chat("DELETE", {"files", "{}"}, delete_file, "/files/{id}"),
    chat("GET", {"files", "{}", "status"}, show_file_status, "/files/{id}/status"),
    chat("POST", {"files", "{}", "index"}, index_file, "/files/{id}/index"),
    Route{"POST", V1::kEither, {"completions"}, completions, "/v1/completions"},
    Route{"POST", V1::kEither, {"embeddings"}, embeddings, "/v1/embeddings"},
    Route{"POST",
          V1::kEither,
          {"images", "generations"},
          image_generations,
          "/v1/images/generations"},
    Route{"POST", V1::kEither, {"images", "edits"}, image_edits, "/v1/images/edits"},
    Route{"POST", V1::kEither, {"images", "variations"}, image_variations, "/v1/images/variations"},
    Route{"POST",
          V1::kEither,
          {"audio", "transcriptions"},
          transcriptions,
          "/v1/audio/transcriptions"},
    Route{"POST", V1::kEither, {"audio", "translations"}, translations, "/v1/audio/translations"},
    Route{"POST", V1::kEither, {"audio", "speech"}, speech, "/v1/audio/speech"},
    Route{"POST", V1::kEither, {"moderations"}, moderations, "/v1/moderations"},
    Route{"POST", V1::kEither, {"responses"}, responses, "/v1/responses"},
    Route{"*", V1::kEither, {"responses", "*"}, stored_response, "/v1/responses/{id}"},
    Route{"*", V1::kNever, {"providers", "*"}, provider_passthrough, "/providers/{name}"},
    Route{"GET", V1::kOnly, {"models"}, list_models, "/v1/models"},
    Route{"GET", V1::kNever, {"models"}, list_models_for_all, "/models", RouteKind::kChat},
    Route{"GET", V1::kEither, {"models", "*"}, show_model, "/v1/models/{id}"},
    Route{"GET", V1::kEither, {"health"}, health, "/health", RouteKind::kOpen},
    Route{"GET", V1::kEither, {"ready"}, ready, "/ready", RouteKind::kOpen},
    Route{"GET", V1::kNever, {"metrics"}, metrics, "/metrics", RouteKind::kOwnRules},
    Route{"GET",
          V1::kNever,
          {"admin", "plugins"},
          list_plugins,
          "/admin/plugins",
          RouteKind::kOwnRules},
    Route{"GET",
          V1::kNever,
          {"admin", "plugins", "*"},
          show_plugin,
          "/admin/plugins/{id}",
          RouteKind::kOwnRules},
    Route{"POST",
          V1::kNever,
          {"admin", "plugins", "*"},
          change_plugin,
          "/admin/plugins/{id}",
          RouteKind::kOwnRules},
    Route{"GET", V1::kNever, {"openapi.json"}, openapi_document, "/openapi.json", RouteKind::kOpen},
    Route{"GET", V1::kNever, {"docs"}, swagger_page, "/docs", RouteKind::kOpen},
    Route{"GET",
          V1::kNever,
          {"docs", "assets", "*"},
          document_asset,
          "/docs/assets",
          RouteKind::kOpen},
    Route{"GET", V1::kNever, {"redoc"}, redoc_page, "/redoc", RouteKind::kOpen},
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
      rest.insert(rest.end(), segments.begin() + static_cast<std::ptrdiff_t>(at), segments.end());
      return !rest.empty();
    }
    if (at == segments.size()) return false;
    if (part == "{}") {
      rest.emplace_back(segments[at]);
    } else if (segments[at] != part) {
      return false;
    }
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
  RouteKind kind = RouteKind::kApi;
  std::vector<std::string> rest;
  for (const Route& route : kRoutes) {
    if (!matches(route, path, v1, rest)) continue;
    const bool any = route.method == "*" && method != "OPTIONS";
    if (any || route.method == asked) {
      return Match{route.handler, std::move(rest), route.name, route.kind};
    }
    name = route.name;
    kind = route.kind;
    if (route.method == "*") {
      allow += "GET, HEAD, POST, PUT, PATCH, DELETE, ";
      continue;
    }
    allow += std::string(route.method) + (route.method == "GET" ? ", HEAD, " : ", ");
  }
  if (allow.empty()) return NoRoute{};
  return WrongMethod{allow + "OPTIONS", name, kind};
}

std::vector<ListedRoute> listed_routes() {
  std::vector<ListedRoute> listed;
  listed.reserve(std::size(kRoutes));
  for (const Route& route : kRoutes)
    listed.push_back({route.method, route.name});
  return listed;
}

}  // namespace patchbay::api
