#include "core/api/admin/plugin_json.hpp"

#include <array>
#include <ctime>
#include <string>
#include <vector>

namespace patchbay::api {
namespace {

void write_texts(json::Writer& writer,
                 std::string_view key,
                 const std::vector<std::string>& texts) {
  writer.key(key).begin_array();
  for (const std::string& text : texts)
    writer.value(text);
  writer.end_array();
}

std::string iso(std::int64_t unix_ms) {
  const std::time_t seconds = unix_ms / 1000;
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc)};
}

void write_generation(json::Writer& writer, const plugin_host::GenerationState& generation) {
  writer.begin_object()
      .member("generation", generation.number)
      .member("version", generation.version)
      .member("state", generation.state)
      .member("calls", generation.calls)
      .member("sha256", generation.sha256);
  if (!generation.why.empty()) writer.member("retained_because", generation.why);
  writer.end_object();
}

void write_tool(json::Writer& writer, const plugin_host::ServedTool& tool) {
  writer.begin_object()
      .member("name", tool.name)
      .member("provider", tool.provider)
      .member("offered", tool.offered)
      .end_object();
}

}  // namespace

void write_plugin(json::Writer& writer, const plugin_host::PluginState& plugin) {
  writer.begin_object()
      .member("id", plugin.id)
      .member("object", "plugin")
      .member("version", plugin.version)
      .member("generation", plugin.generation)
      .member("state", plugin.state())
      .member("calls", plugin.calls);
  write_texts(writer, "types", plugin.types);
  write_texts(writer, "modes", plugin.modes);
  write_texts(writer, "providers", plugin.providers);
  write_texts(writer, "models", plugin.models);
  writer.key("tools").begin_array();
  for (const plugin_host::ServedTool& tool : plugin.tools)
    write_tool(writer, tool);
  writer.end_array();
  writer.member("file", plugin.library.string())
      .member("manifest", plugin.manifest.string())
      .member("sha256", plugin.sha256)
      .key("previous_version");
  if (plugin.previous_version.empty()) {
    writer.null();
  } else {
    writer.value(plugin.previous_version);
  }
  writer.member("held_back", plugin.held_back).key("last_error");
  if (plugin.last_error.empty()) {
    writer.null();
  } else {
    writer.begin_object()
        .member("message", plugin.last_error)
        .member("at", iso(plugin.last_error_ms))
        .end_object();
  }
  writer.key("generations").begin_array();
  for (const plugin_host::GenerationState& generation : plugin.generations)
    write_generation(writer, generation);
  writer.end_array().end_object();
}

}  // namespace patchbay::api
