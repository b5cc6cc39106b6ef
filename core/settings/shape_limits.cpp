// The bounds of the bounds: what `limits:` may be set to. Below them nothing would work, above them
// a slip of the finger would take the machine's memory.

#include "core/settings/shape.hpp"

namespace patchbay::settings {
namespace {

constexpr std::int64_t kKiB = 1024;
constexpr std::int64_t kMiB = 1024 * kKiB;

}  // namespace

void read_limits(const ConfigValue* value, Limits& limits, Report& report) {
  Fields fields(value, "limits", report);
  fields.bytes("header_bytes", 1 * kKiB, 1 * kMiB, limits.header_bytes);
  fields.number("headers", 10, 10'000, limits.headers);
  fields.bytes("body_bytes", 1 * kKiB, 1024 * kMiB, limits.body_bytes);
  fields.number("connections", 1, 1'000'000, limits.connections);
  fields.bytes("output_bytes", 4 * kKiB, 64 * kMiB, limits.output_bytes);
  fields.duration_ms("header_timeout", limits.header_timeout_ms);
  fields.duration_ms("body_timeout", limits.body_timeout_ms);
  fields.duration_ms("idle_timeout", limits.idle_timeout_ms);
  fields.duration_ms("write_stall_timeout", limits.write_stall_timeout_ms);
  fields.finish();
}

}  // namespace patchbay::settings
