#include "tests/support/fake_host.hpp"

#include <cstring>
#include <stdexcept>

#include <dlfcn.h>
#include <gtest/gtest.h>

#include "core/check/event_text.hpp"

namespace patchbay::testing {
namespace {

std::string text(pbay_str view) {
  return view.len == 0 ? "" : std::string(view.ptr, view.len);
}
std::string text(pbay_bytes view) {
  return view.len == 0 ? "" : std::string(reinterpret_cast<const char*>(view.ptr), view.len);
}
pbay_str str(std::string_view view) {
  return {view.data(), view.size()};
}
pbay_bytes bytes(std::string_view view) {
  return {reinterpret_cast<const std::uint8_t*>(view.data()), view.size()};
}

std::vector<pbay_kv> views_of(const Headers& headers) {
  std::vector<pbay_kv> views;
  for (const auto& [name, value] : headers)
    views.push_back({str(name), str(value)});
  return views;
}

constexpr std::uint64_t kNowNs = 1'000'000'000;
constexpr std::int64_t kNowUnixMs = 1'700'000'000'000;

}  // namespace

FakeHost::FakeHost() {
  async_ = {sizeof async_,
            0,
            [](const pbay_host* host, pbay_call_id id, const pbay_event* event) noexcept {
              return of(host).take(id, event);
            },
            [](const pbay_host*, pbay_call_id, std::uint64_t) noexcept -> pbay_status {
              return PBAY_E_UNSUPPORTED;
            },
            [](const pbay_host* host,
               pbay_call_id id,
               pbay_status status,
               const pbay_error* error) noexcept { return of(host).complete(id, status, error); },
            [](const pbay_host* host,
               pbay_call_id id,
               void (*step)(pbay_call*, void*),
               void* arg) noexcept {
              return of(host).post({id, step, arg});
            }};
  table_.size = sizeof table_;
  table_.abi_major = PBAY_ABI_MAJOR;
  table_.abi_minor = PBAY_ABI_MINOR;
  table_.impl = this;
  table_.name = str("fake");
  table_.version = str("9.9.9");
  table_.get_extension = [](const pbay_host* host, const char* id) noexcept -> const void* {
    const bool async = std::string_view(id) == PBAY_EXT_HOST_ASYNC && of(host).offers_async;
    return async ? &of(host).async_ : nullptr;
  };
  table_.log = [](const pbay_host* host,
                  std::int32_t level,
                  pbay_call_id,
                  pbay_str message,
                  const pbay_kv*,
                  std::size_t) noexcept {
    const std::lock_guard lock(of(host).mutex_);
    of(host).logs_.push_back({level, text(message)});
  };
  table_.log_level = [](const pbay_host*) noexcept -> std::int32_t { return PBAY_LOG_TRACE; };
  table_.set_error = [](const pbay_host* host, pbay_call_id id, const pbay_error* error) noexcept {
    of(host).set_error(id, *error);
  };
  table_.now_ns = [](const pbay_host*) noexcept { return kNowNs; };
  table_.unix_ms = [](const pbay_host*) noexcept { return kNowUnixMs; };
  table_.random = [](const pbay_host*, void* out, std::size_t size) noexcept {
    std::memset(out, 7, size);
  };
  table_.call_alloc =
      [](const pbay_host* host, pbay_call_id id, std::size_t size, std::size_t align) noexcept {
        return of(host).allocate(id, size, align);
      };
  table_.call_state = [](const pbay_host*, pbay_call_id) noexcept -> std::uint32_t {
    return PBAY_CALL_LIVE;
  };
}

FakeError FakeHost::copy(const pbay_error& error) {
  return {error.category,
          error.http_status,
          error.retry_after_ms,
          error.flags,
          text(error.message),
          text(error.code),
          text(error.param),
          text(error.upstream_body)};
}

FakeHost::State* FakeHost::state(pbay_call_id id) {
  const auto found = calls_.find(id);
  return found == calls_.end() ? nullptr : &found->second;
}

void FakeHost::set_error(pbay_call_id id, const pbay_error& error) {
  const std::lock_guard lock(mutex_);
  if (State* call = state(id)) {
    call->error = copy(error);
  } else {
    setup_error_ = copy(error);
  }
}

void* FakeHost::allocate(pbay_call_id id, std::size_t size, std::size_t align) {
  const std::lock_guard lock(mutex_);
  State* call = state(id);
  if (call == nullptr || call->arena_used + size > arena_limit) return nullptr;
  call->arena_used += size;
  auto& block = call->blocks.emplace_back(new std::uint8_t[size + align]);
  void* place = block.get();
  std::size_t space = size + align;
  return std::align(align, size, place, space);
}

pbay_status FakeHost::take(pbay_call_id id, const pbay_event* event) {
  const std::lock_guard lock(mutex_);
  State* call = state(id);
  if (call == nullptr || call->completions > 0) return PBAY_E_STALE;
  if (call->cancelled) return PBAY_E_CANCELLED;
  if (room == 0) return PBAY_E_WOULD_BLOCK;
  --room;
  call->transcript += check::event_text(*event) + "\n";
  return PBAY_OK;
}

pbay_status FakeHost::complete(pbay_call_id id, pbay_status status, const pbay_error* error) {
  const std::lock_guard lock(mutex_);
  State* call = state(id);
  if (call == nullptr) return PBAY_E_STALE;
  ++call->completions;
  call->completion = status;
  if (error != nullptr) call->error = copy(*error);
  return PBAY_OK;
}

pbay_status FakeHost::post(Posted posted) {
  const std::lock_guard lock(mutex_);
  if (state(posted.call) == nullptr) return PBAY_E_STALE;
  posted_.push_back(posted);
  posted_one_.notify_all();
  return PBAY_OK;
}

FakeError FakeHost::setup_error() const {
  const std::lock_guard lock(mutex_);
  return setup_error_;
}

std::vector<LogLine> FakeHost::logs() const {
  const std::lock_guard lock(mutex_);
  return logs_;
}

PluginModule::PluginModule(const std::string& path, FakeHost& host) : host_(host) {
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw std::runtime_error(dlerror());
  entry_ = reinterpret_cast<pbay_plugin_entry_fn>(dlsym(library, PBAY_ENTRY_SYMBOL));
  if (entry_ == nullptr) throw std::runtime_error(path + " has no entry point");
  const pbay_hello hello{
      sizeof(pbay_hello), PBAY_ABI_MAJOR, PBAY_ABI_MINOR, 0, str("fake"), str("9.9.9")};
  plugin_ = entry_(&hello);
  if (plugin_ == nullptr || plugin_->init(host.raw()) != PBAY_OK) {
    throw std::runtime_error(path + " refuses the host");
  }
}

PluginModule::~PluginModule() {
  plugin_->deinit();
}

FakeProvider::FakeProvider(PluginModule& module, std::string_view config) : module_(module) {
  // A copy on the heap, freed at once: a view that the plugin keeps would be seen.
  const std::string json(config);
  const std::string instance = "instance";
  const pbay_provider_config given{
      sizeof(pbay_provider_config), 0, str(instance), str(json), nullptr};
  status_ = module.vtbl().create(module.host().raw(), &given, &raw_);
}

FakeProvider::~FakeProvider() {
  if (raw_ != nullptr) module_.vtbl().destroy(raw_);
}

pbay_provider_caps FakeProvider::describe() const {
  pbay_provider_caps caps{};
  caps.size = sizeof caps;
  EXPECT_EQ(module_.vtbl().describe(raw_, &caps), PBAY_OK);
  return caps;
}

std::string BuiltRequest::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return "(none)";
}

FakeCall::FakeCall(FakeProvider& provider, Request request)
    : provider_(provider),
      host_(provider.module().host()),
      given_(std::move(request)),
      parts_(given_.parts) {
  header_views_ = views_of(given_.headers);
  request_.size = sizeof request_;
  request_.mode = given_.mode;
  request_.flags = given_.flags;
  request_.dialect = str(given_.dialect);
  request_.method = str(given_.method);
  request_.path = str(given_.path);
  parts_.show_to(request_);
  request_.model = str(given_.model);
  request_.body = bytes(given_.body);
  request_.headers = header_views_.data();
  request_.header_count = header_views_.size();
  const std::size_t key = given_.body.find("\"model\"");
  if (key != std::string::npos) {
    const std::size_t begin = given_.body.find('"', given_.body.find(':', key + 7));
    request_.model_value = {begin, given_.body.find('"', begin + 1) + 1 - begin};
  }
  {
    const std::lock_guard lock(host_.mutex_);
    request_.id = ++host_.last_id_;
    host_.calls_[request_.id];
  }
  created_ = vtbl().call_create(provider.raw(), &request_, &raw_);
  const std::lock_guard lock(host_.mutex_);
  host_.calls_[request_.id].call = raw_;
}

FakeCall::~FakeCall() {
  if (raw_ != nullptr) vtbl().call_destroy(raw_);
  const std::lock_guard lock(host_.mutex_);
  host_.calls_.erase(request_.id);
}

BuiltRequest FakeCall::build() {
  pbay_http_request out{};
  out.size = sizeof out;
  BuiltRequest built;
  const pbay_status status = vtbl().build_request(raw_, &out);
  EXPECT_EQ(status, PBAY_OK);
  if (status != PBAY_OK) return built;
  built.method = text(out.method);
  built.url = text(out.url);
  built.framing = out.framing;
  built.pieces = out.body_count;
  for (std::size_t i = 0; i < out.body_count; ++i)
    built.body += parts_.bytes_of(out.body[i]);
  for (std::size_t i = 0; i < out.header_count; ++i) {
    built.headers.emplace_back(text(out.headers[i].key), text(out.headers[i].value));
  }
  return built;
}

pbay_status FakeCall::try_build() {
  pbay_http_request out{};
  out.size = sizeof out;
  return vtbl().build_request(raw_, &out);
}

namespace {

// Where a sink's events go.
struct SinkTarget {
  std::string* transcript;
};

pbay_sink sink_to(SinkTarget& target) {
  return {sizeof(pbay_sink), 0, &target, [](pbay_sink* sink, const pbay_event* event) noexcept {
            *static_cast<SinkTarget*>(sink->impl)->transcript += check::event_text(*event) + "\n";
            return pbay_status{PBAY_OK};
          }};
}

}  // namespace

pbay_status FakeCall::head(int status, const Headers& headers, pbay_framing framing) {
  const Headers copies = headers;
  const std::vector<pbay_kv> views = views_of(copies);
  const pbay_http_head head{sizeof(pbay_http_head), status, framing, 0, views.data(), views.size()};
  std::string events;
  SinkTarget target{&events};
  pbay_sink sink = sink_to(target);
  const pbay_status answer = vtbl().on_head(raw_, &head, &sink);
  const std::lock_guard lock(host_.mutex_);
  host_.calls_[request_.id].transcript += events;
  return answer;
}

pbay_status FakeCall::frames(const std::vector<Frame>& frames) {
  // In memory of their own, exactly as long as they are: reading past a frame is seen.
  std::vector<std::unique_ptr<char[]>> copies;
  std::vector<pbay_frame> views;
  for (const Frame& frame : frames) {
    auto& copy = copies.emplace_back(new char[frame.data.size()]);
    std::memcpy(copy.get(), frame.data.data(), frame.data.size());
    views.push_back({bytes({copy.get(), frame.data.size()}), str(frame.event), {nullptr, 0}});
  }
  std::string events;
  SinkTarget target{&events};
  pbay_sink sink = sink_to(target);
  const pbay_status answer = vtbl().on_frames(raw_, views.data(), views.size(), &sink);
  const std::lock_guard lock(host_.mutex_);
  host_.calls_[request_.id].transcript += events;
  return answer;
}

pbay_status FakeCall::end(pbay_status status) {
  const pbay_http_end end{sizeof(pbay_http_end), status, {nullptr, 0}, 0};
  std::string events;
  SinkTarget target{&events};
  pbay_sink sink = sink_to(target);
  const pbay_status answer = vtbl().on_end(raw_, &end, &sink);
  const std::lock_guard lock(host_.mutex_);
  host_.calls_[request_.id].transcript += events;
  return answer;
}

const pbay_provider_active* FakeCall::active() const {
  return static_cast<const pbay_provider_active*>(
      vtbl().get_extension(provider_.raw(), PBAY_EXT_PROVIDER_ACTIVE));
}

pbay_status FakeCall::start() {
  return active()->start(raw_);
}

void FakeCall::cancel() {
  {
    const std::lock_guard lock(host_.mutex_);
    host_.calls_[request_.id].cancelled = true;
  }
  active()->cancel(raw_);
}

void FakeCall::writable() {
  active()->writable(raw_);
}

void FakeCall::run_posted() {
  std::unique_lock lock(host_.mutex_);
  while (!host_.posted_.empty()) {
    const FakeHost::Posted next = host_.posted_.front();
    host_.posted_.pop_front();
    FakeHost::State* call = host_.state(next.call);
    if (call == nullptr || call->completions > 0) continue;
    pbay_call* raw = call->call;
    lock.unlock();
    next.step(raw, next.arg);
    lock.lock();
  }
}

void FakeCall::run_until_complete() {
  while (completions() == 0) {
    {
      std::unique_lock lock(host_.mutex_);
      host_.posted_one_.wait(lock, [&] { return !host_.posted_.empty(); });
    }
    run_posted();
  }
}

int FakeCall::completions() const {
  const std::lock_guard lock(host_.mutex_);
  return host_.calls_[request_.id].completions;
}

pbay_status FakeCall::completion() const {
  const std::lock_guard lock(host_.mutex_);
  return host_.calls_[request_.id].completion;
}

std::string FakeCall::transcript() const {
  const std::lock_guard lock(host_.mutex_);
  return host_.calls_[request_.id].transcript;
}

FakeError FakeCall::error() const {
  const std::lock_guard lock(host_.mutex_);
  return host_.calls_[request_.id].error;
}

}  // namespace patchbay::testing
