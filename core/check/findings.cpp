#include "core/check/findings.hpp"

#include <cerrno>

#include <unistd.h>

#include "core/json/write.hpp"

namespace patchbay::check {
namespace {

constexpr std::size_t kMostTold = 12;

}  // namespace

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::kFailure:
      return "failure";
    case Kind::kWarning:
      return "warning";
    case Kind::kSkip:
      return "skip";
    case Kind::kDone:
      return "done";
  }
  return "done";
}

bool write_all(int out, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(out, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::string record_line(std::string_view check,
                        Kind kind,
                        std::string_view what,
                        std::string_view rule) {
  std::string line;
  json::Writer writer(line);
  writer.begin_object().member("check", check).member("kind", kind_name(kind));
  writer.member("what", what).member("rule", rule).end_object();
  return line + "\n";
}

void Findings::fail(std::string_view what, std::string_view rule) {
  tell(Kind::kFailure, what, rule);
}

void Findings::warn(std::string_view what, std::string_view rule) {
  tell(Kind::kWarning, what, rule);
}

void Findings::skip(std::string_view why) {
  tell(Kind::kSkip, why, {});
}

void Findings::done() {
  std::string what;
  {
    const std::lock_guard lock(mutex_);
    if (left_out_ > 0) what = std::to_string(left_out_) + " more of them are not shown";
  }
  write_all(out_, record_line(check_, Kind::kDone, what, {}));
}

bool Findings::failed() const {
  const std::lock_guard lock(mutex_);
  return failed_;
}

void Findings::tell(Kind kind, std::string_view what, std::string_view rule) {
  const std::lock_guard lock(mutex_);
  failed_ = failed_ || kind == Kind::kFailure;
  if (!told_.emplace(what).second) return;
  if (told_.size() > kMostTold) {
    ++left_out_;
    return;
  }
  write_all(out_, record_line(check_, kind, what, rule));
}

}  // namespace patchbay::check
