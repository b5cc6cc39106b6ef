#include "plugins/openrouter/drawn_by_chat.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "plugins/shared/json_text.hpp"

namespace patchbay::plugins::openrouter {
namespace {

constexpr std::size_t kSaidBytesMax = 500;  // of the model's words in an error message

// "1536x1024" is 3:2; the nearest of the ratios that models know. Empty for what is no size.
std::string_view aspect_ratio_of(std::string_view size) {
  const std::size_t cross = size.find('x');
  if (cross == size.npos) return {};
  const auto number = [](std::string_view digits) {
    double value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
  };
  const double width = number(size.substr(0, cross));
  const double height = number(size.substr(cross + 1));
  if (!(width > 0) || !(height > 0)) return {};
  struct Ratio {
    std::string_view name;
    double value;
  };
  static constexpr std::array kRatios{Ratio{"1:1", 1.0},
                                      Ratio{"2:3", 2.0 / 3},
                                      Ratio{"3:2", 3.0 / 2},
                                      Ratio{"3:4", 3.0 / 4},
                                      Ratio{"4:3", 4.0 / 3},
                                      Ratio{"4:5", 4.0 / 5},
                                      Ratio{"5:4", 5.0 / 4},
                                      Ratio{"9:16", 9.0 / 16},
                                      Ratio{"16:9", 16.0 / 9},
                                      Ratio{"21:9", 21.0 / 9}};
  const auto distance = [&](const Ratio& ratio) {
    return std::abs(std::log(width / height) - std::log(ratio.value));
  };
  const Ratio* nearest = kRatios.data();
  for (const Ratio& ratio : kRatios) {
    if (distance(ratio) < distance(*nearest)) nearest = &ratio;
  }
  return nearest->name;
}

}  // namespace

std::span<const pbay_piece> drawing_chat(const sdk::Call& call, std::string_view routing) {
  JsonText json;
  const bool read = json.parse(call.body());
  const JsonValue request = read ? json.root() : JsonValue();
  std::string chat = "{\"model\":";
  append_quoted(chat, call.model());
  chat += R"(,"messages":[{"role":"user","content":)";
  const JsonValue prompt = request["prompt"];
  chat += prompt.is_string() ? prompt.raw() : std::string_view("\"\"");
  chat += R"(}],"modalities":["image","text"])";
  if (const auto ratio = aspect_ratio_of(request["size"].string()); !ratio.empty()) {
    chat.append(R"(,"image_config":{"aspect_ratio":")").append(ratio).append("\"}");
  }
  if (const JsonValue user = request["user"]; user.is_string()) {
    chat.append(",\"user\":").append(user.raw());
  }
  const JsonValue wanted = request["provider"];
  if (wanted.is_object()) routing = wanted.raw();
  if (!routing.empty()) chat.append(",\"provider\":").append(routing);
  chat += '}';
  return call.allocate(sdk::piece(call.keep(chat)));
}

pbay_status DrawnByChat::take(pbay_sink* sink, const pbay_event* event) noexcept {
  try {
    return static_cast<DrawnByChat*>(sink->impl)->take(*event);
  } catch (const std::bad_alloc&) {
    return PBAY_E_NO_MEMORY;
  }
}

pbay_status DrawnByChat::take(const pbay_event& event) {
  switch (event.type) {
    case PBAY_EV_IMAGE: {
      pbay_ev_image image = reinterpret_cast<const pbay_ev_image&>(event);
      const sdk::At at{.choice = 0, .item = images_++};
      image.h.choice = at.choice;
      image.h.item = at.item;
      out_->emit(image.h);
      return out_->item_end(at);
    }
    case PBAY_EV_TEXT:
    case PBAY_EV_REFUSAL: {
      const auto& text = reinterpret_cast<const pbay_ev_text&>(event);
      if (said_.size() < kSaidBytesMax) said_ += sdk::view(text.text);  // escaped, as it came
      return PBAY_OK;
    }
    case PBAY_EV_META:
    case PBAY_EV_USAGE:
      return out_->emit(event);
    case PBAY_EV_FINISH:
      return event.choice == 0 && images_ > 0 ? out_->emit(event) : PBAY_OK;
    default:
      return PBAY_OK;
  }
}

ReadOutcome DrawnByChat::whole(std::string_view body, sdk::Sink& sink) {
  out_ = &sink;
  pbay_sink filter{sizeof(pbay_sink), 0, this, &DrawnByChat::take};
  sdk::Sink events(&filter);
  ReadOutcome outcome = answer_.whole(body, events);
  if (outcome == ReadOutcome::kMore) outcome = answer_.end(events);
  error_ = answer_.error();
  if (outcome != ReadOutcome::kFailed && images_ == 0) {
    error_ = upstream_fault("the model drew no picture");
    error_.flags = PBAY_ERRF_FAILOVER;  // asked again it would say the same
    if (!said_.empty()) {
      error_.message += "; it said: ";
      append_unescaped(error_.message, std::string_view(said_).substr(0, kSaidBytesMax));
    }
    outcome = ReadOutcome::kFailed;
  }
  return outcome;
}

}  // namespace patchbay::plugins::openrouter
