// What every stream of canonical events keeps to, whatever an upstream sends: META first, blocks
// numbered densely and closed, nothing of a choice's content after its FINISH, JSON where JSON is
// promised.

#pragma once

#include <map>
#include <set>
#include <string>

#include "core/chat/event.hpp"
#include "core/json/scan.hpp"
#include "core/plugin_host/event_layout.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace patchbay::fuzz {

class EventRules {
 public:
  void take(const pbay_event& event) {
    require(plugin_host::check_event(event) == plugin_host::EventCheck::kGood);
    require(begun_ == (event.type != PBAY_EV_META));
    begun_ = true;
    Choice& choice = choices_[event.choice];
    switch (event.type) {
      case PBAY_EV_TOOL_BEGIN:
      case PBAY_EV_IMAGE:
        require(event.item == choice.items);
        open(choice, event);
        break;
      case PBAY_EV_TEXT:
      case PBAY_EV_REASONING:
      case PBAY_EV_REFUSAL:
        open(choice, event);
        check_text(event);
        break;
      case PBAY_EV_SIGNATURE:
      case PBAY_EV_AUDIO:
        open(choice, event);
        break;
      case PBAY_EV_TOOL_ARGS:
        require(choice.open.contains(event.item));
        check_text(event);
        break;
      case PBAY_EV_ITEM_END:
        // Of sound there may be nothing but what stands beside it.
        if (event.item == choice.items && choice.extra_item == event.item) open(choice, event);
        require(choice.open.erase(event.item) == 1);
        break;
      case PBAY_EV_FINISH:
        require(!choice.finished && choice.open.empty());
        choice.finished = true;
        break;
      case PBAY_EV_USAGE:
        require_json(chat::view(chat::event_as<pbay_ev_usage>(event)->native_json));
        break;
      case PBAY_EV_EXTRA:
        if (chat::event_as<pbay_ev_extra>(event)->at == PBAY_AT_DELTA) {
          choice.extra_item = event.item;
        }
        require_json(chat::view(chat::event_as<pbay_ev_extra>(event)->json));
        break;
      default:
        require(event.type == PBAY_EV_META);
    }
  }

  // After an answer that was complete.
  void end() const {
    require(begun_);
    bool finished = false;
    for (const auto& [index, choice] : choices_) {
      require(choice.finished || choice.items == 0);
      finished = finished || choice.finished;
    }
    require(finished);
  }

 private:
  struct Choice {
    std::uint32_t items = 0;
    std::set<std::uint32_t> open;
    std::int64_t extra_item = -1;  // the one that the last EXTRA named
    bool finished = false;
  };

  static void open(Choice& choice, const pbay_event& event) {
    require(!choice.finished);
    if (event.item == choice.items) {
      choice.open.insert(choice.items++);
    }
    require(choice.open.contains(event.item));
  }

  static void require_json(std::string_view json) {
    require(json::validate(json).has_value());
    require(json.find_first_of("\r\n") == std::string_view::npos);
  }

  static void check_text(const pbay_event& event) {
    if ((event.flags & PBAY_EVF_ESCAPED) == 0) return;
    const std::string_view text = chat::view(chat::event_as<pbay_ev_text>(event)->text);
    require_json('"' + std::string(text) + '"');
  }

  bool begun_ = false;
  std::map<std::uint32_t, Choice> choices_;
};

}  // namespace patchbay::fuzz
