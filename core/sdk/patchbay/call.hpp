// What a provider's create() and its calls are given. Part of plugin.hpp, whose top has an example.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "patchbay/abi.h"
#include "patchbay/host.hpp"
#include "patchbay/sink.hpp"

namespace patchbay::sdk {

// What create() is given. Valid during create() only; the Host in it may be copied and kept.
class Setup {
 public:
  Setup(const Host& host, const pbay_provider_config& config) : host_(host), config_(config) {}

  [[nodiscard]] const Host& host() const { return host_; }
  [[nodiscard]] std::string_view instance() const { return view(config_.instance); }
  [[nodiscard]] std::string_view json() const { return view(config_.json); }

  // Says what is wrong with the configuration; `pointer` is a JSON pointer into it ("/base_url").
  // Meant to be returned from create().
  std::nullptr_t refuse(std::string_view pointer, std::string_view message) const {
    host_.fail(0, {.category = PBAY_ERR_BAD_REQUEST, .message = message, .param = pointer});
    return nullptr;
  }

 private:
  const Host& host_;
  const pbay_provider_config& config_;
};

// The models that a provider knows without asking; owns their names.
class ModelList {
 public:
  ModelList() = default;
  ModelList(const ModelList&) = delete;  // the entries point into it
  ModelList& operator=(const ModelList&) = delete;

  void add(std::string_view id, std::string_view owner, std::uint64_t modes) {
    pbay_ev_model& model = models_.emplace_back();
    model.h.size = sizeof model;
    model.h.type = PBAY_EV_MODEL;
    model.id = str(names_.emplace_back(id));
    model.owner = str(names_.emplace_back(owner));
    model.modes = modes;
    pointers_.push_back(&model);
  }
  [[nodiscard]] std::span<const pbay_ev_model* const> entries() const { return pointers_; }

 private:
  std::deque<std::string> names_;  // deques: what they hold does not move
  std::deque<pbay_ev_model> models_;
  std::vector<const pbay_ev_model*> pointers_;
};

// The upstream request under construction. What it is given must live until the next
// build_request() of the call: use Call::keep(), join() and allocate() for what is made on the
// spot.
class HttpRequest {
 public:
  explicit HttpRequest(pbay_http_request& raw) : raw_(raw) {}

  void post(std::string_view url, pbay_framing framing) {
    raw_.method = str("POST");
    raw_.url = str(url);
    raw_.framing = framing;
  }
  void get(std::string_view url, pbay_framing framing) {
    raw_.method = str("GET");
    raw_.url = str(url);
    raw_.framing = framing;
  }
  void headers(std::span<const pbay_kv> headers) {
    raw_.headers = headers.data();
    raw_.header_count = headers.size();
  }
  void body(std::span<const pbay_piece> pieces) {
    raw_.body = pieces.data();
    raw_.body_count = pieces.size();
  }
  pbay_http_request& raw() { return raw_; }

 private:
  pbay_http_request& raw_;
};

// What every call has at hand: its request, its arena, its way to fail.
class Call {
 public:
  Call(const Host& host, const pbay_request& request) : host_(host), request_(request) {}
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  [[nodiscard]] const Host& host() const { return host_; }
  [[nodiscard]] const pbay_request& request() const { return request_; }
  [[nodiscard]] pbay_call_id id() const { return request_.id; }
  [[nodiscard]] std::string_view model() const { return view(request_.model); }
  [[nodiscard]] std::string_view body() const { return view(request_.body); }
  [[nodiscard]] bool streaming() const { return (request_.flags & PBAY_REQ_STREAM) != 0; }
  [[nodiscard]] bool wants_usage() const { return (request_.flags & PBAY_REQ_WANT_USAGE) != 0; }
  [[nodiscard]] bool same_dialect() const { return (request_.flags & PBAY_REQ_SAME_DIALECT) != 0; }
  // The value of a client header among kClientHeaders; empty if it was not sent.
  [[nodiscard]] std::string_view client_header(std::string_view name) const {
    return find_header({request_.headers, request_.header_count}, name);
  }

  // Says why the call fails; returns `status`, to be returned.
  pbay_status fail(const Failure& failure, pbay_status status = PBAY_E_FAIL) const {
    return host_.fail(id(), failure, status);
  }
  // The same for an answer that did not arrive in full. REQUIRES: end.status < 0.
  pbay_status fail_transport(const pbay_http_end& end) const {
    const bool late = end.status == PBAY_E_TIMEOUT;
    return fail({.category = late ? PBAY_ERR_TIMEOUT : PBAY_ERR_UPSTREAM,
                 .message = late ? "the upstream stopped answering"
                                 : "the connection to the upstream broke off",
                 .flags = PBAY_ERRF_RETRY_SAME | PBAY_ERRF_FAILOVER},
                end.status);
  }

  // Memory and text that live as long as the call. Fail with std::bad_alloc beyond the host's limit
  // (1 MiB a call), which the trampolines turn into PBAY_E_NO_MEMORY.
  template <typename T>
  std::span<T> allocate(std::size_t count) const {
    static_assert(std::is_trivially_destructible_v<T>, "the arena runs no destructors");
    void* memory = host_.allocate(id(), count * sizeof(T), alignof(T));
    if (memory == nullptr) throw std::bad_alloc();
    T* first = static_cast<T*>(memory);
    std::uninitialized_value_construct_n(first, count);
    return {first, count};
  }
  template <typename T>
  std::span<T> allocate(const T& only) const {
    std::span<T> one = allocate<T>(std::size_t{1});
    one.front() = only;
    return one;
  }
  std::string_view join(std::initializer_list<std::string_view> pieces) const {
    std::size_t size = 0;
    for (std::string_view piece : pieces)
      size += piece.size();
    if (size == 0) return {};
    std::span<char> text = allocate<char>(size);
    char* at = text.data();
    for (std::string_view piece : pieces)
      at = std::copy(piece.begin(), piece.end(), at);
    return {text.data(), size};
  }
  std::string_view keep(std::string_view text) const { return join({text}); }

 protected:
  ~Call() = default;  // destroyed as what it is, never through this base

 private:
  const Host host_;
  const pbay_request& request_;
};

// A call of a provider that does its own work. Exactly one complete() ends a started call; the
// object may be gone when complete() returns, so nothing of it is touched afterwards.
class ActiveCall : public Call {
 public:
  ActiveCall(const Host& host, const pbay_request& request)
      : Call(host, request), async_(host.extension<pbay_host_async>(PBAY_EXT_HOST_ASYNC)) {}

  // REQUIRES: the host offers patchbay.host.async/1 (ask in create(), or name it in `needs`).
  [[nodiscard]] Sink sink() const { return {host().raw(), async_, id()}; }
  [[nodiscard]] const pbay_host_async* async() const { return async_; }

  pbay_status complete() const { return async_->complete(host().raw(), id(), PBAY_OK, nullptr); }
  pbay_status complete(const Failure& failure, pbay_status status = PBAY_E_FAIL) const {
    const pbay_error error = to_error(failure);
    return async_->complete(host().raw(), id(), status, &error);
  }

 protected:
  ~ActiveCall() = default;

 private:
  const pbay_host_async* async_;
};

}  // namespace patchbay::sdk
