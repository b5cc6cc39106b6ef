#include "core/telemetry/process_stats.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <system_error>

#include <sys/resource.h>
#include <unistd.h>

namespace patchbay::telemetry {
namespace {

using Type = Exposition::Type;

std::string contents_of(const char* file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// The fields of /proc/self/stat that are wanted, by their numbers in proc(5).
struct Stat {
  double cpu_ticks = 0;    // 14 and 15
  double threads = 0;      // 20
  double start_ticks = 0;  // 22, since the machine was started
  double memory = 0;       // 23, bytes of address space
  double resident = 0;     // 24, pages
};

std::optional<Stat> read_stat() {
  const std::string text = contents_of("/proc/self/stat");
  const std::size_t name_end = text.rfind(')');  // the program's name may hold anything
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream rest(text.substr(name_end + 1));
  constexpr std::size_t kFirst = 3;
  constexpr std::size_t kLast = 24;
  std::array<std::string, kLast + 1> fields;
  for (std::size_t i = kFirst; i <= kLast; ++i) {
    if (!(rest >> fields[i])) return std::nullopt;
  }
  const auto number = [&](std::size_t field) {
    return std::strtod(fields[field].c_str(), nullptr);
  };
  return Stat{number(14) + number(15), number(20), number(22), number(23), number(24)};
}

// When the machine was started, Unix seconds.
std::optional<double> boot_time() {
  std::istringstream lines(contents_of("/proc/stat"));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("btime ")) return std::strtod(line.c_str() + 6, nullptr);
  }
  return std::nullopt;
}

std::optional<double> open_descriptors() {
  std::error_code error;
  const std::filesystem::directory_iterator list("/proc/self/fd", error);
  if (error) return std::nullopt;
  std::int64_t count = 0;
  for (auto entry = list; entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    if (error) return std::nullopt;
    ++count;
  }
  return static_cast<double>(count - 1);  // one is the list itself
}

std::optional<double> descriptors_max() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::nullopt;
  return static_cast<double>(limit.rlim_cur);
}

}  // namespace

void add_process_stats(Exposition& page) {
  const auto put = [&](Type type, const char* name, const char* help, std::optional<double> value) {
    page.family(type, name, help);
    if (value) page.add({}, *value);
  };
  const std::optional<Stat> stat = read_stat();
  const auto of = [&](double Stat::*field, double factor) -> std::optional<double> {
    if (!stat) return std::nullopt;
    return (*stat).*field * factor;
  };
  const double tick = 1.0 / static_cast<double>(::sysconf(_SC_CLK_TCK));
  const auto page_bytes = static_cast<double>(::sysconf(_SC_PAGESIZE));
  std::optional<double> started = boot_time();
  if (started && stat) started = *started + stat->start_ticks * tick;

  put(Type::kCounter,
      "process_cpu_seconds_total",
      "Processor time used, in user and system mode.",
      of(&Stat::cpu_ticks, tick));
  put(Type::kGauge,
      "process_start_time_seconds",
      "When the process was started, in seconds since 1970.",
      started);
  put(Type::kGauge,
      "process_resident_memory_bytes",
      "Memory in use.",
      of(&Stat::resident, page_bytes));
  put(Type::kGauge, "process_virtual_memory_bytes", "Address space in use.", of(&Stat::memory, 1));
  put(Type::kGauge, "process_open_fds", "Open file descriptors.", open_descriptors());
  put(Type::kGauge, "process_max_fds", "The limit of open file descriptors.", descriptors_max());
  put(Type::kGauge, "process_threads", "Threads.", of(&Stat::threads, 1));
}

}  // namespace patchbay::telemetry
