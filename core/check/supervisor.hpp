// Runs checks in processes of their own, and makes of whatever happens there a result.

#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "core/check/checks.hpp"
#include "core/check/subject.hpp"

namespace patchbay::check {

enum class Verdict { kOk, kWarned, kSkipped, kFailed };

struct Remark {
  std::string what, rule;
};

struct CheckResult {
  const Check* check = nullptr;
  Verdict verdict = Verdict::kOk;
  std::vector<Remark> failures = {};
  std::vector<Remark> warnings = {};
  std::vector<std::string> skips = {};  // why it could not be made, or not in part
  std::string output = {};              // the end of what the process wrote, where it died
  std::chrono::milliseconds took{0};
};

struct SupervisorOptions {
  std::chrono::seconds timeout{60};
  SubjectFiles files;
};

// Runs them one after another in one process; those behind one that died are skipped.
std::vector<CheckResult> run_checks(const std::vector<const Check*>& checks,
                                    const SupervisorOptions& options);

// What the process does that run_checks() starts. Returns its exit code.
int run_in_this_process(const std::vector<std::string>& ids,
                        const Subject& subject,
                        int report_fd,
                        int trail_fd);

}  // namespace patchbay::check
