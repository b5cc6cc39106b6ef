// A program that tries plugins out, as the server does when it calls itself.

#include "core/plugin_host/probe.hpp"

int main() {
  return patchbay::plugin_host::run_probe();
}
