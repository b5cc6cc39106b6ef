#include "core/api/v1/models.hpp"

#include <utility>

#include "core/api/call_responder.hpp"
#include "core/base/iso_time.hpp"
#include "core/dialects/openai_models/collector.hpp"
#include "core/json/write.hpp"

namespace patchbay::api {
namespace {

enum class Form { kList, kBoth };

std::string body_of(const std::vector<ListedModel>& models, Form form, bool cached) {
  std::string list = "[";
  for (const ListedModel& model : models) {
    if (list.size() > 1) list += ',';
    dialects::openai_models::append_model(list, model);
  }
  list += ']';
  std::string body = R"({"object":"list","data":)" + list;
  if (form == Form::kBoth) {
    body += ",\"models\":" + list;
    body += cached ? ",\"cached\":true" : ",\"cached\":false";
  }
  return body += '}';
}

// The provider that the wildcard leads to, if its models can be asked for; null otherwise.
const relay::Provider* asked_provider(const Snapshot& snapshot) {
  const auto found = snapshot.providers.find(snapshot.routes.any_provider());
  if (found == snapshot.providers.end()) return nullptr;
  const auto& instance = found->second.instance;
  return instance->offers(PBAY_MODE_MODELS, dialects::openai_models::kDialect) ? &found->second
                                                                               : nullptr;
}

// Asks the provider for its list, which is kept. Where it fails, what is known goes out all the
// same: an old list, or what the configuration names; with none of them, the failure.
void ask_for_models(server::Exchange& exchange,
                    const Context& context,
                    const relay::Provider& provider,
                    Form form) {
  CallPlan plan;
  plan.request.mode = PBAY_MODE_MODELS;
  plan.request.dialect = dialects::openai_models::kDialect;
  plan.request.same_dialect = false;
  plan.request.padded_body.assign(json::Padded::kBytes, '\0');
  plan.request.method = "GET";
  plan.request.path = "/models";
  plan.request.headers = exchange.request().headers;
  plan.request.request_id = context.request_id;
  plan.request.deadline = deadline_of(exchange.request().headers);
  plan.route.rule = routing::kAnyModel;
  plan.route.targets.push_back({provider.instance->name(), ""});
  plan.make_encoder = [snapshot = context.snapshot, form] {
    return std::make_unique<dialects::openai_models::Collector>(
        [snapshot, form](std::vector<ListedModel> models, std::string& out) {
          const auto list = std::make_shared<const ModelCache::List>(std::move(models));
          snapshot->upstream_models->keep(list, Clock::now());
          out += body_of(snapshot->models(list.get()), form, false);
        });
  };
  plan.refuse = [form](server::Exchange& to,
                       const Context& of,
                       const chat::Failure& failure,
                       const http::HeaderList& more,
                       Logged logged) {
    const auto stale = of.snapshot->upstream_models->any();
    const std::vector<ListedModel> models = of.snapshot->models(stale.get());
    if (models.empty() && form == Form::kBoth) {
      chat::Failure upstream = failure;  // whatever it was, the list is what could not be had
      upstream.status = 502;
      return reply_error_text(to, of, upstream, more, std::move(logged));
    }
    if (models.empty()) return reply_failure(to, of, failure, more, std::move(logged));
    reply_json(to, of, 200, body_of(models, form, stale != nullptr));
  };
  answer_by_call(exchange, context, std::move(plan));
}

void reply_with_models(server::Exchange& exchange, const Context& context, Form form) {
  const Snapshot& snapshot = *context.snapshot;
  const auto fresh = snapshot.upstream_models->fresh(Clock::now());
  const relay::Provider* provider = fresh ? nullptr : asked_provider(snapshot);
  if (provider != nullptr) return ask_for_models(exchange, context, *provider, form);
  reply_json(exchange, context, 200, body_of(snapshot.models(fresh.get()), form, fresh != nullptr));
}

}  // namespace

void list_models(server::Exchange& exchange, const Context& context) {
  reply_with_models(exchange, context, Form::kList);
}

void list_models_for_all(server::Exchange& exchange, const Context& context) {
  reply_with_models(exchange, context, Form::kBoth);
}

void show_model(server::Exchange& exchange, const Context& context) {
  std::string id;
  for (const std::string& segment : context.segments) {
    if (!id.empty()) id += '/';
    id += segment;
  }
  const auto route = context.snapshot->routes.resolve(id);
  if (const auto* failure = std::get_if<chat::Failure>(&route)) {
    return reply_failure(exchange, context, *failure);
  }
  ListedModel model{.id = id,
                    .owner = std::get<routing::Route>(route).targets.front().provider,
                    .created = context.snapshot->since};
  const auto upstream = context.snapshot->upstream_models->any();
  for (ListedModel& listed : context.snapshot->models(upstream.get())) {
    if (listed.id == id) model = std::move(listed);
  }
  std::string body;
  dialects::openai_models::append_model(body, model);
  reply_json(exchange, context, 200, body);
}

void health(server::Exchange& exchange, const Context& context) {
  std::string body;
  json::Writer(body)
      .begin_object()
      .member("status", "healthy")
      .member("timestamp", iso_time(unix_ms()))
      .end_object();
  reply_json(exchange, context, 200, body);
}

void ready(server::Exchange& exchange, const Context& context) {
  reply_json(exchange, context, 200, R"({"status":"ready"})");
}

}  // namespace patchbay::api
