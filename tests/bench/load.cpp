// bench_load: the clients of scripts/bench, on one thread. Figures are printed as lines of JSON.
//
//   bench_load requests --port 8080 --request FILE [--connections 32] [--per-second 5000] ...
//   bench_load streams --port 8080 --request FILE [--connections 1000] [--stalled] ...

#include <csignal>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "tests/bench/request_load.hpp"
#include "tests/bench/sockets.hpp"
#include "tests/bench/stream_load.hpp"

namespace {

using patchbay::bench::RequestFigures;
using patchbay::bench::RequestLoad;
using patchbay::bench::StreamLoad;

std::string content_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

double quantile_us(const RequestFigures& figures, double q) {
  if (figures.times_ns.empty()) return 0;
  const auto last = static_cast<double>(figures.times_ns.size() - 1);
  return static_cast<double>(figures.times_ns[static_cast<std::size_t>(q * last)]) / 1000;
}

int run_requests(const RequestLoad& load) {
  const RequestFigures figures = patchbay::bench::run(load);
  std::printf(
      "{\"requests\": %llu, \"errors\": %llu, \"seconds\": %.4f, \"cpu_ns\": %lld, "
      "\"waiting_ns\": %lld, \"p50_us\": %.1f, \"p99_us\": %.1f, \"max_us\": %.1f}\n",
      static_cast<unsigned long long>(figures.requests),
      static_cast<unsigned long long>(figures.errors),
      figures.seconds,
      static_cast<long long>(figures.cost.cpu_ns),
      static_cast<long long>(figures.cost.waiting_ns),
      quantile_us(figures, 0.5),
      quantile_us(figures, 0.99),
      quantile_us(figures, 1));
  return figures.requests > 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("The load that scripts/bench measures under");
  app.require_subcommand(1);
  RequestLoad requests;
  StreamLoad streams;
  std::string file;

  CLI::App* const ask = app.add_subcommand("requests", "whole answers over kept connections");
  ask->add_option("--port", requests.port)->required();
  ask->add_option("--request", file, "file with the bytes to send")->required();
  ask->add_option("--connections", requests.connections);
  ask->add_option("--warm-up", requests.warm_up_seconds);
  ask->add_option("--seconds", requests.seconds);
  ask->add_option("--per-second", requests.per_second, "0: as fast as the answers come");
  ask->add_option("--watch", requests.watched, "processes whose CPU time counts")->delimiter(',');

  CLI::App* const hold = app.add_subcommand("streams", "streams without end, told by stdin");
  hold->add_option("--port", streams.port)->required();
  hold->add_option("--request", file, "file with the bytes to send")->required();
  hold->add_option("--connections", streams.connections);
  hold->add_option("--opening", streams.opening_max, "asked and not yet answered, at most");
  hold->add_flag("--stalled", streams.stalled, "never read");
  hold->add_option("--watch", streams.watched, "processes whose CPU time counts")->delimiter(',');
  CLI11_PARSE(app, argc, argv);

  std::signal(SIGPIPE, SIG_IGN);
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  patchbay::bench::raise_descriptor_limit();
  requests.request = streams.request = content_of(file);
  return ask->parsed() ? run_requests(requests) : patchbay::bench::run(streams);
}
