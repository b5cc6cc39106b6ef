#include "core/check/strict_host.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

#include <sys/random.h>

#include "core/base/clock.hpp"
#include "core/plugin_host/vocabulary.hpp"

namespace patchbay::check {
namespace {

using plugin_host::text_of;
using plugin_host::view_of;

constexpr std::size_t kArenaBytes = std::size_t{1} << 20;
constexpr std::size_t kSaidBytes = std::size_t{1} << 20;
constexpr std::size_t kEndedCalls = 512;
constexpr std::uint32_t kMinorToCome = 999;
constexpr std::int64_t kCalendarMs = 1'700'000'000'000;
constexpr std::size_t kUnknownMembers = 8;  // pointers behind the table of a host to come

// Where the control functions of this thread tell what went wrong.
struct Control {
  const StrictHost* host = nullptr;
  std::optional<ToldError> error;
};
thread_local Control control;

bool points(pbay_str text) {
  return text.ptr != nullptr || text.len == 0;
}

ToldError copy_of(const pbay_error& error) {
  return {error.category,
          error.http_status,
          error.retry_after_ms,
          error.flags,
          std::string(text_of(error.message)),
          std::string(text_of(error.code)),
          std::string(text_of(error.param)),
          std::string(text_of(error.upstream_body))};
}

// Adds the event to what was said, with no sign of where one piece ends and the next begins.
void join(CallRecord& call, const pbay_event& event) {
  const std::string_view piece = piece_of(event);
  const std::string which = piece.empty()
                                ? ""
                                : event_name(event.type) + std::to_string(event.choice) + "." +
                                      std::to_string(event.item) + (event.flags != 0 ? "e" : "");
  if (which.empty()) {
    call.joined += event_text(event) + "\n";
  } else if (which == call.last_piece) {
    call.joined += piece;
  } else {
    call.joined.append("\n").append(which).append(" ").append(piece);
  }
  call.last_piece = which;
}

// What is wrong with an error, by the rules of its struct.
std::string fault_of(const pbay_error& error) {
  constexpr std::uint32_t kFlags =
      PBAY_ERRF_RETRY_SAME | PBAY_ERRF_FAILOVER | PBAY_ERRF_REFRESH_AUTH;
  if (error.size < sizeof(pbay_error)) return "its size is " + std::to_string(error.size);
  if ((error.flags & ~kFlags) != 0) return "it has flags without a name";
  if (error.retry_after_ms < -1) return "its retry_after_ms is below -1";
  const bool body = error.upstream_body.ptr != nullptr || error.upstream_body.len == 0;
  if (!points(error.message) || !points(error.code) || !points(error.param) || !body) {
    return "it has a view of nothing";
  }
  if (error.http_status != 0 && (error.http_status < 400 || error.http_status > 599)) {
    return "its http_status is " + std::to_string(error.http_status) + ", which is no error's";
  }
  return {};
}

}  // namespace

// The functions of pbay_host.
class HostFunctions {
 public:
  static StrictHost& of(const pbay_host* host) { return *static_cast<StrictHost*>(host->impl); }

  static const void* get_extension(const pbay_host* host, const char* id) noexcept {
    StrictHost& self = of(host);
    if (id == nullptr) {
      self.breaches_.add(Rule::kHostUse, "get_extension() without an id");
      return nullptr;
    }
    const bool async = std::strcmp(id, PBAY_EXT_HOST_ASYNC) == 0 && self.options_.offers_async;
    return async ? self.async_ : nullptr;
  }

  static void log(const pbay_host* host,
                  std::int32_t level,
                  pbay_call_id /*call*/,
                  pbay_str message,
                  const pbay_kv* fields,
                  std::size_t count) noexcept {
    StrictHost& self = of(host);
    if (!points(message) || (fields == nullptr && count > 0)) {
      return self.breaches_.add(Rule::kHostUse, "log() with a view of nothing");
    }
    self.note_said(text_of(message));
    for (std::size_t i = 0; i < count; ++i) {
      self.note_said(text_of(fields[i].key));
      self.note_said(text_of(fields[i].value));
    }
    if (level >= PBAY_LOG_MISBEHAVIOUR) {
      self.breaches_.add(Rule::kHostUse,
                         "it logged misbehaviour: \"" + std::string(text_of(message)) + "\"");
    }
  }

  static std::int32_t log_level(const pbay_host* /*host*/) noexcept { return PBAY_LOG_TRACE; }

  static void set_error(const pbay_host* host, pbay_call_id id, const pbay_error* error) noexcept {
    StrictHost& self = of(host);
    if (error == nullptr) return self.breaches_.add(Rule::kErrors, "set_error() without an error");
    if (const std::string fault = fault_of(*error); !fault.empty()) {
      return self.breaches_.add(Rule::kErrors,
                                "set_error() with an error that is not sound: " + fault);
    }
    ToldError told = copy_of(*error);
    for (const std::string* text : {&told.message, &told.code, &told.param, &told.upstream_body})
      self.note_said(*text);
    if (id == 0) {
      if (control.host == nullptr) {
        return self.breaches_.add(Rule::kHostUse,
                                  "set_error() for no call, while no [control] function ran");
      }
      control.error = std::move(told);
      return;
    }
    const std::lock_guard lock(self.mutex_);
    if (CallRecord* call = self.find(id)) {
      call->error = std::move(told);
    } else if (!self.ended_.contains(id)) {
      self.breaches_.add(Rule::kHostUse, "set_error() for a call that never was");
    }
  }

  static std::uint64_t now_ns(const pbay_host* /*host*/) noexcept {
    const auto now = Clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
  }

  // The same day and the same bytes every time, so that transcripts can be compared.
  static std::int64_t calendar_ms(const pbay_host* /*host*/) noexcept { return kCalendarMs; }
  static void random(const pbay_host* host, void* out, std::size_t n) noexcept {
    if (out == nullptr && n > 0) {
      return of(host).breaches_.add(Rule::kHostUse, "random() without a place to put it");
    }
    if (n > 0) std::memset(out, 7, n);
  }

  static void* call_alloc(const pbay_host* host,
                          pbay_call_id id,
                          std::size_t n,
                          std::size_t align) noexcept {
    StrictHost& self = of(host);
    const std::lock_guard lock(self.mutex_);
    CallRecord* call = self.find(id);
    if (call == nullptr) {
      if (!self.ended_.contains(id)) {
        self.breaches_.add(Rule::kHostUse, "call_alloc() for a call that never was");
      }
      return nullptr;
    }
    if (call->depth == 0 || call->thread != std::this_thread::get_id()) {
      self.breaches_.add(Rule::kHostUse, "call_alloc() outside the functions of that call");
      return nullptr;
    }
    if (align == 0 || (align & (align - 1)) != 0) {
      self.breaches_.add(Rule::kHostUse, "call_alloc() with an `align` that is no power of two");
      return nullptr;
    }
    return self.allocate(*call, n, align);
  }

  static std::uint32_t call_state(const pbay_host* host, pbay_call_id id) noexcept {
    StrictHost& self = of(host);
    const std::lock_guard lock(self.mutex_);
    const CallRecord* call = self.find(id);
    if (call == nullptr) return 0;
    return call->is_cancelled ? PBAY_CALL_CANCELLED : PBAY_CALL_LIVE;
  }
};

StrictHost::StrictHost(HostOptions options) : options_(options) {
  if (options_.seals_arguments || options_.poisons_sinks ||
      options_.age == HostOptions::Age::kOldest) {
    sealed_.emplace();
  }
  make_tables();
}

StrictHost::~StrictHost() = default;

void StrictHost::make_tables() {
  struct {
    pbay_host host{};
    std::uintptr_t unknown[kUnknownMembers];
  } table;
  table.host.size = offsetof(pbay_host, call_state) + sizeof(pbay_host::call_state);
  table.host.abi_major = PBAY_ABI_MAJOR;
  table.host.abi_minor = 0;
  table.host.impl = this;
  table.host.name = view_of("patchbay-check");
  table.host.version = view_of("1.0.0");
  table.host.get_extension = HostFunctions::get_extension;
  table.host.log = HostFunctions::log;
  table.host.log_level = HostFunctions::log_level;
  table.host.set_error = HostFunctions::set_error;
  table.host.now_ns = HostFunctions::now_ns;
  table.host.unix_ms = HostFunctions::calendar_ms;
  table.host.random = HostFunctions::random;
  table.host.call_alloc = HostFunctions::call_alloc;
  table.host.call_state = HostFunctions::call_state;
  std::fill(std::begin(table.unknown), std::end(table.unknown), 0);

  struct {
    pbay_host_async async;
    std::uintptr_t unknown[kUnknownMembers];
  } async{strict_async_table(), {}};
  async.async.size = offsetof(pbay_host_async, post) + sizeof(pbay_host_async::post);

  if (options_.age == HostOptions::Age::kOldest) {
    table_ = static_cast<const pbay_host*>(
        sealed_->place(&table, table.host.size, alignof(pbay_host), "the host's table of v1.0"));
    async_ = static_cast<const pbay_host_async*>(sealed_->place(
        &async, async.async.size, alignof(pbay_host_async), "the table of " PBAY_EXT_HOST_ASYNC));
    return;
  }
  if (options_.age == HostOptions::Age::kNewer) {
    table.host.abi_minor = kMinorToCome;
    table.host.flags = 0;
    table.host.size = sizeof table;
    async.async.size = sizeof async;
    // What is unknown must not be called or read; an address that is none shows whether it is.
    std::fill(std::begin(table.unknown), std::end(table.unknown), 0x5A5A);
    std::fill(std::begin(async.unknown), std::end(async.unknown), 0x5A5A);
  }
  auto& host = keeper_.emplace_back(std::make_unique<std::byte[]>(sizeof table));
  std::memcpy(host.get(), &table, sizeof table);
  table_ = reinterpret_cast<const pbay_host*>(host.get());
  auto& extension = keeper_.emplace_back(std::make_unique<std::byte[]>(sizeof async));
  std::memcpy(extension.get(), &async, sizeof async);
  async_ = reinterpret_cast<const pbay_host_async*>(extension.get());
}

void StrictHost::begin_control() {
  control.host = this;
  control.error.reset();
}

std::optional<ToldError> StrictHost::end_control() {
  control.host = nullptr;
  return std::exchange(control.error, std::nullopt);
}

CallRecord& StrictHost::open_call(pbay_mode mode, std::uint32_t flags) {
  const bool takes_raw = (flags & PBAY_REQ_SAME_DIALECT) != 0 || mode == PBAY_MODE_RAW;
  const std::lock_guard lock(mutex_);
  const pbay_call_id id = ++last_call_ | (std::uint64_t{1} << 32);
  return *calls_.emplace(id, std::make_unique<CallRecord>(id, mode, takes_raw)).first->second;
}

void StrictHost::close_call(pbay_call_id id) {
  std::unique_ptr<CallRecord> ended;
  const std::lock_guard lock(mutex_);
  const auto found = calls_.find(id);
  if (found == calls_.end()) return;
  ended_[id] = found->second->is_completed;
  if (ended_.size() > kEndedCalls) ended_.erase(ended_.begin());
  ended = std::move(found->second);
  calls_.erase(found);
  changed_.notify_all();
}

CallRecord* StrictHost::find(pbay_call_id id) {
  const auto found = calls_.find(id);
  return found == calls_.end() ? nullptr : found->second.get();
}

void StrictHost::enter(CallRecord& call) {
  const std::lock_guard lock(mutex_);
  ++call.depth;
  call.thread = std::this_thread::get_id();
}

void StrictHost::leave(CallRecord& call) {
  const std::lock_guard lock(mutex_);
  --call.depth;
}

void* StrictHost::allocate(CallRecord& call, std::size_t n, std::size_t align) {
  const std::size_t number = call.allocations++;
  if (call.fail_allocation && number >= *call.fail_allocation) return nullptr;
  if (n > kArenaBytes || align > kArenaBytes || call.arena_used + n > kArenaBytes) return nullptr;
  call.arena_used += n;
  const std::size_t bytes = std::max<std::size_t>(n, 1) + align;
  auto& block = call.arena.emplace_back(std::make_unique<std::byte[]>(bytes));
  void* at = block.get();
  std::size_t space = bytes;
  at = std::align(align, std::max<std::size_t>(n, 1), at, space);
  // Nobody promises zeros.
  if (at != nullptr && n > 0) std::memset(at, 0xC5, n);
  return at;
}

pbay_status StrictHost::take(CallRecord& call, const pbay_event* event) {
  if (event == nullptr) {
    breaches_.add(Rule::kEvents, "emitted nothing");
    return PBAY_E_INVALID;
  }
  if (call.refuse_from && call.events >= *call.refuse_from) {
    call.refused = true;
    return PBAY_E_CANCELLED;
  }
  ++call.events;
  const std::string fault = call.grammar.take(*event);
  if (!fault.empty()) {
    call.is_sound = false;
    breaches_.add(Rule::kEvents, fault);
    call.transcript += "wrong: " + fault + "\n";
    return PBAY_OK;
  }
  call.transcript += event_text(*event) + "\n";
  join(call, *event);
  return PBAY_OK;
}

void StrictHost::note_said(std::string_view text) {
  if (!options_.keeps_said) return;
  const std::lock_guard lock(mutex_);
  if (said_.size() + text.size() < kSaidBytes) said_.append(text).append("\n");
}

std::string StrictHost::take_said() {
  const std::lock_guard lock(mutex_);
  return std::exchange(said_, {});
}

}  // namespace patchbay::check
