// Gathers the list of models that a provider tells in events.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/dialects/openai_operation/operation_encoder.hpp"

namespace patchbay::dialects::openai_models {

inline constexpr const char* kDialect = "openai.models/1";

struct Model {
  std::string id;
  std::string owner = {};
  std::int64_t created = 0;       // Unix seconds; 0 unknown
  std::string extra_json = "{}";  // an object of the vendor's further fields
};

// Appends the model as an entry of the list: its own four fields, then the vendor's further ones.
void append_model(std::string& out, const Model& model);

class Collector final : public openai_operation::OperationEncoder {
 public:
  // Writes the answer once the list is complete.
  using Write = std::function<void(std::vector<Model> models, std::string& out)>;

  explicit Collector(Write write) : OperationEncoder({}), write_(std::move(write)) {}

  pbay_status on_event(const pbay_event& event, std::string& out) override;
  void finish(std::string& out) override { write_(std::move(models_), out); }

 private:
  const Write write_;
  std::vector<Model> models_;
};

}  // namespace patchbay::dialects::openai_models
