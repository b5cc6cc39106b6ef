#include "plugins/replay/held_events.hpp"

#include <cstddef>
#include <cstring>
#include <new>
#include <span>

namespace patchbay::plugins::replay {
namespace {

// Text and bytes have one shape, so a view is known by its place alone.
static_assert(sizeof(pbay_str) == sizeof(pbay_bytes));

// Where the views are in an event of this type; of a type without any, none.
std::span<const std::size_t> views_of(std::uint32_t type) {
  static constexpr std::size_t kMeta[] = {offsetof(pbay_ev_meta, id),
                                          offsetof(pbay_ev_meta, model),
                                          offsetof(pbay_ev_meta, fingerprint)};
  static constexpr std::size_t kText[] = {offsetof(pbay_ev_text, text)};
  static constexpr std::size_t kTool[] = {offsetof(pbay_ev_tool, id), offsetof(pbay_ev_tool, name)};
  static constexpr std::size_t kFinish[] = {offsetof(pbay_ev_finish, native)};
  static constexpr std::size_t kUsage[] = {offsetof(pbay_ev_usage, native_json)};
  static constexpr std::size_t kRaw[] = {offsetof(pbay_ev_raw, content_type),
                                         offsetof(pbay_ev_raw, data)};
  static constexpr std::size_t kExtra[] = {offsetof(pbay_ev_extra, key),
                                           offsetof(pbay_ev_extra, json)};
  static constexpr std::size_t kImage[] = {offsetof(pbay_ev_image, mime),
                                           offsetof(pbay_ev_image, data),
                                           offsetof(pbay_ev_image, revised_prompt)};
  static constexpr std::size_t kSegment[] = {offsetof(pbay_ev_segment, text)};
  static constexpr std::size_t kEmbedding[] = {offsetof(pbay_ev_embedding, data)};
  static constexpr std::size_t kModel[] = {offsetof(pbay_ev_model, id),
                                           offsetof(pbay_ev_model, owner),
                                           offsetof(pbay_ev_model, extra_json)};
  static constexpr std::size_t kSignature[] = {offsetof(pbay_ev_signature, format),
                                               offsetof(pbay_ev_signature, data)};
  switch (type) {
    case PBAY_EV_META:
      return kMeta;
    case PBAY_EV_TEXT:
    case PBAY_EV_REASONING:
    case PBAY_EV_REFUSAL:
    case PBAY_EV_TOOL_ARGS:
      return kText;
    case PBAY_EV_TOOL_BEGIN:
      return kTool;
    case PBAY_EV_FINISH:
      return kFinish;
    case PBAY_EV_USAGE:
      return kUsage;
    case PBAY_EV_RAW:
    case PBAY_EV_AUDIO:
      return kRaw;
    case PBAY_EV_EXTRA:
      return kExtra;
    case PBAY_EV_IMAGE:
      return kImage;
    case PBAY_EV_SEGMENT:
      return kSegment;
    case PBAY_EV_EMBEDDING:
      return kEmbedding;
    case PBAY_EV_MODEL:
      return kModel;
    case PBAY_EV_SIGNATURE:
      return kSignature;
    default:
      return {};
  }
}

pbay_bytes view_at(const std::byte* event, std::size_t offset) {
  pbay_bytes view;
  std::memcpy(&view, event + offset, sizeof view);
  return view;
}

}  // namespace

HeldEvents::HeldEvents() : raw_{sizeof raw_, 0, this, &take}, sink_(&raw_) {}

const pbay_event& HeldEvents::front() const {
  return *reinterpret_cast<const pbay_event*>(events_.front().get());
}

pbay_status HeldEvents::take(pbay_sink* sink, const pbay_event* event) noexcept {
  const auto* source = reinterpret_cast<const std::byte*>(event);
  const auto views = views_of(event->type);
  std::size_t size = event->size;
  for (const std::size_t offset : views)
    size += view_at(source, offset).len;
  constexpr std::size_t kUnit = sizeof(std::max_align_t);
  Copy copy(new (std::nothrow) std::max_align_t[(size + kUnit - 1) / kUnit]);
  if (copy == nullptr) return PBAY_E_NO_MEMORY;

  auto* target = reinterpret_cast<std::byte*>(copy.get());
  std::memcpy(target, source, event->size);
  std::byte* text = target + event->size;
  for (const std::size_t offset : views) {
    pbay_bytes view = view_at(source, offset);
    if (view.len > 0) std::memcpy(text, view.ptr, view.len);
    view.ptr = reinterpret_cast<const std::uint8_t*>(text);
    text += view.len;
    std::memcpy(target + offset, &view, sizeof view);
  }
  try {
    static_cast<HeldEvents*>(sink->impl)->events_.push_back(std::move(copy));
  } catch (const std::bad_alloc&) {
    return PBAY_E_NO_MEMORY;
  }
  return PBAY_OK;
}

}  // namespace patchbay::plugins::replay
