#include "core/plugin_host/async_table.hpp"

#include <memory>

#include "core/plugin_host/active_call.hpp"
#include "core/plugin_host/call_state.hpp"
#include "core/plugin_host/host_context.hpp"
#include "core/plugin_host/running.hpp"

namespace patchbay::plugin_host {
namespace {

// Holds the call while one of the functions below uses it.
struct Found {
  std::shared_ptr<CallState> call;
  ActiveCall* active = nullptr;  // nullptr: there is no such call
};

Found find(const pbay_host* host, pbay_call_id id) {
  HostContext& context = HostContext::of(host);
  Found found{context.calls().find(id), nullptr};
  if (found.call == nullptr) return found;
  found.active = found.call->active();
  if (found.active == nullptr) {
    context.misbehaved("used patchbay.host.async/1 for a call that the host conducts");
  }
  return found;
}

pbay_status async_emit(const pbay_host* host, pbay_call_id id, const pbay_event* event) noexcept {
  const Found found = find(host, id);
  return found.active == nullptr ? PBAY_E_STALE : found.active->emit(event);
}

pbay_status async_wait_writable(const pbay_host* host,
                                pbay_call_id id,
                                std::uint64_t timeout_ns) noexcept {
  if (Running::now().call != nullptr) {
    HostContext::of(host).misbehaved("called wait_writable(), which blocks, in a [call] function");
    return PBAY_E_INVALID;
  }
  const Found found = find(host, id);
  return found.active == nullptr ? PBAY_E_STALE : found.active->wait_writable(timeout_ns);
}

pbay_status async_complete(const pbay_host* host,
                           pbay_call_id id,
                           pbay_status status,
                           const pbay_error* error) noexcept {
  const Found found = find(host, id);
  return found.active == nullptr ? PBAY_E_STALE : found.active->complete(status, error);
}

pbay_status async_post(const pbay_host* host,
                       pbay_call_id id,
                       void (*function)(pbay_call*, void*),
                       void* argument) noexcept {
  const Found found = find(host, id);
  return found.active == nullptr ? PBAY_E_STALE : found.active->post(function, argument);
}

constexpr pbay_host_async kTable = {
    sizeof(pbay_host_async), 0, async_emit, async_wait_writable, async_complete, async_post};

}  // namespace

const pbay_host_async* async_table() {
  return &kTable;
}

}  // namespace patchbay::plugin_host
