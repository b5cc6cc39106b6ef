// bench_upstream: see upstream_server.hpp. Prints its ports as JSON and serves until its standard
// input ends.

#include <csignal>
#include <cstdio>
#include <string>

#include <CLI/CLI.hpp>

#include "tests/bench/sockets.hpp"
#include "tests/bench/upstream_server.hpp"

int main(int argc, char** argv) {
  CLI::App app("The upstream that scripts/bench measures against");
  std::string certificate;
  std::string key;
  app.add_option("--certificate", certificate, "PEM file; with --key, a TLS port as well");
  app.add_option("--key", key, "PEM file");
  CLI11_PARSE(app, argc, argv);

  std::signal(SIGPIPE, SIG_IGN);
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  patchbay::bench::raise_descriptor_limit();
  patchbay::bench::UpstreamServer server(certificate, key);
  std::printf("{\"port\": %u, \"tls_port\": %u}\n", server.port(), server.tls_port());
  server.run();
}
