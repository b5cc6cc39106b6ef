// The host as a C++ plugin sees it, and the views that cross the boundary. Part of plugin.hpp.

#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

#include "patchbay/abi.h"

namespace patchbay::sdk {

// Views in both directions; none copies.
constexpr pbay_str str(std::string_view text) noexcept {
  return {text.data(), text.size()};
}
constexpr std::string_view view(pbay_str text) noexcept {
  return text.len == 0 ? std::string_view() : std::string_view(text.ptr, text.len);
}
inline pbay_bytes bytes(std::string_view text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view view(pbay_bytes data) noexcept {
  if (data.len == 0) return {};
  return {reinterpret_cast<const char*>(data.ptr), data.len};
}

// One thing a provider can do, for kOps.
constexpr pbay_op op(pbay_mode mode, std::string_view dialect) noexcept {
  return {mode, 0, str(dialect)};
}

// One piece of an upstream body.
inline pbay_piece piece(std::string_view text) noexcept {
  return {bytes(text), PBAY_PIECE_BYTES};
}

// Header names are compared without regard to ASCII case, as HTTP asks.
constexpr bool same_name(std::string_view a, std::string_view b) noexcept {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

// The value of the first header of that name; empty if there is none.
inline std::string_view find_header(std::span<const pbay_kv> headers,
                                    std::string_view name) noexcept {
  for (const pbay_kv& header : headers) {
    if (same_name(view(header.key), name)) return view(header.value);
  }
  return {};
}

// Why something failed; pbay_error with defaults. The views are read during the call that gets it.
struct Failure {
  std::int32_t category = PBAY_ERR_INTERNAL;
  std::string_view message = {};  // for people; a client may see it
  std::string_view code = {};     // for programs
  std::string_view param = {};    // the field at fault
  std::int32_t http_status = 0;   // 0: follows from the category
  std::int64_t retry_after_ms = -1;
  std::uint32_t flags = 0;  // PBAY_ERRF_*
  std::string_view upstream_body = {};
};

inline pbay_error to_error(const Failure& failure) noexcept {
  return {sizeof(pbay_error),
          failure.flags,
          failure.category,
          failure.http_status,
          failure.retry_after_ms,
          str(failure.message),
          str(failure.code),
          str(failure.param),
          bytes(failure.upstream_body)};
}

// The host's services. A value to copy: it is one pointer, valid until deinit(). Thread-safe.
class Host {
 public:
  explicit Host(const pbay_host* raw) noexcept : raw_(raw) {}

  [[nodiscard]] const pbay_host* raw() const noexcept { return raw_; }
  [[nodiscard]] std::string_view version() const noexcept { return view(raw_->version); }

  // Whether a line of this level would be written: ask before composing an expensive one.
  [[nodiscard]] bool logs(std::int32_t level) const noexcept {
    return level >= raw_->log_level(raw_);
  }
  void log(std::int32_t level,
           pbay_call_id call,
           std::string_view message,
           std::initializer_list<pbay_kv> fields = {}) const noexcept {
    raw_->log(raw_, level, call, str(message), fields.begin(), fields.size());
  }

  [[nodiscard]] std::uint64_t now_ns() const noexcept { return raw_->now_ns(raw_); }
  [[nodiscard]] std::int64_t unix_ms() const noexcept { return raw_->unix_ms(raw_); }
  void random(std::span<std::byte> out) const noexcept {
    raw_->random(raw_, out.data(), out.size());
  }

  // The table of a host extension, or nullptr.
  template <typename Table>
  [[nodiscard]] const Table* extension(const char* id) const noexcept {
    return static_cast<const Table*>(raw_->get_extension(raw_, id));
  }

  // Memory in the call's arena; nullptr beyond its limit. [call]
  [[nodiscard]] void* allocate(pbay_call_id call,
                               std::size_t size,
                               std::size_t align) const noexcept {
    return raw_->call_alloc(raw_, call, size, align);
  }

  // Tells why what is about to return `status` fails (call 0: the lifecycle function in progress);
  // returns `status`.
  pbay_status fail(pbay_call_id call,
                   const Failure& failure,
                   pbay_status status = PBAY_E_FAIL) const noexcept {
    const pbay_error error = to_error(failure);
    raw_->set_error(raw_, call, &error);
    return status;
  }

 private:
  const pbay_host* raw_;
};

}  // namespace patchbay::sdk
