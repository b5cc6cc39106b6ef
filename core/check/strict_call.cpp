#include "core/check/strict_call.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include <sys/resource.h>
#include <time.h>

#include "core/base/clock.hpp"
#include "core/check/trail.hpp"
#include "core/json/scan.hpp"

namespace patchbay::check {
namespace {

constexpr std::size_t kSinkBytes = 256;  // with zeros behind it

pbay_status sink_emit(pbay_sink* sink, const pbay_event* event) noexcept {
  const auto* target = static_cast<const StrictCall::SinkTarget*>(sink->impl);
  if (!target->open) {
    target->host->breaches().add(Rule::kSinks,
                                 "a sink was used outside the callback that was given it");
    return PBAY_E_INVALID;
  }
  const std::lock_guard lock(target->host->mutex());
  return target->host->take(*target->call, event);
}

// What a thread spends. A thread that is put aside for others has not spent the time until it runs
// again; one that goes to sleep by itself has.
struct Effort {
  static Effort now() {
    timespec cpu{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
    rusage usage{};
    ::getrusage(RUSAGE_THREAD, &usage);
    return {std::chrono::seconds(cpu.tv_sec) + std::chrono::nanoseconds(cpu.tv_nsec),
            Clock::now(),
            usage.ru_nvcsw};
  }
  friend std::chrono::nanoseconds operator-(const Effort& end, const Effort& begin) {
    if (end.sleeps > begin.sleeps) return end.wall - begin.wall;
    return end.cpu - begin.cpu;
  }

  std::chrono::nanoseconds cpu;
  Time wall;
  long sleeps;  // NOLINT(google-runtime-int): the kernel's type
};

// The place of the "model" value in a JSON body.
pbay_span model_span(std::string_view body) {
  std::array<json::Wanted, 1> wanted{json::Wanted{.path = "model"}};
  if (!json::scan(body, wanted) || !wanted[0].found) return {0, 0};
  return {wanted[0].span.begin, wanted[0].span.size()};
}

}  // namespace

StrictCall::StrictCall(StrictProvider& provider, const RequestSample& request, CallOptions options)
    : provider_(provider),
      host_(provider.host()),
      request_(request),
      options_(std::move(options)),
      record_(host_.open_call(request.mode, request.flags)) {
  record_.refuse_from = options_.refuse_from;
  record_.fail_allocation = options_.fail_allocation;
  record_.room = options_.room;
}

StrictCall::~StrictCall() {
  destroy();
  host_.close_call(record_.id);
  seal(lasting_);
  seal(body_);
}

pbay_status StrictCall::run_function(const char* name,
                                     std::initializer_list<pbay_status> allowed,
                                     const std::function<pbay_status()>& work) {
  pbay_status status = PBAY_OK;
  {
    const std::lock_guard lock(host_.mutex());
    record_.refused = false;
  }
  run_quietly(name, [&] { status = work(); });
  if (was_refused() && status != PBAY_E_CANCELLED) {
    host_.breaches().add(Rule::kRefusals,
                         "emit() returned PBAY_E_CANCELLED, and " + std::string(name) +
                             "() returned " + status_name(status));
  }
  if (status > 0 && std::find(allowed.begin(), allowed.end(), status) == allowed.end()) {
    host_.breaches().add(Rule::kStatuses, std::string(name) + "() returned " + status_name(status));
    status = PBAY_E_FAIL;
  }
  return status;
}

void StrictCall::run_quietly(const char* name, const std::function<void()>& work) {
  std::chrono::nanoseconds taken{};
  const auto run = [&] {
    host_.enter(record_);
    Trail::function(name);
    const Effort before = Effort::now();
    work();
    taken = Effort::now() - before;
    Trail::function("");
    host_.leave(record_);
  };
  if (options_.runner) {
    options_.runner(run);
  } else {
    run();
  }
  auto& longest = times_[name];
  longest = std::max(longest, taken);
}

pbay_request StrictCall::request_view(Arguments& arguments) {
  pbay_request view{};
  view.size = sizeof view;
  view.mode = request_.mode;
  view.id = record_.id;
  view.flags = request_.flags;
  view.dialect = arguments.text(request_.dialect, "the dialect");
  view.model = arguments.text(request_.model, "the model's name");
  view.model_value = model_span(request_.body);
  view.method = arguments.text(request_.method, "the method");
  view.path = arguments.text(request_.path, "the path");
  view.request_id = arguments.text("check-request", "the request's id");
  std::vector<const pbay_part*> parts;
  for (const PartSample& part : request_.parts) {
    pbay_part given{};
    given.size = sizeof given;
    given.name = arguments.text(part.name, "the name of a part");
    given.filename = arguments.text(part.filename, "the file name of a part");
    given.content_type = arguments.text(part.content_type, "the content type of a part");
    given.length = part.content.size();
    given.data = arguments.bytes(part.content, "the content of a part");
    parts.push_back(arguments.structure(given, "a part of the request"));
  }
  if (!parts.empty()) {
    view.parts = arguments.array<const pbay_part*>(parts, "the list of parts");
    view.part_count = parts.size();
  }
  std::vector<pbay_kv> headers;
  for (const auto& [name, value] : request_.headers) {
    headers.push_back({arguments.text(name, "the name of a client's header"),
                       arguments.text(value, "a client's header")});
  }
  if (!headers.empty()) {
    view.headers = arguments.array<pbay_kv>(headers, "the list of the client's headers");
    view.header_count = headers.size();
  }
  // What a host of a later version may hang behind a struct; unknown ids are skipped.
  if (host_.options().age == HostOptions::Age::kNewer) {
    constexpr std::uint32_t kUnknownFlag = 1U << 20;
    view.flags |= kUnknownFlag;
    static constexpr pbay_chain kChain{sizeof(pbay_chain), 0, "org.example.unknown/1", nullptr};
    view.next = arguments.structure(kChain, "an unknown extension record");
  }
  return view;
}

pbay_status StrictCall::create() {
  Arguments arguments(host_, keeper_, "the request");
  Arguments body(host_, keeper_, "the request");
  pbay_request view = request_view(arguments);
  view.body = body.bytes(request_.body, "the body");
  const pbay_request* given = arguments.structure(view, "the struct");
  pbay_call* made = nullptr;
  const pbay_status status = run_function("call_create", {}, [&] {
    return provider_.table().call_create(provider_.raw(), given, &made);
  });
  lasting_ = arguments.release();
  body_ = body.release();
  if (status < 0) return status;
  if (made == nullptr) {
    host_.breaches().add(Rule::kStatuses, "call_create() succeeded without a call");
    return PBAY_E_FAIL;
  }
  raw_ = made;
  const std::lock_guard lock(host_.mutex());
  record_.raw = made;
  return PBAY_OK;
}

pbay_status StrictCall::build(BuiltRequest& out) {
  Arguments arguments(host_, keeper_, "build_request()");
  auto* request = arguments.out_structure<pbay_http_request>("the upstream request");
  const std::uint32_t size = request->size;
  const pbay_status status = run_function(
      "build_request", {}, [&] { return provider_.table().build_request(raw_, request); });
  if (status < 0) return status;
  Trail::function("build_request: what it filled in");
  out = read_request(*request, &request_);
  Trail::function("");
  if (request->size != size) out.faults.emplace_back("it changed the size of the host's struct");
  return PBAY_OK;
}

pbay_sink* StrictCall::make_sink() {
  auto& target = sinks_.emplace_back(std::make_unique<SinkTarget>());
  *target = {&host_, &record_, true};
  const pbay_sink sink{sizeof(pbay_sink), 0, target.get(), sink_emit};
  if (host_.options().poisons_sinks || host_.options().age == HostOptions::Age::kOldest) {
    return static_cast<pbay_sink*>(
        host_.sealed()->place(&sink, sizeof sink, alignof(pbay_sink), "the sink of a callback"));
  }
  // An unpoisoned sink stays, so that only the check for it minds who keeps one.
  auto& block = keeper_.emplace_back(std::make_unique<std::byte[]>(kSinkBytes));
  std::memcpy(block.get(), &sink, sizeof sink);
  return reinterpret_cast<pbay_sink*>(block.get());
}

void StrictCall::close_sink(pbay_sink* sink) {
  if (host_.options().poisons_sinks) host_.sealed()->seal(sink);
  sinks_.back()->open = false;
}

pbay_status StrictCall::head(const AnswerSample& answer, pbay_framing framing) {
  if (provider_.table().on_head == nullptr) return PBAY_OK;
  Arguments arguments(host_, keeper_, "on_head()");
  std::vector<pbay_kv> headers;
  for (const auto& [name, value] : answer.headers) {
    headers.push_back({arguments.text(name, "the name of an answer's header"),
                       arguments.text(value, "an answer's header")});
  }
  pbay_http_head view{};
  view.size = sizeof view;
  view.status = answer.status;
  view.framing = framing;
  view.headers = headers.empty() ? nullptr : arguments.array<pbay_kv>(headers, "the headers");
  view.header_count = headers.size();
  const auto* given = arguments.structure(view, "the head");
  pbay_sink* sink = make_sink();
  const pbay_status status =
      run_function("on_head", {PBAY_S_NEXT_REQUEST, PBAY_S_PASSTHROUGH}, [&] {
        return provider_.table().on_head(raw_, given, sink);
      });
  close_sink(sink);
  if (status == PBAY_S_PASSTHROUGH && (request_.flags & PBAY_REQ_SAME_DIALECT) == 0 &&
      request_.mode != PBAY_MODE_RAW) {
    host_.breaches().add(Rule::kStatuses,
                         "on_head() returned PBAY_S_PASSTHROUGH without PBAY_REQ_SAME_DIALECT");
  }
  // From here on the prompt is dropped.
  if (answer.status >= 200 && answer.status < 300 && status != PBAY_S_NEXT_REQUEST) seal(body_);
  return status;
}

pbay_status StrictCall::frames(std::span<const FrameSample> frames) {
  Arguments arguments(host_, keeper_, "on_frames()");
  std::vector<pbay_frame> views;
  for (const FrameSample& frame : frames) {
    views.push_back({arguments.bytes(frame.data, "the data of a frame"),
                     arguments.text(frame.event, "the event name of a frame"),
                     arguments.text(frame.id, "the id of a frame")});
  }
  const auto* given = arguments.array<pbay_frame>(views, "the list of frames");
  pbay_sink* sink = make_sink();
  const pbay_status status = run_function("on_frames", {PBAY_S_STOP}, [&] {
    return provider_.table().on_frames(raw_, given, views.size(), sink);
  });
  close_sink(sink);
  return status;
}

pbay_status StrictCall::end(pbay_status status) {
  Arguments arguments(host_, keeper_, "on_end()");
  pbay_http_end view{};
  view.size = sizeof view;
  view.status = status;
  if (status < 0) view.detail = arguments.text("the connection broke off", "the detail");
  const auto* given = arguments.structure(view, "the end");
  pbay_sink* sink = make_sink();
  const pbay_status answer = run_function(
      "on_end", {PBAY_S_NEXT_REQUEST}, [&] { return provider_.table().on_end(raw_, given, sink); });
  close_sink(sink);
  return answer;
}

void StrictCall::destroy() {
  if (raw_ == nullptr) return;
  pbay_call* going = std::exchange(raw_, nullptr);
  {
    // A host gives up on a call that was cancelled and never completed; it does not pull it away.
    const std::lock_guard lock(host_.mutex());
    if (record_.is_started && !record_.is_completed) return;
  }
  run_quietly("call_destroy", [&] { provider_.table().call_destroy(going); });
}

void StrictCall::seal(std::vector<const void*>& pieces) {
  if (!host_.options().seals_arguments || host_.sealed() == nullptr) return;
  for (const void* piece : std::exchange(pieces, {}))
    host_.sealed()->seal(piece);
}

bool StrictCall::is_blocked() {
  const std::lock_guard lock(host_.mutex());
  return record_.is_blocked;
}
bool StrictCall::is_completed() {
  const std::lock_guard lock(host_.mutex());
  return record_.is_completed;
}
pbay_status StrictCall::completion() {
  const std::lock_guard lock(host_.mutex());
  return record_.completion;
}
std::string StrictCall::transcript() {
  const std::lock_guard lock(host_.mutex());
  return record_.transcript;
}
std::string StrictCall::joined() {
  const std::lock_guard lock(host_.mutex());
  return record_.joined;
}
std::size_t StrictCall::event_count() {
  const std::lock_guard lock(host_.mutex());
  return record_.events;
}
std::size_t StrictCall::allocation_count() {
  const std::lock_guard lock(host_.mutex());
  return record_.allocations;
}
bool StrictCall::was_refused() {
  const std::lock_guard lock(host_.mutex());
  return record_.refused;
}
std::optional<ToldError> StrictCall::error() {
  const std::lock_guard lock(host_.mutex());
  return record_.error;
}
std::string StrictCall::missing_at_end() {
  const std::lock_guard lock(host_.mutex());
  return record_.grammar.end();
}

}  // namespace patchbay::check
