// What an answer of the vendor's holds, by a straightforward reading that shares nothing with the
// plugin (whole JSON values in memory, no events), and what a transcript of events holds.

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace patchbay::testing {

struct HeldCall {
  std::string id, name, arguments, signature;  // id: empty where the vendor gives none
  friend bool operator==(const HeldCall&, const HeldCall&) = default;
};

struct HeldChoice {
  std::string text, reasoning, finish, native;
  std::vector<HeldCall> calls;
  std::vector<std::string> images, signatures;  // signatures: those that are no call's
  std::size_t extras = 0;                       // parts of the vendor's own tools
  friend bool operator==(const HeldChoice&, const HeldChoice&) = default;
};

struct HeldAnswer {
  std::map<std::int64_t, HeldChoice> choices;
  std::string id, model;
  std::int64_t input = -1, output = -1, reasoning = -1;
  friend bool operator==(const HeldAnswer&, const HeldAnswer&) = default;
};

void PrintTo(const HeldAnswer& answer, std::ostream* out);  // NOLINT: GoogleTest names it

// `pieces`: the JSON of each event of a stream, or of a whole answer.
HeldAnswer held_by_answer(const std::vector<std::string>& pieces);

// Ids that the plugin has made are left out.
HeldAnswer held_by_events(const std::string& transcript);

}  // namespace patchbay::testing
