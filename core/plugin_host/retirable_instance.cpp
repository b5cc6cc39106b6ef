#include "core/plugin_host/retirable_instance.hpp"

#include <utility>

namespace patchbay::plugin_host {

// Keeps the object that was asked for a request until it has seen the answer to it.
class RetirableInstance::Credentials final : public CredentialSource {
 public:
  explicit Credentials(const RetirableInstance& instance) : instance_(instance) {}

  void build_request(Built done) override {
    std::shared_ptr<ProviderInstance> object = instance_.acquire();
    if (object == nullptr || object->credentials() == nullptr) return done({}, gone());
    {
      const std::lock_guard lock(mutex_);
      asked_ = object;
    }
    ProviderInstance& asked = *object;
    asked.credentials()->build_request(
        [object = std::move(object), done = std::move(done)](auto request, auto failure) {
          done(std::move(request), std::move(failure));
        });
  }

  void on_response(Response response, Taken done) override {
    std::shared_ptr<ProviderInstance> object;
    {
      const std::lock_guard lock(mutex_);
      object = std::move(asked_);
    }
    if (object == nullptr) return done({}, gone());
    ProviderInstance& asked = *object;
    asked.credentials()->on_response(
        std::move(response),
        [object = std::move(object), done = std::move(done)](auto valid_for, auto failure) {
          done(valid_for, std::move(failure));
        });
  }

 private:
  static CallError gone() {
    CallError failure;
    failure.message = "the provider is not there any more";
    return failure;
  }

  const RetirableInstance& instance_;

  std::mutex mutex_;
  std::shared_ptr<ProviderInstance> asked_;  // guarded by mutex_
};

RetirableInstance::RetirableInstance(std::shared_ptr<ProviderInstance> object, std::string made_of)
    : made_of_(std::move(made_of)),
      name_(object->name()),
      type_(object->type()),
      plugin_id_(object->plugin_id()),
      plugin_version_(object->plugin_version()),
      generation_(object->generation()),
      operations_(object->operations()),
      client_headers_(object->client_headers()),
      models_(object->models()),
      tools_(object->tools()),
      credentials_(object->credentials() != nullptr ? std::make_unique<Credentials>(*this)
                                                    : nullptr),
      object_(std::move(object)) {}

RetirableInstance::~RetirableInstance() = default;

std::shared_ptr<ProviderInstance> RetirableInstance::acquire() const {
  std::shared_ptr<RetirableInstance> successor;
  {
    const std::lock_guard lock(mutex_);
    if (object_ != nullptr) return object_;
    successor = successor_;
  }
  return successor == nullptr ? nullptr : successor->acquire();
}

std::shared_ptr<ProviderInstance> RetirableInstance::retire(
    std::shared_ptr<RetirableInstance> successor) {
  const std::lock_guard lock(mutex_);
  successor_ = std::move(successor);
  return std::exchange(object_, nullptr);
}

std::size_t RetirableInstance::live_calls() const {
  const std::lock_guard lock(mutex_);
  return object_ == nullptr ? 0 : object_->live_calls();
}

}  // namespace patchbay::plugin_host
