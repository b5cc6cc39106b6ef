// What was taken apart can be put together again and means the same.

#include <algorithm>
#include <string>

#include "core/http/percent.hpp"
#include "core/http/target.hpp"
#include "core/http/url.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace {

using patchbay::fuzz::require;
namespace http = patchbay::http;

void check_path(std::string_view path) {
  const auto split = http::split_path(path);
  if (!split) return;
  std::string again;
  for (const std::string_view segment : split->segments()) {
    require(segment != "." && segment != "..");
    again.append("/").append(http::percent_encoded(segment));
  }
  if (split->trailing_slash() || again.empty()) again += '/';
  const auto resplit = http::split_path(again);
  require(resplit.has_value());
  require(resplit->segments() == split->segments());
  require(resplit->trailing_slash() == split->trailing_slash());
}

void check_query(std::string_view query) {
  const auto parameters = http::parse_query(query);
  if (!parameters) return;
  std::string again;
  for (const http::QueryParameter& parameter : *parameters) {
    again.append("&").append(http::percent_encoded(parameter.name)).append("=");
    again.append(http::percent_encoded(parameter.value));
    require(http::find_parameter(*parameters, parameter.name).has_value());
  }
  const auto reparsed = http::parse_query(again);
  require(reparsed.has_value() && reparsed->size() == parameters->size());
  for (std::size_t i = 0; i < parameters->size(); ++i) {
    require((*reparsed)[i].name == (*parameters)[i].name);
    require((*reparsed)[i].value == (*parameters)[i].value);
  }
}

void check_url(std::string_view text) {
  const auto url = http::parse_url(text);
  if (!url) return;
  require(!url->host.empty() && url->port != 0);
  const std::string joined = http::join(*url, "/models?a=1");
  const auto again = http::parse_url(joined);
  require(again.has_value());
  require(again->host == url->host && again->port == url->port && again->tls == url->tls);
  require(again->ipv6 == url->ipv6 && again->path.ends_with("/models"));
  require(again->query.ends_with("a=1"));
  require(again->authority() == url->authority());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto target = http::parse_target(text)) {
    if (target->path != "*") check_path(target->path);
    check_query(target->query);
  }
  check_query(text);
  check_url(text);
  std::string decoded;
  require(http::append_percent_decoded(decoded, http::percent_encoded(text)).has_value() ==
          (text.find('\0') == std::string_view::npos));
  require(decoded.empty() || decoded == text);
  return 0;
}
