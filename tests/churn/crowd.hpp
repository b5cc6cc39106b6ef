// Many clients at once, one after another, until so many connections were opened.

#pragma once

#include <string>
#include <vector>

#include "tests/churn/client.hpp"

namespace patchbay::churn {

struct CrowdOptions {
  std::uint16_t port = 0;
  std::uint64_t connections = 1000;
  std::size_t at_once = 200;
  std::uint64_t seed = 1;
  std::vector<std::string> models{"stub"};
  std::chrono::seconds patience{60};
};

class Crowd final : private ClientHome {
 public:
  explicit Crowd(CrowdOptions options);

  // Runs until the last client is through.
  void run();

  [[nodiscard]] const Tally& result() const { return tally_; }

 private:
  // ClientHome
  Loop& loop() override { return loop_; }
  Dice& dice() override { return dice_; }
  Tally& tally() override { return tally_; }
  void complain(std::string_view what) override;
  [[nodiscard]] std::uint16_t port() const override { return options_.port; }
  [[nodiscard]] std::chrono::seconds patience() const override { return options_.patience; }
  void on_over(Id client) override { loop_.remove(client); }

  const CrowdOptions options_;
  Planner planner_;
  Dice dice_;
  Tally tally_;
  std::size_t complaints_ = 0;
  Loop loop_;  // its guests use the rest
};

}  // namespace patchbay::churn
