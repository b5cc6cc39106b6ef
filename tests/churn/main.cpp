// churn upstream --seed N
//     Prints its port, serves until its standard input ends, prints what it saw.
// churn clients --port N --connections N --at-once N --seed N --models A,B --patience SECONDS
//     Prints what became of everything, and what is wrong on standard error. Exit code 1 if
//     anything is.
//
// What is printed is one JSON object a line.

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <unistd.h>

#include "tests/churn/crowd.hpp"
#include "tests/churn/echo_upstream.hpp"

namespace patchbay::churn {
namespace {

constexpr int kUsage = 64;

void print(std::initializer_list<std::pair<const char*, std::uint64_t>> members) {
  const char* before = "{";
  for (const auto& [name, value] : members) {
    std::printf("%s\"%s\": %llu", before, name, static_cast<unsigned long long>(value));
    before = ", ";
  }
  std::printf("}\n");
  std::fflush(stdout);
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == ',') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

bool read_options(const std::vector<std::string_view>& arguments, CrowdOptions& options) {
  if (arguments.size() % 2 != 0) return false;
  for (std::size_t i = 0; i < arguments.size(); i += 2) {
    const std::string_view name = arguments[i];
    const std::string_view value = arguments[i + 1];
    if (name == "--models") {
      options.models = split(value);
      continue;
    }
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || end != value.data() + value.size()) return false;
    if (name == "--port") {
      options.port = static_cast<std::uint16_t>(number);
    } else if (name == "--connections") {
      options.connections = number;
    } else if (name == "--at-once") {
      options.at_once = number;
    } else if (name == "--seed") {
      options.seed = number;
    } else if (name == "--patience") {
      options.patience = std::chrono::seconds(number);
    } else {
      return false;
    }
  }
  return true;
}

int upstream(const CrowdOptions& options) {
  EchoUpstream echo(options.seed);
  print({{"port", echo.port()}});
  echo.run(STDIN_FILENO);
  const EchoUpstream::Tally& seen = echo.result();
  print({{"connections", seen.connections},
         {"requests", seen.requests},
         {"answered", seen.answered},
         {"broken", seen.broken},
         {"left", seen.left}});
  return EXIT_SUCCESS;
}

int clients(CrowdOptions options) {
  Crowd crowd(std::move(options));
  crowd.run();
  const Tally& tally = crowd.result();
  print({{"connections", tally.connections},
         {"dropped", tally.dropped},
         {"verified", tally.verified},
         {"streams", tally.streams},
         {"failed", tally.failed},
         {"cut", tally.cut},
         {"refused", tally.refused},
         {"wrong", tally.wrong},
         {"strange", tally.strange},
         {"hung", tally.hung}});
  return tally.wrong + tally.strange + tally.hung == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int run(const std::vector<std::string_view>& arguments) {
  CrowdOptions options;
  const bool well =
      !arguments.empty() && read_options({arguments.begin() + 1, arguments.end()}, options);
  if (well && arguments.front() == "upstream") return upstream(options);
  if (well && arguments.front() == "clients") return clients(std::move(options));
  std::fputs("usage: churn upstream|clients --NAME VALUE...\n", stderr);
  return kUsage;
}

}  // namespace
}  // namespace patchbay::churn

int main(int count, char** arguments) {
  return patchbay::churn::run({arguments + 1, arguments + count});
}
