// Every check there is. Each runs in a process of its own, tells what it finds, and knows nothing
// of the others: where what it builds upon is broken it is skipped, and the check for that says
// why.

#pragma once

#include <span>
#include <string_view>

#include "core/check/findings.hpp"
#include "core/check/subject.hpp"

namespace patchbay::check {

struct Check {
  std::string_view id;    // "call.events"
  std::string_view what;  // what holds when it passes
  std::string_view rule;  // the rule that it stands for, in words of abi.h
  void (*run)(const Subject& subject, Findings& findings);
  bool quick = false;        // part of --quick
  bool finds_leaks = false;  // runs with the sanitizer's leak detection
};

// In the order in which they run: what the later ones build upon comes first.
std::span<const Check> all_checks();

// nullptr for an id that is none.
const Check* find_check(std::string_view id);

// Of the files (file_checks.cpp).
void check_manifest(const Subject& subject, Findings& findings);
void check_exports(const Subject& subject, Findings& findings);
void check_needed(const Subject& subject, Findings& findings);
void check_versions(const Subject& subject, Findings& findings);
void check_hardening(const Subject& subject, Findings& findings);
void check_unloadable(const Subject& subject, Findings& findings);
void check_imports(const Subject& subject, Findings& findings);

// Of the entry and the descriptor (entry_checks.cpp).
void check_load(const Subject& subject, Findings& findings);
void check_entry(const Subject& subject, Findings& findings);
void check_descriptor(const Subject& subject, Findings& findings);
void check_agreement(const Subject& subject, Findings& findings);

// Of the configuration (config_checks.cpp).
void check_schema_text(const Subject& subject, Findings& findings);
void check_create(const Subject& subject, Findings& findings);
void check_junk_config(const Subject& subject, Findings& findings);
void check_credentials(const Subject& subject, Findings& findings);

// Of tools (tool_checks.cpp).
void check_tools(const Subject& subject, Findings& findings);

// Of other hosts (host_checks.cpp).
void check_oldest_host(const Subject& subject, Findings& findings);
void check_newer_host(const Subject& subject, Findings& findings);
void check_unknown(const Subject& subject, Findings& findings);
void check_host_use(const Subject& subject, Findings& findings);

// Of calls (call_checks.cpp, stress_checks.cpp).
void check_requests(const Subject& subject, Findings& findings);
void check_events(const Subject& subject, Findings& findings);
void check_statuses(const Subject& subject, Findings& findings);
void check_arguments(const Subject& subject, Findings& findings);
void check_sinks(const Subject& subject, Findings& findings);
void check_refused_events(const Subject& subject, Findings& findings);
void check_cancel(const Subject& subject, Findings& findings);
void check_no_memory(const Subject& subject, Findings& findings);
void check_churn(const Subject& subject, Findings& findings);
void check_threads(const Subject& subject, Findings& findings);
void check_time(const Subject& subject, Findings& findings);

// Of answers (answer_checks.cpp, error_checks.cpp).
void check_fixtures(const Subject& subject, Findings& findings);
void check_batches(const Subject& subject, Findings& findings);
void check_splits(const Subject& subject, Findings& findings);
void check_junk_frames(const Subject& subject, Findings& findings);
void check_errors(const Subject& subject, Findings& findings);
void check_secrets(const Subject& subject, Findings& findings);

// Of providers that do their own work (async_checks.cpp).
void check_async_complete(const Subject& subject, Findings& findings);
void check_async_room(const Subject& subject, Findings& findings);
void check_async_cancel(const Subject& subject, Findings& findings);

// Of the plugin's life (life_checks.cpp).
void check_generations(const Subject& subject, Findings& findings);
void check_unload(const Subject& subject, Findings& findings);

}  // namespace patchbay::check
