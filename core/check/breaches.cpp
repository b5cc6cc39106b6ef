#include "core/check/breaches.hpp"

#include "core/check/findings.hpp"
#include "core/check/trail.hpp"

namespace patchbay::check {

void Breaches::add(Rule rule, const std::string& what) {
  const std::lock_guard lock(mutex_);
  if (!known_.insert(what).second) return;
  const std::string where = Trail::now().text();
  found_[rule].push_back(where.empty() ? what : what + " (" + where + ")");
}

bool Breaches::any(Rule rule) const {
  const std::lock_guard lock(mutex_);
  return found_.contains(rule);
}

void Breaches::report(Rule rule, Findings& findings) const {
  const std::lock_guard lock(mutex_);
  const auto found = found_.find(rule);
  if (found == found_.end()) return;
  for (const std::string& what : found->second)
    findings.fail(what);
}

}  // namespace patchbay::check
