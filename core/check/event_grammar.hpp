// The order that the events of one answer keep to, and what each of them must be like.
//
// META first if at all; blocks numbered densely from 0 within their choice; in a chat each block
// closed by ITEM_END and each choice by one FINISH; nothing of a choice's content after its FINISH;
// JSON where JSON is promised.

#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "core/sdk/patchbay/abi.h"

namespace patchbay::check {

class EventGrammar {
 public:
  // `takes_raw`: RAW is welcome (PBAY_REQ_SAME_DIALECT).
  EventGrammar(pbay_mode mode, bool takes_raw) : mode_(mode), takes_raw_(takes_raw) {}

  // What is wrong with the next event; empty when nothing is.
  std::string take(const pbay_event& event);

  // What is missing from an answer that ended well; empty when nothing is.
  [[nodiscard]] std::string end() const;

 private:
  struct Choice {
    std::uint32_t items = 0;
    std::set<std::uint32_t> open;
    std::int64_t extra_item = -1;  // the one that the last EXTRA named
    bool finished = false;
  };

  std::string content(Choice& choice, const pbay_event& event);
  std::string place(Choice& choice, const pbay_event& event) const;
  static std::string open(Choice& choice, const pbay_event& event);

  const pbay_mode mode_;
  const bool takes_raw_;
  bool begun_ = false;
  bool raw_ = false;
  std::map<std::uint32_t, Choice> choices_;
};

}  // namespace patchbay::check
