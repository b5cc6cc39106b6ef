// A provider that does its own work on its own threads, in the manner that the model names.
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <patchbay/abi.h>

struct pbay_provider {
  int unused = 0;
};

struct pbay_call {
  pbay_call_id id = 0;
  std::string model;
  std::size_t argument = 0;  // the number behind the model's colon
  std::size_t sent = 0;      // events; [call] functions only

  std::mutex mutex;
  std::condition_variable changed;
  bool cancelled = false;
};

namespace {

const pbay_host* host = nullptr;
const pbay_host_async* async = nullptr;

// Threads of all calls; joined at the end, as deinit() must.
std::mutex threads_mutex;
std::vector<std::thread> threads;

// What "linger" waits for and "release" gives.
std::mutex gate_mutex;
std::condition_variable gate;
bool released = false;

constexpr std::size_t kPiece = 1024;

pbay_str view(std::string_view text) {
  return {text.data(), text.size()};
}

pbay_status say(pbay_call_id id, std::string_view text) {
  pbay_ev_text event{};
  event.h.size = sizeof event;
  event.h.type = PBAY_EV_TEXT;
  event.text = view(text);
  return async->emit(host, id, &event.h);
}

void complete(pbay_call_id id, pbay_status status, std::string_view message = {}) {
  pbay_error error{};
  error.size = sizeof error;
  error.message = view(message);
  error.retry_after_ms = -1;
  async->complete(host, id, status, message.empty() ? nullptr : &error);
}

template <typename Work>
void in_thread(Work work) {
  const std::lock_guard lock(threads_mutex);
  threads.emplace_back(std::move(work));
}

void count(pbay_call_id id, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    if (say(id, "tok" + std::to_string(i) + " ") < 0) return complete(id, PBAY_E_FAIL);
  }
  complete(id, PBAY_OK);
}

// Sends that many pieces as fast as it can, waiting where it must.
void flood(pbay_call_id id, std::size_t n) {
  const std::string piece(kPiece, 'x');
  for (std::size_t i = 0; i < n; ++i) {
    while (true) {
      const pbay_status status = say(id, piece);
      if (status == PBAY_OK) break;
      if (status != PBAY_E_WOULD_BLOCK) return complete(id, status, "emit failed");
      host->log(host, PBAY_LOG_INFO, id, view("flood waits"), nullptr, 0);
      const pbay_status waited = async->wait_writable(host, id, 60'000'000'000U);
      if (waited != PBAY_OK) return complete(id, waited, "wait failed");
    }
  }
  complete(id, PBAY_OK);
}

// The same in [call] functions, which must not wait.
void flood_when_writable(pbay_call& call) {
  const std::string piece(call.model == "tiny-when-writable" ? 1 : kPiece, 'x');
  for (; call.sent < call.argument; ++call.sent) {
    const pbay_status status = say(call.id, piece);
    if (status == PBAY_E_WOULD_BLOCK) return;
    if (status < 0) return complete(call.id, status);
  }
  complete(call.id, PBAY_OK);
}

void wait_for_cancel(pbay_call& call) {
  std::unique_lock lock(call.mutex);
  call.changed.wait(lock, [&] { return call.cancelled; });
  const pbay_call_id id = call.id;
  lock.unlock();
  const bool told =
      say(id, "too late") == PBAY_E_CANCELLED && host->call_state(host, id) == PBAY_CALL_CANCELLED;
  complete(id, PBAY_E_CANCELLED, told ? "heard of it" : "not told");
}

void linger(pbay_call_id id) {
  std::unique_lock lock(gate_mutex);
  gate.wait(lock, [] { return released; });
  released = false;
  lock.unlock();
  const pbay_status status = say(id, "nobody listens");
  complete(id, status);
  // The id may be given to no other call by now, or to one: either way it is no longer ours.
  async->complete(host, id, PBAY_OK, nullptr);
}

void twice(pbay_call_id id) {
  complete(id, PBAY_OK);
  say(id, "after the end");
  async->complete(host, id, PBAY_OK, nullptr);
}

void must_understand(pbay_call_id id) {
  pbay_event event{};
  event.size = sizeof event;
  event.type = 99;
  say(id, "before ");
  async->emit(host, id, &event);
  event.flags = PBAY_EVF_MUST_UNDERSTAND;
  async->emit(host, id, &event);
  say(id, "after");
  complete(id, PBAY_OK);
}

void PBAY_CALL posted(pbay_call* call, void* argument) {
  auto* text = static_cast<std::string*>(argument);
  say(call->id, *text);
  delete text;
  complete(call->id, PBAY_OK);
}

pbay_status create(const pbay_host*, const pbay_provider_config*, pbay_provider** out) noexcept {
  *out = new pbay_provider;
  return PBAY_OK;
}
void destroy(pbay_provider* provider) noexcept {
  delete provider;
}

pbay_status describe(pbay_provider*, pbay_provider_caps* out) noexcept {
  static const pbay_op ops[] = {{PBAY_MODE_CHAT, 0, {"openai.chat/1", 13}}};
  out->ops = ops;
  out->op_count = 1;
  return PBAY_OK;
}

pbay_status call_create(pbay_provider*, const pbay_request* request, pbay_call** out) noexcept {
  auto* call = new pbay_call;
  call->id = request->id;
  const std::string_view model(request->model.ptr, request->model.len);
  call->model = model.substr(0, model.find(':'));
  if (call->model.size() < model.size()) {
    call->argument = std::strtoul(model.substr(call->model.size() + 1).data(), nullptr, 10);
  }
  *out = call;
  return PBAY_OK;
}

void call_destroy(pbay_call* call) noexcept {
  host->log(host, PBAY_LOG_INFO, call->id, view("call destroyed"), nullptr, 0);
  delete call;
}

pbay_status start(pbay_call* call) noexcept {
  const pbay_call_id id = call->id;
  const std::string& model = call->model;
  if (model == "count") {
    in_thread([id, n = call->argument] { count(id, n); });
  } else if (model == "flood") {
    in_thread([id, n = call->argument] { flood(id, n); });
  } else if (model == "flood-when-writable" || model == "tiny-when-writable") {
    flood_when_writable(*call);
  } else if (model == "hold") {
    in_thread([call] { wait_for_cancel(*call); });
  } else if (model == "linger") {
    in_thread([id] { linger(id); });
  } else if (model == "release") {
    const std::lock_guard lock(gate_mutex);
    released = true;
    gate.notify_all();
    complete(id, PBAY_OK);
  } else if (model == "inline") {
    count(id, 3);
  } else if (model == "twice") {
    in_thread([id] { twice(id); });
  } else if (model == "must") {
    in_thread([id] { must_understand(id); });
  } else if (model == "post") {
    in_thread([id] { async->post(host, id, posted, new std::string("from the worker")); });
  } else if (model == "wait-in-call") {
    complete(id, async->wait_writable(host, id, 1));
  } else {
    return PBAY_E_INVALID;
  }
  return PBAY_OK;
}

void cancel(pbay_call* call) noexcept {
  const std::lock_guard lock(call->mutex);
  call->cancelled = true;
  call->changed.notify_all();
}

void writable(pbay_call* call) noexcept {
  if (call->model.ends_with("-when-writable")) flood_when_writable(*call);
}

const void* get_extension(pbay_provider*, const char* id) noexcept {
  static const pbay_provider_active table = {sizeof table, 0, start, cancel, writable};
  return std::string_view(id) == PBAY_EXT_PROVIDER_ACTIVE ? &table : nullptr;
}

pbay_status init(const pbay_host* given) noexcept {
  host = given;
  async = static_cast<const pbay_host_async*>(host->get_extension(host, PBAY_EXT_HOST_ASYNC));
  return async == nullptr ? PBAY_E_ABI : PBAY_OK;
}

void deinit() noexcept {
  for (std::thread& thread : threads)
    thread.join();
  threads.clear();
}

const pbay_provider_vtbl table = {sizeof table,
                                  0,
                                  create,
                                  destroy,
                                  describe,
                                  get_extension,
                                  call_create,
                                  nullptr,
                                  nullptr,
                                  nullptr,
                                  nullptr,
                                  call_destroy};
const pbay_provider_type type = {
    sizeof type, 0, {"ticker", 6}, {"{}", 2}, PBAY_MODE_BIT(PBAY_MODE_CHAT), &table};
const pbay_provider_type* const types[] = {&type};
const pbay_plugin plugin = {PBAY_MAGIC,
                            sizeof plugin,
                            PBAY_ABI_MAJOR,
                            PBAY_ABI_MINOR,
                            0,
                            0,
                            {"test.ticker", 11},
                            {TEST_VERSION, sizeof TEST_VERSION - 1},
                            {"tests", 5},
                            {"Apache-2.0", 10},
                            {"", 0},
                            types,
                            1,
                            init,
                            deinit,
                            nullptr};

}  // namespace

const pbay_plugin* patchbay_plugin_entry_v1(const pbay_hello*) noexcept {
  return &plugin;
}
