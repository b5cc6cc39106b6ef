#include "core/plugin_host/module.hpp"

#include <chrono>
#include <system_error>
#include <utility>
#include <vector>

// Boost.DLL is header-only with the standard library's file system.
#define BOOST_DLL_USE_STD_FS
#include <boost/dll/shared_library.hpp>

#include "core/plugin_host/call_error.hpp"
#include "core/plugin_host/elf_scan.hpp"
#include "core/plugin_host/guarded.hpp"
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

// A thread that was joined may still be listed for a moment.
constexpr std::chrono::milliseconds kThreadPatience{500};

std::string in_quotes(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

}  // namespace

class Module::Library {
 public:
  // Fails with the dynamic linker's own words.
  static Result<std::unique_ptr<Library>> open(const std::filesystem::path& file) {
    auto library = std::make_unique<Library>();
    try {
      // The overload that throws is the one that says why.
      library->library_.load(file,
                             boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local);
    } catch (const std::system_error& thrown) {
      return make_error(ErrorCode::kUnavailable, thrown.what());
    }
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

  void close() { library_.unload(); }

 private:
  boost::dll::shared_library library_;
};

// Code that stays mapped, with the host table that it may still look at.
struct Module::Retained {
  struct Kept {
    std::unique_ptr<Library> library;
    std::unique_ptr<HostContext> host;
    StagedPtr staged;
  };
  std::mutex mutex;
  std::vector<Kept> modules;
};

Module::Module(StagedPtr staged, const Environment& environment, std::uint32_t generation)
    : staged_(std::move(staged)),
      generation_(generation),
      ledger_(environment.ledger ? environment.ledger : std::make_shared<GenerationLedger>()),
      retained_warn_(environment.retained_warn),
      host_(std::make_unique<HostContext>(
          HostContext::Options{.plugin = staged_->manifest.id,
                               .host_version = environment.host_version,
                               .log = environment.log,
                               .log_level = environment.log_level})) {}

Module::~Module() {
  if (library_ == nullptr) return;
  ledger_->ending(entry_);
  std::string why = end();
  if (why.empty()) {
    library_->close();
    if (!is_loaded(staged_->copy.path())) {
      ledger_->gone(entry_);
      return;
    }
    why = "the system did not unmap it";
  }
  retain(std::move(why));
}

// Ends the plugin; why it must stay mapped after that, if it must.
std::string Module::end() {
  if (initialised_) {
    const std::lock_guard lock(control_);
    guarded(*host_, "deinit", plugin_->deinit);
  }
  if (before_init_ && before_init_->left_behind(plugin_, kThreadPatience)) {
    host_->misbehaved("left a thread behind after deinit()");
    return "a thread of it still runs";
  }
  return kept_because_;
}

void Module::retain(std::string why) {
  const std::size_t count = ledger_->retained(entry_, why);
  if (count >= retained_warn_) {
    host_->log(
        PBAY_LOG_WARN,
        std::to_string(count) +
            " generations of plugins that have ended are still mapped; restart Patchbay when "
            "you can (the last one: " +
            why + ")");
  }
  Retained& kept = retained_modules();
  const std::lock_guard lock(kept.mutex);
  kept.modules.push_back({std::move(library_), std::move(host_), staged_});
}

Module::Retained& Module::retained_modules() {
  // Never destroyed: unmapping at the end of the process is no safer than before.
  static auto* kept = new Retained;
  return *kept;
}

Error Module::refuse(ErrorCode code, const std::string& what) const {
  return refuse_plugin(manifest(), code, what);
}

std::string Module::copy_name(const Manifest& manifest, std::uint32_t generation) {
  return manifest.version + "-g" + std::to_string(generation);
}

Result<std::unique_ptr<Module>> Module::load(StagedPtr staged,
                                             const Environment& environment,
                                             std::uint32_t generation) {
  std::unique_ptr<Module> module(new Module(std::move(staged), environment, generation));
  if (Status done = module->open(); !done) return done.error();
  if (Status done = module->negotiate(environment); !done) return done.error();
  if (Status done = module->check_descriptor(); !done) return done.error();
  if (Status done = module->check_types(); !done) return done.error();
  if (Status done = module->initialise(); !done) return done.error();
  return module;
}

Status Module::open() {
  const PrivateCopy& copy = staged_->copy;
  kept_because_ =
      manifest().never_unload ? "it asks never to be unloaded" : why_kept_mapped(copy.path());
  Result<std::unique_ptr<Library>> library = Library::open(copy.path());
  copy.unlink();
  if (!library) {
    return refuse(ErrorCode::kUnavailable,
                  "cannot be loaded; it was built for another system, or a library it needs is "
                  "missing: " +
                      library.error().message +
                      (copy.is_in_memory()
                           ? " (from memory; where that is forbidden, set TMPDIR to a folder that "
                             "can be written to and is not mounted noexec)"
                           : ""));
  }
  library_ = *std::move(library);
  entry_ = ledger_->add({.plugin = id(),
                         .generation = generation_,
                         .version = version(),
                         .sha256 = copy.sha256(),
                         .state = GenerationLedger::State::kLoaded,
                         .why = {}});
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

Status Module::check_descriptor() const {
  std::string lies;
  const auto compare =
      [&](std::string_view what, std::string_view manifest_says, std::string_view library_says) {
        if (manifest_says == library_says) return;
        lies += "; " + std::string(what) + ": the manifest says " + in_quotes(manifest_says) +
                ", the library " + in_quotes(library_says);
      };
  const bool never_unload = (plugin_->flags & PBAY_PLUGIN_NEVER_UNLOAD) != 0;
  compare("id", id(), text_of(plugin_->id));
  compare("version", version(), text_of(plugin_->version));
  compare("never_unload", manifest().never_unload ? "yes" : "no", never_unload ? "yes" : "no");
  if (!lies.empty()) {
    return refuse(
        ErrorCode::kInvalid,
        "manifest and library do not belong together; install both from one package" + lies);
  }
  return ok();
}

Status Module::check_types() const {
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
  if (plugin_->type_count != manifest().types.size()) {
    return refuse(ErrorCode::kInvalid,
                  "the manifest names " + std::to_string(manifest().types.size()) +
                      " provider types, the library " + std::to_string(plugin_->type_count));
  }
  for (const ManifestType& named : manifest().types) {
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
  before_init_ = ThreadCensus::now();
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

void Module::pin() {
  if (const auto hear = std::exchange(on_pinned_, nullptr)) hear();
}

const pbay_provider_type* Module::type(std::string_view name) const {
  for (std::size_t i = 0; i < plugin_->type_count; ++i) {
    if (text_of(plugin_->types[i]->type) == name) return plugin_->types[i];
  }
  return nullptr;
}

}  // namespace patchbay::plugin_host
