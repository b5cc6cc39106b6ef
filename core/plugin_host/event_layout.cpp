#include "core/plugin_host/event_layout.hpp"

#include <array>
#include <cstdint>
#include <cstring>

namespace patchbay::plugin_host {
namespace {

// Text and bytes have one shape, so a view is known by its place alone.
static_assert(sizeof(pbay_str) == sizeof(pbay_bytes));
static_assert(offsetof(pbay_str, len) == offsetof(pbay_bytes, len));

constexpr std::size_t kMaxViews = 3;

struct Layout {
  std::uint32_t size = 0;  // of the struct as this host knows it; 0: no such type
  std::size_t view_count = 0;
  std::array<std::size_t, kMaxViews> views{};
};

template <typename... Offsets>
constexpr Layout layout(std::size_t size, Offsets... offsets) {
  return {static_cast<std::uint32_t>(size), sizeof...(offsets), {offsets...}};
}

constexpr Layout kText = layout(sizeof(pbay_ev_text), offsetof(pbay_ev_text, text));
constexpr Layout kRaw =
    layout(sizeof(pbay_ev_raw), offsetof(pbay_ev_raw, content_type), offsetof(pbay_ev_raw, data));

constexpr std::array<Layout, PBAY_EV_SCORE + 1> make_layouts() {
  std::array<Layout, PBAY_EV_SCORE + 1> all{};
  all[PBAY_EV_META] = layout(sizeof(pbay_ev_meta),
                             offsetof(pbay_ev_meta, id),
                             offsetof(pbay_ev_meta, model),
                             offsetof(pbay_ev_meta, fingerprint));
  all[PBAY_EV_TEXT] = kText;
  all[PBAY_EV_REASONING] = kText;
  all[PBAY_EV_REFUSAL] = kText;
  all[PBAY_EV_TOOL_BEGIN] =
      layout(sizeof(pbay_ev_tool), offsetof(pbay_ev_tool, id), offsetof(pbay_ev_tool, name));
  all[PBAY_EV_TOOL_ARGS] = kText;
  all[PBAY_EV_FINISH] = layout(sizeof(pbay_ev_finish), offsetof(pbay_ev_finish, native));
  all[PBAY_EV_USAGE] = layout(sizeof(pbay_ev_usage), offsetof(pbay_ev_usage, native_json));
  all[PBAY_EV_RAW] = kRaw;
  all[PBAY_EV_EXTRA] =
      layout(sizeof(pbay_ev_extra), offsetof(pbay_ev_extra, key), offsetof(pbay_ev_extra, json));
  all[PBAY_EV_IMAGE] = layout(sizeof(pbay_ev_image),
                              offsetof(pbay_ev_image, mime),
                              offsetof(pbay_ev_image, data),
                              offsetof(pbay_ev_image, revised_prompt));
  all[PBAY_EV_AUDIO] = kRaw;
  all[PBAY_EV_SEGMENT] = layout(sizeof(pbay_ev_segment), offsetof(pbay_ev_segment, text));
  all[PBAY_EV_EMBEDDING] = layout(sizeof(pbay_ev_embedding), offsetof(pbay_ev_embedding, data));
  all[PBAY_EV_MODEL] = layout(sizeof(pbay_ev_model),
                              offsetof(pbay_ev_model, id),
                              offsetof(pbay_ev_model, owner),
                              offsetof(pbay_ev_model, extra_json));
  all[PBAY_EV_SIGNATURE] = layout(sizeof(pbay_ev_signature),
                                  offsetof(pbay_ev_signature, format),
                                  offsetof(pbay_ev_signature, data));
  all[PBAY_EV_ITEM_END] = layout(sizeof(pbay_event));
  all[PBAY_EV_SCORE] = layout(sizeof(pbay_ev_score), offsetof(pbay_ev_score, json));
  return all;
}

constexpr auto kLayouts = make_layouts();

const Layout& layout_of(const pbay_event& event) {
  static constexpr Layout kNone;
  return event.type < kLayouts.size() ? kLayouts[event.type] : kNone;
}

pbay_bytes view_at(const std::byte* event, std::size_t offset) {
  pbay_bytes view;
  std::memcpy(&view, event + offset, sizeof view);
  return view;
}

}  // namespace

EventCheck check_event(const pbay_event& event) {
  if (event.size < sizeof(pbay_event)) return EventCheck::kMalformed;
  const Layout& layout = layout_of(event);
  if (layout.size == 0) return EventCheck::kUnknown;
  if (event.size < layout.size) return EventCheck::kMalformed;
  const auto* bytes = reinterpret_cast<const std::byte*>(&event);
  for (std::size_t i = 0; i < layout.view_count; ++i) {
    const pbay_bytes view = view_at(bytes, layout.views[i]);
    if (view.ptr == nullptr && view.len != 0) return EventCheck::kMalformed;
  }
  return EventCheck::kGood;
}

std::size_t OwnedEvent::bytes_of(const pbay_event& event) {
  const Layout& layout = layout_of(event);
  const auto* bytes = reinterpret_cast<const std::byte*>(&event);
  std::size_t total = layout.size;
  for (std::size_t i = 0; i < layout.view_count; ++i)
    total += view_at(bytes, layout.views[i]).len;
  return total;
}

OwnedEvent::OwnedEvent(const pbay_event& event)
    : bytes_(bytes_of(event)), storage_(std::make_unique<std::byte[]>(bytes_)) {
  const Layout& layout = layout_of(event);
  // A newer plugin's event may be longer than ours: what we do not know stays behind.
  std::memcpy(storage_.get(), &event, layout.size);
  std::memcpy(storage_.get() + offsetof(pbay_event, size), &layout.size, sizeof layout.size);
  std::byte* free = storage_.get() + layout.size;
  for (std::size_t i = 0; i < layout.view_count; ++i) {
    pbay_bytes view = view_at(storage_.get(), layout.views[i]);
    if (view.len == 0) continue;
    std::memcpy(free, view.ptr, view.len);
    view.ptr = reinterpret_cast<const std::uint8_t*>(free);
    free += view.len;
    std::memcpy(storage_.get() + layout.views[i], &view, sizeof view);
  }
}

}  // namespace patchbay::plugin_host
