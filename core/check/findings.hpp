// What one check found. It is written to a file descriptor at once, one JSON object a line, so that
// it survives whatever the plugin does to the process next.
//
// Thread-safe.

#pragma once

#include <cstddef>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace patchbay::check {

enum class Kind {
  kFailure,  // a rule is broken
  kWarning,  // nothing is broken, but it will bring trouble
  kSkip,     // the check does not apply, or cannot be made
  kDone,     // the check came to its end
};

// "failure", "warning", "skip" or "done".
std::string_view kind_name(Kind kind);

class Findings {
 public:
  // `out` stays the caller's. `check` is the check's id.
  Findings(int out, std::string_view check) : out_(out), check_(check) {}
  Findings(const Findings&) = delete;
  Findings& operator=(const Findings&) = delete;

  // `what` says what was seen, `rule` the rule that forbids it (empty: the check's own). The same
  // text is told once, and after a dozen of them only their number grows.
  void fail(std::string_view what, std::string_view rule = {});
  void warn(std::string_view what, std::string_view rule = {});
  void skip(std::string_view why);
  // The check has come to its end; tells how many were left out.
  void done();

  [[nodiscard]] bool failed() const;

 private:
  void tell(Kind kind, std::string_view what, std::string_view rule);

  const int out_;
  const std::string check_;
  mutable std::mutex mutex_;  // guards what follows
  std::set<std::string, std::less<>> told_;
  bool failed_ = false;
  std::size_t left_out_ = 0;
};

// One line as Findings writes it, its end included.
std::string record_line(std::string_view check,
                        Kind kind,
                        std::string_view what,
                        std::string_view rule);

// All of `text` to a file descriptor; false when it takes no more.
bool write_all(int out, std::string_view text);

}  // namespace patchbay::check
