// The program patchbay-check: reads the command line and does what it says.

#include <algorithm>
#include <string>
#include <vector>

#include <sys/random.h>
#include <unistd.h>

#include "core/check/command_line.hpp"
#include "core/check/findings.hpp"
#include "core/check/report.hpp"
#include "core/check/subject.hpp"
#include "core/check/supervisor.hpp"

namespace patchbay::check {
namespace {

bool is_wanted(const Check& check, const CommandLine& line) {
  if (line.quick && !check.quick) return false;
  return line.filters.empty() ||
         std::any_of(line.filters.begin(), line.filters.end(), [&](const std::string& filter) {
           return check.id.find(filter) != check.id.npos;
         });
}

int list() {
  std::string text;
  for (const Check& check : all_checks()) {
    text.append(check.id).append(std::string(check.id.size() < 16 ? 16 - check.id.size() : 1, ' '));
    text.append(check.what).append("\n");
  }
  return write_all(STDOUT_FILENO, text) ? 0 : kExitUsage;
}

int complain(const std::string& what) {
  write_all(STDERR_FILENO, "patchbay-check: " + what + "\n");
  return kExitUsage;
}

std::uint64_t random_seed() {
  std::uint32_t seed = 0;  // short enough to be typed again
  if (::getrandom(&seed, sizeof seed, 0) != sizeof seed) return 1;
  return seed;
}

// One process a check; for --quick one for all of them.
std::vector<std::vector<const Check*>> batches(const std::vector<const Check*>& checks,
                                               bool together) {
  if (together) return {checks};
  std::vector<std::vector<const Check*>> out;
  out.reserve(checks.size());
  for (const Check* check : checks)
    out.push_back({check});
  return out;
}

int check(const CommandLine& line, const Subject& subject) {
  std::vector<const Check*> wanted;
  for (const Check& one : all_checks()) {
    if (is_wanted(one, line)) wanted.push_back(&one);
  }
  if (wanted.empty()) return complain("no check has that in its id; see --list");
  SupervisorOptions options{line.timeout, line.files};
  options.files.seed = subject.seed;
  const ReportHead head{
      line.files.manifest.string(), subject.manifest.id, subject.manifest.version, subject.seed};
  if (!line.json) write_all(STDOUT_FILENO, head_line(head));
  std::vector<CheckResult> results;
  for (const auto& batch : batches(wanted, line.quick)) {
    for (CheckResult& result : run_checks(batch, options)) {
      if (!line.json) write_all(STDOUT_FILENO, line_of(result, line.only_failed));
      results.push_back(std::move(result));
    }
  }
  write_all(STDOUT_FILENO,
            line.json ? json_report(head, results, line.only_failed) : summary_line(results));
  return any_failed(results) ? kExitFailed : 0;
}

int run(const std::vector<std::string>& arguments) {
  ParsedCommandLine parsed = parse_command_line(arguments);
  if (!parsed.command_line) {
    write_all(parsed.exit_code == 0 ? STDOUT_FILENO : STDERR_FILENO, parsed.text);
    return parsed.exit_code;
  }
  CommandLine& line = *parsed.command_line;
  if (line.list) return list();
  if (!line.seed_given) line.files.seed = random_seed();
  const Result<Subject> subject = read_subject(line.files);
  if (!subject) return complain(subject.error().message);
  if (!line.run.empty()) {
    return run_in_this_process(line.run, *subject, line.report_fd, line.trail_fd);
  }
  return check(line, *subject);
}

}  // namespace
}  // namespace patchbay::check

int main(int argc, char** argv) {
  return patchbay::check::run({argv + 1, argv + argc});
}
