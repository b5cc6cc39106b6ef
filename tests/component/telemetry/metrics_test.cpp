#include "core/telemetry/metrics.hpp"

#include <atomic>
#include <chrono>
#include <future>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace patchbay::telemetry {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

TEST(Metrics, AddsUpWhatTheWorkersCount) {
  Metrics metrics({.workers = 2});
  metrics.worker(0).requests.at({"/health", "GET", "200"}).add(3);
  metrics.worker(1).requests.at({"/health", "GET", "200"}).add(4);
  metrics.worker(1).requests.at({"/ready", "GET", "200"}).add(1);
  const std::string page = metrics.page();
  EXPECT_THAT(
      page,
      HasSubstr(R"(patchbay_http_requests_total{route="/health",method="GET",code="200"} 7)"));
  EXPECT_THAT(
      page, HasSubstr(R"(patchbay_http_requests_total{route="/ready",method="GET",code="200"} 1)"));
}

TEST(Metrics, AddsUpHistogramsOfTheWorkers) {
  Metrics metrics({.workers = 2});
  const auto observe = [&](unsigned worker, std::chrono::nanoseconds took) {
    metrics.worker(worker).calls.at({"p", "m", "chat", "true"}).duration.observe(took);
  };
  observe(0, 2ms);
  observe(1, 2ms);
  observe(1, 2min);
  const std::string page = metrics.page();
  const std::string labels = R"({provider="p",model="m",mode="chat",stream="true")";
  EXPECT_THAT(page,
              HasSubstr("patchbay_call_duration_seconds_bucket" + labels + R"(,le="0.005"} 2)"));
  EXPECT_THAT(page, HasSubstr("patchbay_call_duration_seconds_count" + labels + "} 3"));
}

TEST(Metrics, TellsWorkersApartWhereThatSaysSomething) {
  Metrics metrics({.workers = 2});
  metrics.worker(0).clients.connections.set(5);
  metrics.worker(1).clients.connections.set(6);
  const std::string page = metrics.page();
  EXPECT_THAT(page, HasSubstr(R"(patchbay_client_connections{worker="0"} 5)"));
  EXPECT_THAT(page, HasSubstr(R"(patchbay_client_connections{worker="1"} 6)"));
}

TEST(Metrics, HasNoMoreSeriesThanItsBounds) {
  Metrics metrics({.workers = 2});
  const std::size_t many = 4 * kRequestSeriesMax;
  for (std::size_t i = 0; i < many; ++i) {
    WorkerMetrics& worker = metrics.worker(i % 2);
    const std::string name = "made-up-" + std::to_string(i);
    worker.requests.at({name, "GET", "200"}).add();
    worker.calls.at({name, name, "chat", "true"}).good.add();
    worker.providers.at({name}).requests.add();
  }
  const std::string page = metrics.page();
  const auto count = [&](const std::string& begin) {
    std::size_t found = 0;
    for (std::size_t at = page.find(begin); at != std::string::npos; at = page.find(begin, at + 1))
      ++found;
    return found;
  };
  EXPECT_EQ(count("\npatchbay_http_requests_total{"), kRequestSeriesMax + 1);
  EXPECT_EQ(count("\npatchbay_calls_active{"), kCallSeriesMax + 1);
  EXPECT_EQ(count("\npatchbay_upstream_requests_total{"), kProviderSeriesMax + 1);
  EXPECT_THAT(page,
              HasSubstr(R"({provider="other",model="other",mode="other",stream="other",)"
                        R"(outcome="ok"} )" +
                        std::to_string(many - kCallSeriesMax)));
}

TEST(Metrics, AsksItsSources) {
  Metrics metrics({.workers = 1, .version = "1.2.3"});
  EXPECT_THAT(metrics.page(), HasSubstr(R"(patchbay_build_info{version="1.2.3"} 1)"));
  EXPECT_THAT(metrics.page(), Not(HasSubstr("more_things")));
  metrics.add_source([](Exposition& page) {
    page.family(Exposition::Type::kGauge, "more_things", "More.");
    page.add({}, 7);
  });
  EXPECT_THAT(metrics.page(), HasSubstr("\nmore_things 7\n"));
}

TEST(Metrics, KnowsItsProcess) {
  const std::string page = Metrics({.workers = 1}).page();
  for (const char* name : {"process_resident_memory_bytes ",
                           "process_open_fds ",
                           "process_max_fds ",
                           "process_start_time_seconds ",
                           "process_cpu_seconds_total ",
                           "process_threads "}) {
    EXPECT_THAT(page, HasSubstr(std::string("\n") + name)) << name;
  }
}

TEST(Metrics, MakesAPageOnAThreadOfItsOwn) {
  Metrics metrics({.workers = 1});
  std::promise<std::thread::id> made_on;
  Metrics::PagePtr kept;
  metrics.scrape([&](const Metrics::PagePtr& page) {
    kept = page;
    made_on.set_value(std::this_thread::get_id());
  });
  EXPECT_NE(made_on.get_future().get(), std::this_thread::get_id());
  EXPECT_THAT(*kept, HasSubstr("patchbay_build_info"));
}

TEST(Metrics, ServesThoseWhoCameMeanwhileWithOnePage) {
  Metrics metrics({.workers = 1});
  std::promise<void> begun;
  std::promise<void> go_on;
  std::atomic<int> pages{0};
  metrics.add_source([&](Exposition&) {
    if (++pages > 1) return;
    begun.set_value();
    go_on.get_future().wait();
  });
  metrics.scrape([](const auto&) {});
  begun.get_future().wait();
  constexpr int kLate = 5;
  std::atomic<int> served{0};
  std::promise<void> all;
  for (int i = 0; i < kLate; ++i) {
    metrics.scrape([&](const auto&) {
      if (++served == kLate) all.set_value();
    });
  }
  go_on.set_value();
  all.get_future().wait();
  EXPECT_EQ(pages, 2);
}

TEST(Metrics, DropsWhoAsksAfterItStopped) {
  Metrics metrics({.workers = 1});
  metrics.stop();
  bool served = false;
  metrics.scrape([&](const auto&) { served = true; });
  metrics.stop();
  EXPECT_FALSE(served);
}

// The thread sanitizer watches over this one.
TEST(Metrics, CanBeScrapedWhileWorkersCount) {
  Metrics metrics({.workers = 2});
  std::atomic<bool> enough{false};
  const auto work = [&](unsigned index) {
    WorkerMetrics& worker = metrics.worker(index);
    for (unsigned i = 0; !enough; ++i) {
      worker.calls.at({"p", std::to_string(i % 500), "chat", "true"}).duration.observe(1ms);
      worker.loop.activity.begin("work");
    }
  };
  std::thread one([&] { work(0); });
  std::thread two([&] { work(1); });
  for (int i = 0; i < 5; ++i)
    EXPECT_FALSE(metrics.page().empty());
  enough = true;
  one.join();
  two.join();
}

}  // namespace
}  // namespace patchbay::telemetry
