// How messages and versions stand in the tables.

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>

#include "core/storage/records.hpp"
#include "core/storage/sql/statement.hpp"

namespace patchbay::storage::sql {

inline constexpr std::array<std::pair<Role, const char*>, 4> kRoles = {
    {{Role::kSystem, "system"},
     {Role::kUser, "user"},
     {Role::kAssistant, "assistant"},
     {Role::kTool, "tool"}}};

inline constexpr std::array<std::pair<VersionStatus, const char*>, 5> kStatuses = {
    {{VersionStatus::kStreaming, "streaming"},
     {VersionStatus::kComplete, "complete"},
     {VersionStatus::kStopped, "stopped"},
     {VersionStatus::kInterrupted, "interrupted"},
     {VersionStatus::kError, "error"}}};

template <typename Names, typename Value>
std::string name_in(const Names& names, Value value) {
  for (const auto& [known, name] : names) {
    if (known == value) return name;
  }
  return {};
}

// A name that is not there, which a newer program wrote, counts as `otherwise`.
template <typename Names, typename Value>
Value value_in(const Names& names, const std::string& text, Value otherwise) {
  for (const auto& [known, name] : names) {
    if (text == name) return known;
  }
  return otherwise;
}

// Of the table versions under the name v.
inline constexpr const char* kVersionColumns =
    "v.id, v.number, v.content, v.parts, v.model, v.provider, v.status, v.error, v.input_tokens, "
    "v.output_tokens, v.cached_tokens, v.instance, v.created_ms, v.updated_ms";

struct VersionRow {
  Version version;
  std::string status;

  void read_from(Statement& statement) {
    Version& v = version;
    statement.into(v.id).into(v.number).into(v.content).into(v.parts).into(v.model);
    statement.into(v.provider).into(status).into(v.error).into(v.usage.input);
    statement.into(v.usage.output).into(v.usage.cached).into(v.instance).into(v.created_ms);
    statement.into(v.updated_ms);
  }
  [[nodiscard]] Version value() const {
    Version out = version;
    out.status = value_in(kStatuses, status, VersionStatus::kError);
    return out;
  }
};

// Of the table messages under the name m, behind them the version's.
inline constexpr const char* kMessageColumns =
    "m.id, m.conversation_id, m.parent_id, m.role, m.created_ms, m.versions, ";

struct MessageRow {
  Message message;
  std::string role;
  VersionRow version;

  void read_from(Statement& statement) {
    Message& m = message;
    statement.into(m.id).into(m.conversation_id).into(m.parent_id).into(role);
    statement.into(m.created_ms).into(m.versions);
    version.read_from(statement);
  }
  [[nodiscard]] Message value() const {
    Message out = message;
    out.role = value_in(kRoles, role, Role::kUser);
    out.version = version.value();
    return out;
  }
};

}  // namespace patchbay::storage::sql
