#include "core/api/models.hpp"

#include <array>
#include <ctime>

#include "core/json/write.hpp"

namespace patchbay::api {
namespace {

void write_model(json::Writer& writer, const ListedModel& model) {
  writer.begin_object()
      .member("id", model.id)
      .member("object", "model")
      .member("created", model.created)
      .member("owned_by", model.owner)
      .end_object();
}

void write_list(json::Writer& writer,
                std::string_view key,
                const std::vector<ListedModel>& models) {
  writer.key(key).begin_array();
  for (const ListedModel& model : models)
    write_model(writer, model);
  writer.end_array();
}

std::string iso_now() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc)};
}

}  // namespace

void list_models(server::Exchange& exchange, const Context& context) {
  std::string body;
  json::Writer writer(body);
  writer.begin_object().member("object", "list");
  write_list(writer, "data", context.snapshot->models());
  writer.end_object();
  reply_json(exchange, context, 200, body);
}

void list_models_for_all(server::Exchange& exchange, const Context& context) {
  const std::vector<ListedModel> models = context.snapshot->models();
  std::string body;
  json::Writer writer(body);
  writer.begin_object().member("object", "list");
  write_list(writer, "data", models);
  write_list(writer, "models", models);
  writer.member("cached", false).end_object();
  reply_json(exchange, context, 200, body);
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
  ListedModel model{
      id, std::get<routing::Route>(route).targets.front().provider, context.snapshot->since};
  for (const ListedModel& listed : context.snapshot->models()) {
    if (listed.id == id) model = listed;
  }
  std::string body;
  json::Writer writer(body);
  write_model(writer, model);
  reply_json(exchange, context, 200, body);
}

void health(server::Exchange& exchange, const Context& context) {
  std::string body;
  json::Writer(body)
      .begin_object()
      .member("status", "healthy")
      .member("timestamp", iso_now())
      .end_object();
  reply_json(exchange, context, 200, body);
}

void ready(server::Exchange& exchange, const Context& context) {
  reply_json(exchange, context, 200, R"({"status":"ready"})");
}

}  // namespace patchbay::api
