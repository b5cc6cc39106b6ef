// `redis:`, what replicas share beside the database.

#include <utility>

#include "core/base/redis_address.hpp"
#include "core/settings/shape.hpp"

namespace patchbay::settings {

void read_redis(const ConfigValue* value, Redis& redis, Report& report) {
  Fields fields(value, "redis", report);
  std::string url;
  const ConfigValue* written = fields.text("url", url);
  if (written != nullptr && !url.empty()) {
    if (const auto address = parse_redis_url(url)) {
      redis.url = std::move(url);
      redis.url_origin = written->origin;
    } else {
      // Not quoted, wherever it comes from: the password stands in it.
      ConfigValue hidden = *written;
      hidden.secret = true;
      fields.problem(hidden, "url", address.error().message);
    }
  }
  fields.finish();
}

}  // namespace patchbay::settings
