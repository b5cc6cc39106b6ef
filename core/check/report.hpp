// The results, for people and for programs.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/check/supervisor.hpp"

namespace patchbay::check {

struct ReportHead {
  std::string manifest, plugin, version;
  std::uint64_t seed = 0;
};

// One line a check, more below one that failed; ends with a line feed. Nothing for a check that
// passed, where only failures are wanted.
std::string line_of(const CheckResult& result, bool only_failed);

// "patchbay.example 1.0.0 (manifest.json), seed 5".
std::string head_line(const ReportHead& head);
// "38 checks: 30 ok, 1 failed, 2 with warnings, 5 skipped".
std::string summary_line(const std::vector<CheckResult>& results);

// All of it as one JSON object, on one line.
std::string json_report(const ReportHead& head,
                        const std::vector<CheckResult>& results,
                        bool only_failed);

bool any_failed(const std::vector<CheckResult>& results);

}  // namespace patchbay::check
