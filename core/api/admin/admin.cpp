#include "core/api/admin/admin.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "core/api/admin/plugin_json.hpp"

namespace patchbay::api {
namespace {

using Outcome = PluginChangeResult::Outcome;
using plugin_host::PluginState;

void refuse(server::Exchange& exchange,
            const Context& context,
            int status,
            std::string message,
            std::string code) {
  chat::Failure failure;
  failure.category = status >= 500 ? PBAY_ERR_OVERLOADED : PBAY_ERR_BAD_REQUEST;
  failure.status = status;
  failure.message = std::move(message);
  failure.code = std::move(code);
  http::HeaderList headers;
  if (status == 401) headers.add("www-authenticate", "Bearer realm=\"patchbay admin\"");
  reply_failure(exchange, context, failure, headers);
}

// False after the request was refused.
bool may_pass(server::Exchange& exchange, const Context& context) {
  const bool tries = !context.snapshot->admin.keys.empty() &&
                     access::Authenticator::presents(exchange.request().headers);
  if (tries && context.logins->refuses(exchange, context)) return false;
  const auto refusal = context.snapshot->admin.refuse(exchange.request().headers);
  if (refusal) {
    if (tries) context.logins->failed(exchange.request(), context);
    refuse(exchange,
           context,
           refusal->status,
           refusal->message,
           refusal->status == 401 ? "invalid_admin_key" : "admin_closed");
    return false;
  }
  if (context.snapshot->plugins == nullptr) {
    refuse(exchange, context, 503, "The server does not control its plugins", "unavailable");
    return false;
  }
  return true;
}

void unknown_plugin(server::Exchange& exchange, const Context& context, const std::string& id) {
  refuse(exchange,
         context,
         404,
         "No plugin with the id `" + id + "` is loaded; GET /admin/plugins lists them",
         "plugin_not_found");
}

void unknown_path(server::Exchange& exchange, const Context& context) {
  refuse(exchange,
         context,
         404,
         "Unknown request URL: below /admin/plugins there are {id}, {id}/reload and {id}/rollback",
         "unknown_url");
}

void reply_plugin(server::Exchange& exchange,
                  const Context& context,
                  const std::string& id,
                  const bool* changed) {
  const std::vector<PluginState> plugins = context.snapshot->plugins->plugins();
  const auto plugin =
      std::find_if(plugins.begin(), plugins.end(), [&](const auto& one) { return one.id == id; });
  if (plugin == plugins.end()) return unknown_plugin(exchange, context, id);
  std::string body;
  json::Writer writer(body);
  if (changed == nullptr) {
    write_plugin(writer, *plugin);
  } else {
    writer.begin_object().member("changed", *changed).key("plugin");
    write_plugin(writer, *plugin);
    writer.end_object();
  }
  reply_json(exchange, context, 200, body);
}

void reply_result(server::Exchange& exchange,
                  const Context& context,
                  const PluginChange& change,
                  const PluginChangeResult& result) {
  const bool changed = result.outcome == Outcome::kDone;
  std::string all;
  switch (result.outcome) {
    case Outcome::kDone:
    case Outcome::kUnchanged:
      return reply_plugin(exchange, context, change.plugin, &changed);
    case Outcome::kRefused:
      for (const std::string& problem : result.problems)
        all += (all.empty() ? "" : "\n") + problem;
      return refuse(exchange,
                    context,
                    422,
                    "The version in use stays, for the other one was refused: " + all,
                    "plugin_refused");
    case Outcome::kUnknown:
      return unknown_plugin(exchange, context, change.plugin);
    case Outcome::kNothingBefore:
      return refuse(exchange,
                    context,
                    409,
                    "There is no version of `" + change.plugin +
                        "` to go back to: it was not replaced since the server was started",
                    "no_previous_version");
    case Outcome::kBusy:
      return refuse(exchange, context, 503, "Too many such requests wait; ask again", "busy");
    case Outcome::kStopping:
      return refuse(exchange, context, 503, "The server is shutting down", "stopping");
  }
}

class ChangeResponder;

// Held by the responder and by the result that is on its way to it; read and written on the
// responder's worker alone.
struct Ticket {
  ChangeResponder* responder = nullptr;  // null when nobody waits any more
};

class ChangeResponder final : public server::Responder {
 public:
  ChangeResponder(server::Exchange& exchange, Context context, PluginChange change)
      : exchange_(exchange), context_(std::move(context)), change_(std::move(change)) {
    ticket_->responder = this;
  }
  ~ChangeResponder() override { ticket_->responder = nullptr; }

  void start() {
    reactor::Worker& worker = context_.workplace->worker;
    context_.snapshot->plugins->change(change_,
                                       [ticket = ticket_, &worker](PluginChangeResult result) {
                                         worker.post(
                                             [ticket, result = std::move(result)] {
                                               if (ticket->responder != nullptr)
                                                 ticket->responder->answer(result);
                                             },
                                             "what became of a plugin");
                                       });
  }

  void on_gone() override {
    record_request(exchange_.request(),
                   context_,
                   {.status = 499, .error = telemetry::ErrorClass::kClientGone});
  }

  void on_shutdown() override { answer({.outcome = Outcome::kStopping}); }

 private:
  void answer(const PluginChangeResult& result) {
    ticket_->responder = nullptr;
    reply_result(exchange_, context_, change_, result);
  }

  server::Exchange& exchange_;
  const Context context_;
  const PluginChange change_;
  const std::shared_ptr<Ticket> ticket_ = std::make_shared<Ticket>();
};

}  // namespace

void list_plugins(server::Exchange& exchange, const Context& context) {
  if (!may_pass(exchange, context)) return;
  std::string body;
  json::Writer writer(body);
  writer.begin_object().member("object", "list").key("data").begin_array();
  for (const PluginState& plugin : context.snapshot->plugins->plugins())
    write_plugin(writer, plugin);
  writer.end_array().end_object();
  reply_json(exchange, context, 200, body);
}

void show_plugin(server::Exchange& exchange, const Context& context) {
  if (!may_pass(exchange, context)) return;
  if (context.segments.size() != 1) return unknown_path(exchange, context);
  reply_plugin(exchange, context, context.segments.front(), nullptr);
}

void change_plugin(server::Exchange& exchange, const Context& context) {
  if (!may_pass(exchange, context)) return;
  const std::vector<std::string>& path = context.segments;
  if (path.size() != 2 || (path[1] != "reload" && path[1] != "rollback")) {
    return unknown_path(exchange, context);
  }
  const auto kind =
      path[1] == "reload" ? PluginChange::Kind::kReload : PluginChange::Kind::kRollback;
  auto responder =
      std::make_unique<ChangeResponder>(exchange, context, PluginChange{kind, path[0]});
  ChangeResponder& waiting = *responder;
  exchange.attach(std::move(responder));
  waiting.start();
}

}  // namespace patchbay::api
