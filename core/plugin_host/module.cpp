#include "core/plugin_host/module.hpp"

#include <algorithm>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

// Boost.DLL is header-only with the standard library's file system.
#define BOOST_DLL_USE_STD_FS
#include <boost/dll/shared_library.hpp>

#include "core/plugin_host/call_error.hpp"
#include "core/plugin_host/elf_scan.hpp"
#include "core/plugin_host/guarded.hpp"
#include "core/plugin_host/private_copy.hpp"
#include "core/plugin_host/running.hpp"
#include "core/plugin_host/vocabulary.hpp"

namespace patchbay::plugin_host {
namespace {

// What the structs of v1.0 had: a shorter one was not made for this ABI, what comes behind it
// later.
constexpr std::size_t kPluginSize =
    offsetof(pbay_plugin, get_extension) + sizeof(pbay_plugin::get_extension);
constexpr std::size_t kTypeSize =
    offsetof(pbay_provider_type, vtbl) +
    sizeof(pbay_provider_type::vtbl);  // NOLINT(bugprone-sizeof-expression): the pointer is meant
constexpr std::size_t kTableSize =
    offsetof(pbay_provider_vtbl, call_destroy) + sizeof(pbay_provider_vtbl::call_destroy);
constexpr std::size_t kMaxTypes = 256;

std::string in_quotes(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

}  // namespace

class Module::Library {
 public:
  // Fails with the dynamic linker's own words.
  static Result<std::unique_ptr<Library>> open(PrivateCopy copy) {
    auto library = std::make_unique<Library>();
    try {
      // The overload that throws is the one that says why.
      library->library_.load(copy.path(),
                             boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local);
    } catch (const std::system_error& thrown) {
      return make_error(ErrorCode::kUnavailable, thrown.what());
    }
    if (copy.is_in_memory()) library->memory_.emplace(std::move(copy));
    return library;
  }

  [[nodiscard]] pbay_plugin_entry_fn entry() const {
    if (!library_.has(PBAY_ENTRY_SYMBOL)) return nullptr;
    try {
      return &library_.get<const pbay_plugin*(const pbay_hello*) noexcept>(PBAY_ENTRY_SYMBOL);
    } catch (const std::system_error&) {
      return nullptr;
    }
  }

 private:
  std::optional<PrivateCopy> memory_;  // goes after what was loaded from it
  boost::dll::shared_library library_;
};

// Code that stays mapped, with the host table that it may still look at.
struct Module::Retained {
  std::mutex mutex;
  std::vector<std::pair<std::unique_ptr<Library>, std::unique_ptr<HostContext>>> modules;
};

Module::Module(const Manifest& manifest, const Environment& environment, std::uint32_t generation)
    : id_(manifest.id),
      version_(manifest.version),
      file_(manifest.library),
      generation_(generation),
      host_(std::make_unique<HostContext>(
          HostContext::Options{.plugin = manifest.id,
                               .host_version = environment.host_version,
                               .log = environment.log,
                               .log_level = environment.log_level})) {}

Module::~Module() {
  if (initialised_ && plugin_->deinit != nullptr) {
    const std::lock_guard lock(control_);
    guarded(*host_, "deinit", plugin_->deinit);
  }
  if (library_ == nullptr || unmap_) return;
  Retained& kept = retained_modules();
  const std::lock_guard lock(kept.mutex);
  kept.modules.emplace_back(std::move(library_), std::move(host_));
}

Module::Retained& Module::retained_modules() {
  // Never destroyed: unmapping at the end of the process is no safer than before.
  static auto* kept = new Retained;
  return *kept;
}

std::size_t Module::retained() {
  Retained& kept = retained_modules();
  const std::lock_guard lock(kept.mutex);
  return kept.modules.size();
}

Error Module::refuse(ErrorCode code, const std::string& what) const {
  return make_error(code, "plugin " + id_ + " " + version_ + " (" + file_.string() + "): " + what);
}

Result<std::shared_ptr<Module>> Module::load(const Manifest& manifest,
                                             const Environment& environment,
                                             std::uint32_t generation) {
  const std::shared_ptr<Module> module(new Module(manifest, environment, generation));
  if (Status done = module->open(manifest, environment); !done) return done.error();
  if (Status done = module->negotiate(environment); !done) return done.error();
  if (Status done = module->check_descriptor(manifest); !done) return done.error();
  if (Status done = module->check_types(manifest); !done) return done.error();
  if (Status done = module->initialise(); !done) return done.error();
  return module;
}

Status Module::open(const Manifest& manifest, const Environment& environment) {
  const std::string name = version_ + "-g" + std::to_string(generation_);
  const bool in_memory = environment.state_folder.empty();
  Result<PrivateCopy> copy =
      in_memory ? PrivateCopy::in_memory(manifest.library, id_ + "-" + name)
                : PrivateCopy::make(manifest.library, environment.state_folder, id_, name);
  if (!copy) return refuse(copy.error().code, copy.error().message);
  unmap_ = !manifest.never_unload && can_be_unmapped(copy->path());
  Result<std::unique_ptr<Library>> library = Library::open(*std::move(copy));
  if (!library) {
    return refuse(ErrorCode::kUnavailable,
                  "cannot be loaded; it was built for another system, or a library it needs is "
                  "missing: " +
                      library.error().message +
                      (in_memory ? " (from memory; where that is forbidden, set TMPDIR to a folder "
                                   "that can be written to and is not mounted noexec)"
                                 : ""));
  }
  library_ = *std::move(library);
  return ok();
}

Status Module::negotiate(const Environment& environment) {
  const pbay_plugin_entry_fn entry = library_->entry();
  if (entry == nullptr) {
    return refuse(ErrorCode::kInvalid,
                  "exports no function " PBAY_ENTRY_SYMBOL
                  ", so it is no Patchbay plugin of ABI 1; check the manifest's \"library\"");
  }
  const pbay_hello hello{sizeof hello,
                         PBAY_ABI_MAJOR,
                         PBAY_ABI_MINOR,
                         0,
                         view_of("patchbay"),
                         view_of(environment.host_version)};
  const pbay_plugin* plugin =
      guarded(*host_, "entry", static_cast<const pbay_plugin*>(nullptr), entry, &hello);
  const std::string ours = std::to_string(PBAY_ABI_MAJOR) + "." + std::to_string(PBAY_ABI_MINOR);
  if (plugin == nullptr) {
    return refuse(ErrorCode::kUnsupported,
                  "refuses this Patchbay (" + environment.host_version + ", ABI " + ours +
                      "); install another version of the plugin");
  }
  if (plugin->magic != PBAY_MAGIC) {
    return refuse(ErrorCode::kInvalid, "gives no plugin descriptor (wrong magic number)");
  }
  if (plugin->size < kPluginSize) {
    return refuse(ErrorCode::kInvalid, "its descriptor is too small for ABI 1.0; rebuild it");
  }
  if (plugin->abi_major != PBAY_ABI_MAJOR) {
    return refuse(ErrorCode::kUnsupported,
                  "is made for plugin ABI " + std::to_string(plugin->abi_major) +
                      ", this Patchbay has " + ours + "; install a plugin made for it");
  }
  if (plugin->need_host_minor > PBAY_ABI_MINOR) {
    return refuse(ErrorCode::kUnsupported,
                  "needs plugin ABI 1." + std::to_string(plugin->need_host_minor) +
                      ", this Patchbay has " + ours +
                      "; update Patchbay or install an older version of the plugin");
  }
  plugin_ = plugin;
  return ok();
}

Status Module::check_descriptor(const Manifest& manifest) const {
  std::string lies;
  const auto compare =
      [&](std::string_view what, std::string_view manifest_says, std::string_view library_says) {
        if (manifest_says == library_says) return;
        lies += "; " + std::string(what) + ": the manifest says " + in_quotes(manifest_says) +
                ", the library " + in_quotes(library_says);
      };
  const bool never_unload = (plugin_->flags & PBAY_PLUGIN_NEVER_UNLOAD) != 0;
  compare("id", manifest.id, text_of(plugin_->id));
  compare("version", manifest.version, text_of(plugin_->version));
  compare("never_unload", manifest.never_unload ? "yes" : "no", never_unload ? "yes" : "no");
  if (!lies.empty()) {
    return refuse(
        ErrorCode::kInvalid,
        "manifest and library do not belong together; install both from one package" + lies);
  }
  return ok();
}

Status Module::check_types(const Manifest& manifest) const {
  if (plugin_->types == nullptr || plugin_->type_count > kMaxTypes) {
    return refuse(ErrorCode::kInvalid, "its list of provider types is broken");
  }
  for (std::size_t i = 0; i < plugin_->type_count; ++i) {
    const pbay_provider_type* type = plugin_->types[i];
    if (type == nullptr || type->size < kTypeSize || type->vtbl == nullptr ||
        type->vtbl->size < kTableSize) {
      return refuse(ErrorCode::kInvalid, "a provider type of it is too small for ABI 1.0");
    }
    const pbay_provider_vtbl& table = *type->vtbl;
    if (table.create == nullptr || table.destroy == nullptr || table.describe == nullptr ||
        table.call_create == nullptr || table.call_destroy == nullptr) {
      return refuse(ErrorCode::kInvalid,
                    "its provider type " + in_quotes(text_of(type->type)) + " lacks a function");
    }
  }
  if (plugin_->type_count != manifest.types.size()) {
    return refuse(ErrorCode::kInvalid,
                  "the manifest names " + std::to_string(manifest.types.size()) +
                      " provider types, the library " + std::to_string(plugin_->type_count));
  }
  for (const ManifestType& named : manifest.types) {
    const pbay_provider_type* type = this->type(named.type);
    if (type == nullptr) {
      return refuse(ErrorCode::kInvalid,
                    "the library has no provider type " + in_quotes(named.type) +
                        ", which the manifest names");
    }
    if ((type->modes & known_modes()) != named.modes) {
      return refuse(ErrorCode::kInvalid,
                    "manifest and library name different modes for the provider type " +
                        in_quotes(named.type));
    }
    const std::string_view schema = text_of(type->config_schema);
    if (!named.schema_text.empty() && !schema.empty() && schema != named.schema_text) {
      return refuse(ErrorCode::kInvalid,
                    in_quotes(named.schema_file.string()) +
                        " is not the schema that the library was built with; install both from "
                        "one package");
    }
  }
  return ok();
}

Status Module::initialise() {
  if (plugin_->init == nullptr || plugin_->deinit == nullptr) {
    return refuse(ErrorCode::kInvalid, "lacks init() or deinit()");
  }
  CallError told;
  pbay_status status = PBAY_OK;
  {
    const std::lock_guard lock(control_);
    const Running scope({.call = nullptr, .control_error = &told, .sink = nullptr});
    status = guarded(*host_, "init", pbay_status{PBAY_E_PANIC}, plugin_->init, host_->table());
  }
  if (status < 0) {
    return refuse(ErrorCode::kUnavailable,
                  "its init() failed: " +
                      (told.message.empty() ? "status " + std::to_string(status) : told.message));
  }
  initialised_ = true;
  return ok();
}

const pbay_provider_type* Module::type(std::string_view name) const {
  for (std::size_t i = 0; i < plugin_->type_count; ++i) {
    if (text_of(plugin_->types[i]->type) == name) return plugin_->types[i];
  }
  return nullptr;
}

}  // namespace patchbay::plugin_host
