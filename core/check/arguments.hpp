// What one function of a plugin is given, in memory as the host's options say: roomy, to the byte,
// or larger than the plugin knows; and taken away afterwards where the host seals.
//
//   Arguments arguments(host, call.keeper, "on_head()");
//   auto* head = arguments.structure(pbay_http_head{...}, "the head");
//   ... table.on_head(raw, head, sink) ...

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/check/strict_host.hpp"

namespace patchbay::check {

class Arguments {
 public:
  Arguments(StrictHost& host, Keeper& keeper, std::string function)
      : host_(host), keeper_(keeper), function_(std::move(function)) {}
  // Seals everything, where the host does so; and looks whether the plugin wrote beyond a struct.
  ~Arguments();
  Arguments(const Arguments&) = delete;
  Arguments& operator=(const Arguments&) = delete;

  // A copy of a struct that starts with its size.
  template <typename T>
  T* structure(const T& value, std::string_view name) {
    static_assert(std::is_trivially_copyable_v<T>);
    return static_cast<T*>(sized(&value, sizeof value, alignof(T), kUnknown, name));
  }
  // The same for one that the plugin fills in, which the host has zeroed.
  template <typename T>
  T* out_structure(std::string_view name) {
    static_assert(std::is_trivially_copyable_v<T>);
    T value{};
    value.size = sizeof value;
    return static_cast<T*>(sized(&value, sizeof value, alignof(T), std::byte{0}, name));
  }
  // A copy of an array of leaves or pointers.
  template <typename T>
  T* array(std::span<const T> values, std::string_view name) {
    static_assert(std::is_trivially_copyable_v<T>);
    return static_cast<T*>(place(values.data(), values.size_bytes(), alignof(T), name));
  }
  pbay_str text(std::string_view text, std::string_view name);
  pbay_bytes bytes(std::string_view bytes, std::string_view name);

  // From here on the plugin may not look at anything of this; done by the destructor too.
  void seal();
  // The pieces stay usable after this object; to be sealed by whoever gets them.
  std::vector<const void*> release();

 private:
  static constexpr std::byte kUnknown{0xA5};  // in members that the plugin does not know

  void* sized(const void* value,
              std::size_t size,
              std::size_t align,
              std::byte tail,
              std::string_view name);
  void* place(const void* data, std::size_t size, std::size_t align, std::string_view name);
  void check_tails();

  struct Tail {
    const std::byte* begin;
    std::byte fill;
    std::string name;
  };

  StrictHost& host_;
  Keeper& keeper_;
  const std::string function_;
  std::vector<const void*> pieces_;
  std::vector<Tail> tails_;
};

}  // namespace patchbay::check
