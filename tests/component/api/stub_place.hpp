// A workplace on a worker, and a snapshot whose one provider is the stub: what tests of calls
// without a client share.

#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/api/reply.hpp"
#include "core/json/scan.hpp"
#include "core/plugin_host/catalog.hpp"
#include "core/relay/call_request.hpp"
#include "tests/support/on_workers.hpp"

namespace patchbay::api {

class StubPlace {
 public:
  StubPlace() {
    std::vector<Problem> problems;
    const auto instances = catalog_.load(
        {{.name = "stub", .type = "stub", .type_origin = {}, .origin = {}, .config = {}}},
        problems);
    for (const Problem& problem : problems)
      ADD_FAILURE() << problem.text();
    relay::Provider provider;
    provider.instance = instances.at(0);
    Snapshot snapshot{routing::RouteTable({}, {}), {}, AccessPolicy{true, {}, {}}};
    snapshot.providers.emplace("stub", std::move(provider));
    snapshot_ = std::make_shared<const Snapshot>(std::move(snapshot));
    workers.run(0, [this] { place_.emplace(workers[0]); });
  }

  ~StubPlace() {
    workers.run(0, [this] { place_.reset(); });
    snapshot_.reset();
  }
  StubPlace(const StubPlace&) = delete;
  StubPlace& operator=(const StubPlace&) = delete;

  [[nodiscard]] Context context() {
    Context context;
    context.workplace = &*place_;
    context.snapshot = snapshot_;
    context.request_id = "r1";
    return context;
  }

  [[nodiscard]] std::size_t live_calls() const {
    return snapshot_->providers.at("stub").instance->live_calls();
  }

  static routing::Route route() {
    return {.targets = {{.provider = "stub", .upstream_model = "m"}}, .rule = "test"};
  }

  static relay::CallRequest request(pbay_mode mode, std::string dialect, std::string body) {
    relay::CallRequest request;
    request.mode = mode;
    request.dialect = std::move(dialect);
    request.padded_body = std::move(body);
    request.padded_body.append(json::Padded::kBytes, '\0');
    return request;
  }

  test::Workers workers{1};

 private:
  plugin_host::Catalog catalog_{{.search_path = {PATCHBAY_TEST_PLUGINS},
                                 .state_folder = {},
                                 .host_version = "0.0.1",
                                 .log = [](int, std::string_view, std::string_view) {},
                                 .log_level = PBAY_LOG_ERROR}};
  SnapshotPtr snapshot_;
  std::optional<relay::Workplace> place_;
};

}  // namespace patchbay::api
