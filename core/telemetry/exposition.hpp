// A page of metrics in the making, in Prometheus' text format.
//
//   Exposition page;
//   page.family(Exposition::Type::kGauge, "patchbay_build_info", "What runs.");
//   page.add({{"version", "1.2.3"}}, 1);
//   page.text();
//
// Not thread-safe.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace patchbay::telemetry {

class Exposition {
 public:
  enum class Type { kCounter, kGauge, kHistogram };

  using Label = std::pair<std::string, std::string>;
  using Labels = std::vector<Label>;

  // What a histogram comes to: counts by bucket, the last without a bound.
  struct Buckets {
    std::span<const std::int64_t> bounds_ns;
    std::vector<std::uint64_t> counts;  // bounds_ns.size() + 1
    std::uint64_t sum_ns = 0;

    // REQUIRES: the same bounds, or none here yet.
    void add(const Buckets& other);
  };

  Exposition();
  ~Exposition();
  Exposition(const Exposition&) = delete;
  Exposition& operator=(const Exposition&) = delete;

  // What follows belongs to this one. `help` is one line. A family without values is shown all the
  // same, so that a page always has the same names.
  void family(Type type, std::string name, std::string help);

  // REQUIRES: a family of a fitting type.
  void add(Labels labels, double value);
  void add(Labels labels, const Buckets& buckets);

  [[nodiscard]] std::string text() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

inline constexpr std::string_view kExpositionType = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace patchbay::telemetry
