#include "core/plugin_host/host_context.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

#include <sys/random.h>

#include "core/plugin_host/async_table.hpp"
#include "core/plugin_host/call_error.hpp"
#include "core/plugin_host/call_state.hpp"
#include "core/plugin_host/running.hpp"
#include "core/plugin_host/vocabulary.hpp"

namespace patchbay::plugin_host {
namespace {

constexpr std::chrono::seconds kRepeatAfter{10};
constexpr std::size_t kMaxLogBytes = 16 * 1024;
constexpr std::size_t kMaxLogFields = 64;

// The call of that id if one of its functions runs on this thread.
CallState* running_call(const HostContext& host, pbay_call_id id) {
  CallState* running = Running::now().call;
  return running != nullptr && running->id() == id && &running->host() == &host ? running : nullptr;
}

// Runs `use` on the call of that id; false when there is none. Inside one of the call's own
// functions, the usual case, this takes no lock.
template <typename Use>
bool with_call(HostContext& host, pbay_call_id id, Use&& use) {
  if (CallState* running = running_call(host, id)) {
    use(*running);
    return true;
  }
  const std::shared_ptr<CallState> call = host.calls().find(id);
  if (call == nullptr) return false;
  use(*call);
  return true;
}

const void* host_get_extension(const pbay_host* /*host*/, const char* id) noexcept {
  if (id == nullptr) return nullptr;
  return std::strcmp(id, PBAY_EXT_HOST_ASYNC) == 0 ? async_table() : nullptr;
}

void host_log(const pbay_host* host,
              std::int32_t level,
              pbay_call_id /*call*/,
              pbay_str message,
              const pbay_kv* fields,
              std::size_t field_count) noexcept {
  HostContext& context = HostContext::of(host);
  if (level < context.log_level()) return;
  std::string line(text_of(message).substr(0, kMaxLogBytes));
  for (std::size_t i = 0; fields != nullptr && i < std::min(field_count, kMaxLogFields); ++i) {
    line += ' ';
    line += text_of(fields[i].key);
    line += '=';
    line += text_of(fields[i].value).substr(0, kMaxLogBytes);
  }
  context.log(std::min(level, std::int32_t{PBAY_LOG_MISBEHAVIOUR}), line);
}

std::int32_t host_log_level(const pbay_host* host) noexcept {
  return HostContext::of(host).log_level();
}

void host_set_error(const pbay_host* host, pbay_call_id id, const pbay_error* error) noexcept {
  HostContext& context = HostContext::of(host);
  if (error == nullptr) return;
  if (id != 0) {
    with_call(context, id, [&](CallState& call) { call.set_error(copy_error(*error)); });
    return;
  }
  CallError* wanted = Running::now().control_error;
  if (wanted == nullptr) {
    context.misbehaved("called set_error() without a call while no [control] function ran");
    return;
  }
  *wanted = copy_error(*error);
}

std::uint64_t host_now_ns(const pbay_host* /*host*/) noexcept {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch())
          .count());
}

std::int64_t host_unix_ms(const pbay_host* /*host*/) noexcept {
  return unix_ms();
}

void host_random(const pbay_host* /*host*/, void* out, std::size_t n) noexcept {
  auto* bytes = static_cast<std::byte*>(out);
  while (n > 0) {
    const ssize_t got = ::getrandom(bytes, n, 0);
    if (got <= 0) continue;  // interrupted by a signal: the kernel never refuses for good
    bytes += got;
    n -= static_cast<std::size_t>(got);
  }
}

void* host_call_alloc(const pbay_host* host,
                      pbay_call_id id,
                      std::size_t n,
                      std::size_t align) noexcept {
  HostContext& context = HostContext::of(host);
  CallState* running = running_call(context, id);
  if (running == nullptr) {
    context.misbehaved("called call_alloc() outside a function of that call");
    return nullptr;
  }
  return running->allocate(n, align);
}

std::uint32_t host_call_state(const pbay_host* host, pbay_call_id id) noexcept {
  std::uint32_t state = 0;
  with_call(HostContext::of(host), id, [&](const CallState& call) { state = call.state(); });
  return state;
}

// A sink stays in memory as long as its module, so even one that was kept can be looked at.
pbay_status sink_emit(pbay_sink* sink, const pbay_event* event) noexcept {
  const Running::What running = Running::now();
  if (running.call == nullptr || running.sink != sink) {
    static_cast<HostContext*>(sink->impl)
        ->misbehaved("used a sink outside the callback that was given it");
    return PBAY_E_INVALID;
  }
  return running.call->emit(event);
}

}  // namespace

HostContext::HostContext(Options options)
    : options_(std::move(options)),
      immortal_name_(telemetry::immortal(options_.plugin)),
      calls_(pbay_sink{sizeof(pbay_sink), 0, this, sink_emit}) {
  table_.size = sizeof table_;
  table_.abi_major = PBAY_ABI_MAJOR;
  table_.abi_minor = PBAY_ABI_MINOR;
  table_.impl = this;
  table_.name = view_of("patchbay");
  table_.version = view_of(options_.host_version);
  table_.get_extension = host_get_extension;
  table_.log = host_log;
  table_.log_level = host_log_level;
  table_.set_error = host_set_error;
  table_.now_ns = host_now_ns;
  table_.unix_ms = host_unix_ms;
  table_.random = host_random;
  table_.call_alloc = host_call_alloc;
  table_.call_state = host_call_state;
}

void HostContext::log(int level, std::string_view message) {
  if (options_.log && level >= options_.log_level) options_.log(level, options_.plugin, message);
}

void HostContext::misbehaved(std::string_view what, std::string_view detail) {
  std::string line(what);
  {
    const std::lock_guard lock(mutex_);
    ++misbehaviours_;
    auto known = repeated_.find(what);
    if (known == repeated_.end()) known = repeated_.emplace(what, Repeated{}).first;
    const Time now = Clock::now();
    if (now < known->second.next) {
      ++known->second.left_out;
      return;
    }
    known->second.next = now + kRepeatAfter;
    const std::uint64_t left_out = std::exchange(known->second.left_out, 0);
    if (!detail.empty()) line.append(": ").append(detail);
    if (left_out > 0) line += " (and " + std::to_string(left_out) + " times before)";
  }
  log(PBAY_LOG_MISBEHAVIOUR, line);
}

std::uint64_t HostContext::misbehaviours() const {
  const std::lock_guard lock(mutex_);
  return misbehaviours_;
}

}  // namespace patchbay::plugin_host
