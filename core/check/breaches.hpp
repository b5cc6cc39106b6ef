// What the host of a check saw a plugin do against the contract, sorted by rule: a check reports
// those that it is about, so that one fault is one failure.
//
// Thread-safe.

#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace patchbay::check {

class Findings;

enum class Rule {
  kEvents,    // an event that is malformed or out of order
  kStatuses,  // a status that the function must not return
  kSinks,     // a sink outside its callback
  kRefusals,  // went on after an event had been refused
  kErrors,    // set_error() with what is no sound error
  kHostUse,   // another function of the host, wrongly
  kAsync,     // patchbay.host.async/1, wrongly
  kBounds,    // wrote beyond a struct that the host had given
};

class Breaches {
 public:
  // Keeps the text with what was going on; the same text is kept once.
  void add(Rule rule, const std::string& what);

  [[nodiscard]] bool any(Rule rule) const;
  void report(Rule rule, Findings& findings) const;

 private:
  mutable std::mutex mutex_;  // guards what follows
  std::map<Rule, std::vector<std::string>> found_;
  std::set<std::string> known_;
};

}  // namespace patchbay::check
