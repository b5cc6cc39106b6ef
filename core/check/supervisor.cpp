#include "core/check/supervisor.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.hpp"
#include "core/check/sealed_memory.hpp"
#include "core/check/trail.hpp"
#include "core/json/value.hpp"

namespace patchbay::check {
namespace {

constexpr std::size_t kShownOutput = 4000;
constexpr int kCannotStart = 72;

// A file in memory that a child is given.
class MemoryFile {
 public:
  explicit MemoryFile(const char* name) : fd_(::memfd_create(name, 0)) {}
  ~MemoryFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] std::string text() const {
    std::string out;
    std::array<char, 65536> piece{};
    off_t at = 0;
    for (;;) {
      const ssize_t got = ::pread(fd_, piece.data(), piece.size(), at);
      if (got <= 0) return out;
      out.append(piece.data(), static_cast<std::size_t>(got));
      at += got;
    }
  }

 private:
  int fd_;
};

struct Ended {
  bool started = false;
  bool timed_out = false;
  int status = 0;
};

// The environment of the child: leaks are looked for where that is asked, for one leak is one
// failure and not one of every check.
std::vector<std::string> environment(bool finds_leaks) {
  std::vector<std::string> all;
  std::string asan = finds_leaks ? "detect_leaks=1" : "detect_leaks=0";
  for (char** at = environ; *at != nullptr; ++at) {
    const std::string entry(*at);
    if (entry.starts_with("ASAN_OPTIONS=")) {
      asan.insert(0, entry.substr(std::strlen("ASAN_OPTIONS=")) + ":");
    } else {
      all.push_back(entry);
    }
  }
  all.push_back("ASAN_OPTIONS=" + asan);
  return all;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts)
    pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// Waits for the child, at most so long; then it and all that it started are ended.
Ended wait_for(pid_t child, std::chrono::milliseconds patience) {
  const Time until = Clock::now() + patience;
  sigset_t child_ended;
  sigemptyset(&child_ended);
  sigaddset(&child_ended, SIGCHLD);
  Ended ended{true, false, 0};
  while (::waitpid(child, &ended.status, WNOHANG) == 0) {
    const auto left =
        std::chrono::duration_cast<std::chrono::nanoseconds>(until - Clock::now()).count();
    if (left <= 0) {
      ended.timed_out = true;
      ::kill(-child, SIGKILL);
      ::waitpid(child, &ended.status, 0);
      return ended;
    }
    const timespec wait{left / 1'000'000'000, left % 1'000'000'000};
    ::sigtimedwait(&child_ended, nullptr, &wait);
  }
  ::kill(-child, SIGKILL);  // what it may have left behind
  return ended;
}

Ended run_child(std::vector<std::string> arguments,
                bool finds_leaks,
                int output,
                std::chrono::milliseconds patience) {
  // Blocked, so that the end of the child is waited for and not missed.
  sigset_t child_ended;
  sigset_t before;
  sigemptyset(&child_ended);
  sigaddset(&child_ended, SIGCHLD);
  ::pthread_sigmask(SIG_BLOCK, &child_ended, &before);
  std::vector<std::string> variables = environment(finds_leaks);
  const std::vector<char*> argv = pointers_to(arguments);
  const std::vector<char*> envp = pointers_to(variables);
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child == 0) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(kCannotStart);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    ::execve("/proc/self/exe", argv.data(), envp.data());
    ::_exit(kCannotStart);
  }
  if (child < 0) return {};
  ::setpgid(child, child);
  const Ended ended = wait_for(child, patience);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return ended;
}

std::string signal_text(int signal) {
  const char* name = ::sigabbrev_np(signal);
  const char* words = ::sigdescr_np(signal);
  return "killed by SIG" + std::string(name == nullptr ? "?" : name) + " (" +
         (words == nullptr ? "unknown" : words) + ")";
}

// The line in which a sanitizer says what it found.
std::string sanitizer_summary(const std::string& output) {
  const std::size_t at = output.find("SUMMARY: ");
  if (at != output.npos) {
    return output.substr(at + 9, output.find('\n', at) - at - 9);
  }
  const std::size_t error = output.find("runtime error: ");
  if (error == output.npos) return {};
  return output.substr(error, output.find('\n', error) - error);
}

std::string death_text(const Ended& ended,
                       std::chrono::seconds timeout,
                       const std::string& output) {
  if (!ended.started || (WIFEXITED(ended.status) && WEXITSTATUS(ended.status) == kCannotStart)) {
    return "its process could not be started";
  }
  if (ended.timed_out) return "it was not done after " + std::to_string(timeout.count()) + " s";
  const std::string found = sanitizer_summary(output);
  if (!found.empty()) return "a sanitizer found: " + found;
  if (WIFSIGNALED(ended.status)) return signal_text(WTERMSIG(ended.status));
  return "the process ended itself with the code " + std::to_string(WEXITSTATUS(ended.status));
}

std::vector<std::string> arguments_for(const std::vector<const Check*>& checks,
                                       const SubjectFiles& files,
                                       int report,
                                       int trail) {
  std::vector<std::string> out{"patchbay-check", files.manifest.string()};
  const auto add = [&](const char* option, const std::string& value) {
    out.emplace_back(option);
    out.push_back(value);
  };
  for (const Check* check : checks)
    add("--run-in-this-process", std::string(check->id));
  if (files.library) add("--library", files.library->string());
  if (files.config) add("--config", files.config->string());
  if (files.fixtures) add("--fixtures", files.fixtures->string());
  if (!files.type.empty()) add("--type", files.type);
  add("--seed", std::to_string(files.seed));
  add("--report-to", std::to_string(report));
  add("--trail-in", std::to_string(trail));
  return out;
}

// Puts the records of the process into the results; true for each check that came to its end.
std::vector<bool> read_records(const std::string& text, std::vector<CheckResult>& results) {
  std::vector<bool> done(results.size(), false);
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const Result<json::Value> record =
        json::parse(std::string_view(text).substr(begin, end - begin));
    begin = end + 1;
    if (!record) continue;
    const auto member = [&](const char* name) {
      const json::Value* value = record->find(name);
      return std::string(value == nullptr ? "" : value->as_string().value_or(""));
    };
    const std::string id = member("check");
    const std::string kind = member("kind");
    for (std::size_t i = 0; i < results.size(); ++i) {
      if (results[i].check->id != id) continue;
      const Remark remark{member("what"), member("rule")};
      if (kind == "failure") results[i].failures.push_back(remark);
      if (kind == "warning") results[i].warnings.push_back(remark);
      if (kind == "skip") results[i].skips.push_back(remark.what);
      if (kind == "done") done[i] = true;
      if (kind == "done" && !remark.what.empty()) results[i].warnings.push_back({remark.what, {}});
    }
  }
  return done;
}

void conclude(CheckResult& result) {
  result.verdict = !result.failures.empty()   ? Verdict::kFailed
                   : !result.warnings.empty() ? Verdict::kWarned
                   : !result.skips.empty()    ? Verdict::kSkipped
                                              : Verdict::kOk;
}

}  // namespace

std::vector<CheckResult> run_checks(const std::vector<const Check*>& checks,
                                    const SupervisorOptions& options) {
  std::vector<CheckResult> results;
  bool finds_leaks = false;
  for (const Check* check : checks) {
    results.push_back({.check = check});
    finds_leaks = finds_leaks || check->finds_leaks;
  }
  const MemoryFile report("report");
  const MemoryFile trail("trail");
  const MemoryFile output("output");
  if (::ftruncate(trail.fd(), Trail::kBytes) != 0) return results;
  const Time begin = Clock::now();
  const Ended ended = run_child(arguments_for(checks, options.files, report.fd(), trail.fd()),
                                finds_leaks,
                                output.fd(),
                                options.timeout);
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
  const std::vector<bool> done = read_records(report.text(), results);
  const bool all_done = std::find(done.begin(), done.end(), false) == done.end();
  const bool clean = ended.started && !ended.timed_out && WIFEXITED(ended.status) &&
                     WEXITSTATUS(ended.status) == 0 && all_done;
  const Trail::Read last = Trail::read(trail.fd());
  bool blamed = clean;
  for (std::size_t i = 0; i < results.size(); ++i) {
    CheckResult& result = results[i];
    result.took = took / static_cast<int>(results.size());
    const bool died_here = !blamed && (!done[i] || i + 1 == results.size());
    if (died_here) {
      blamed = true;
      const std::string text = output.text();
      const bool told = WIFEXITED(ended.status) &&
                        WEXITSTATUS(ended.status) == SealedMemory::kExitCode &&
                        !result.failures.empty();
      const std::string where = last.text();
      if (!told) {
        result.failures.push_back(
            {death_text(ended, options.timeout, text) + (where.empty() ? "" : " " + where), {}});
      }
      result.output = text.substr(text.size() - std::min(text.size(), kShownOutput));
    } else if (!done[i]) {
      result.skips.emplace_back("a check before it ended the process");
    }
    conclude(result);
  }
  return results;
}

int run_in_this_process(const std::vector<std::string>& ids,
                        const Subject& subject,
                        int report_fd,
                        int trail_fd) {
  Trail::share(trail_fd);
  SealedMemory::watch_faults(report_fd);
  for (const int fd : {report_fd, trail_fd})
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  for (const std::string& id : ids) {
    const Check* check = find_check(id);
    if (check == nullptr) return kCannotStart;
    Trail::check(id);
    Findings findings(report_fd, id);
    std::error_code error;
    const bool there = std::filesystem::is_regular_file(subject.library, error);
    if (!there && check->run != check_manifest) {
      findings.skip("the manifest names no library that is there");
    } else {
      check->run(subject, findings);
    }
    findings.done();
  }
  Trail::doing("the end of the process");
  return 0;
}

}  // namespace patchbay::check
