#include "tests/bench/process_cost.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

namespace patchbay::bench {

Cost cost_of(const std::vector<int>& processes) {
  namespace fs = std::filesystem;
  Cost sum;
  for (const int process : processes) {
    std::error_code error;
    const fs::path tasks = "/proc/" + std::to_string(process) + "/task";
    for (const auto& task : fs::directory_iterator(tasks, error)) {
      std::ifstream file(task.path() / "schedstat");
      Cost thread;
      if (!(file >> thread.cpu_ns >> thread.waiting_ns)) continue;
      sum.cpu_ns += thread.cpu_ns;
      sum.waiting_ns += thread.waiting_ns;
    }
  }
  return sum;
}

}  // namespace patchbay::bench
