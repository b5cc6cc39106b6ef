// A plugin between init() and deinit(), and a provider between create() and destroy(), under the
// strict host.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/check/library.hpp"
#include "core/check/settings.hpp"
#include "core/check/strict_host.hpp"

namespace patchbay::check {

// One loaded plugin. A plugin is initialised once in the life of a process, as its host would do.
class Session {
 public:
  // Loads the library in `file` (`copied`: a copy of its own, so that there can be two) and runs
  // init(). Fails with why that was not possible.
  static Result<std::unique_ptr<Session>> open(const std::filesystem::path& file,
                                               HostOptions options,
                                               bool copied = false);
  ~Session();  // end()
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  [[nodiscard]] const pbay_plugin& plugin() const { return *plugin_; }
  StrictHost& host() { return host_; }
  Library& library() { return *library_; }
  [[nodiscard]] std::vector<const pbay_provider_type*> types() const;

  // deinit(). No provider may be left.
  void end();

 private:
  Session(std::unique_ptr<Library> library, HostOptions options)
      : library_(std::move(library)), host_(options) {}

  std::unique_ptr<Library> library_;
  StrictHost host_;
  const pbay_plugin* plugin_ = nullptr;
  bool initialised_ = false;
};

struct Operation {
  pbay_mode mode = 0;
  std::uint32_t flags = 0;
  std::string dialect;
};

struct KnownModel {
  std::string id;
  std::uint64_t modes = 0;
};

class StrictProvider {
 public:
  // Runs create() with that configuration text, whatever it is.
  StrictProvider(Session& session, const pbay_provider_type& type, const std::string& config);
  ~StrictProvider();  // destroy()
  StrictProvider(const StrictProvider&) = delete;
  StrictProvider& operator=(const StrictProvider&) = delete;

  [[nodiscard]] pbay_status created() const { return created_; }
  [[nodiscard]] const std::optional<ToldError>& create_error() const { return create_error_; }
  // Whether create() gave a provider, whatever it returned.
  [[nodiscard]] bool has_provider() const { return raw_ != nullptr; }

  // Runs describe(), and exchanges a credential if the provider wants one. What follows is empty
  // before.
  pbay_status describe();
  // What is wrong with what describe() filled in.
  [[nodiscard]] const std::vector<std::string>& faults() const { return faults_; }
  [[nodiscard]] const std::vector<Operation>& operations() const { return operations_; }
  [[nodiscard]] const std::vector<KnownModel>& models() const { return models_; }
  [[nodiscard]] const std::vector<std::string>& client_headers() const { return client_headers_; }
  // A model that serves the mode: one of those it names, or a made-up one.
  [[nodiscard]] std::string model_for(pbay_mode mode) const;

  [[nodiscard]] pbay_provider* raw() const { return raw_; }
  [[nodiscard]] const pbay_provider_type& type() const { return type_; }
  [[nodiscard]] const pbay_provider_vtbl& table() const { return *type_.vtbl; }
  StrictHost& host() { return session_.host(); }
  // Of a provider that does its own work; else nullptr.
  [[nodiscard]] const pbay_provider_active* active() const { return active_; }
  [[nodiscard]] const pbay_provider_credentials* credentials() const { return credentials_; }
  [[nodiscard]] const void* extension(const char* id);

 private:
  void read_caps(const pbay_provider_caps& caps);

  Session& session_;
  const pbay_provider_type& type_;
  pbay_provider* raw_ = nullptr;
  pbay_status created_ = PBAY_E_FAIL;
  std::optional<ToldError> create_error_;
  std::vector<std::string> faults_;
  std::vector<Operation> operations_;
  std::vector<KnownModel> models_;
  std::vector<std::string> client_headers_;
  const pbay_provider_active* active_ = nullptr;
  const pbay_provider_credentials* credentials_ = nullptr;
};

}  // namespace patchbay::check
