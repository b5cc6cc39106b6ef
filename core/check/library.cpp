#include "core/check/library.hpp"

#include <string_view>
#include <utility>

#include <dlfcn.h>
#include <link.h>

#include "core/check/trail.hpp"
#include "core/plugin_host/vocabulary.hpp"

namespace patchbay::check {
namespace {

// What the structs of v1.0 had.
constexpr std::size_t kPluginSize =
    offsetof(pbay_plugin, get_extension) + sizeof(pbay_plugin::get_extension);
constexpr std::size_t kTypeSize =
    offsetof(pbay_provider_type, vtbl) +
    sizeof(pbay_provider_type::vtbl);  // NOLINT(bugprone-sizeof-expression): the pointer is meant
constexpr std::size_t kTableSize =
    offsetof(pbay_provider_vtbl, call_destroy) + sizeof(pbay_provider_vtbl::call_destroy);
constexpr std::size_t kMostTypes = 256;

struct Search {
  std::string_view path;
  bool found = false;
};

int look_at(dl_phdr_info* info, std::size_t /*size*/, void* data) {
  auto* search = static_cast<Search*>(data);
  search->found = search->found || search->path == info->dlpi_name;
  return 0;
}

bool is_mapped(const std::string& path) {
  Search search{path};
  dl_iterate_phdr(look_at, &search);
  return search.found;
}

}  // namespace

Result<std::unique_ptr<Library>> Library::open(const std::filesystem::path& file) {
  std::unique_ptr<Library> library(new Library(std::filesystem::absolute(file).string()));
  if (Status loaded = library->load(); !loaded) return loaded.error();
  return library;
}

Result<std::unique_ptr<Library>> Library::open_copy(const std::filesystem::path& file,
                                                    const std::string& name) {
  Result<plugin_host::PrivateCopy> copy = plugin_host::PrivateCopy::in_memory(file, name);
  if (!copy) return copy.error();
  std::unique_ptr<Library> library(new Library(copy->path().string()));
  library->copy_.emplace(*std::move(copy));
  if (Status loaded = library->load(); !loaded) return loaded.error();
  return library;
}

Status Library::load() {
  Trail::function("dlopen");
  handle_ = ::dlopen(path_.c_str(), RTLD_NOW | RTLD_LOCAL);
  Trail::function("");
  if (handle_ == nullptr) {
    const char* why = ::dlerror();  // NOLINT(concurrency-mt-unsafe): glibc keeps one a thread
    return make_error(ErrorCode::kUnavailable, why == nullptr ? "dlopen() failed" : why);
  }
  entry_ = reinterpret_cast<pbay_plugin_entry_fn>(::dlsym(handle_, PBAY_ENTRY_SYMBOL));
  return ok();
}

bool Library::close() {
  Trail::function("dlclose");
  ::dlclose(std::exchange(handle_, nullptr));
  Trail::function("");
  entry_ = nullptr;
  void* still = ::dlopen(path_.c_str(), RTLD_LAZY | RTLD_NOLOAD);
  return still == nullptr && !is_mapped(path_);
}

const pbay_plugin* say_hello(pbay_plugin_entry_fn entry, std::uint32_t major, std::uint32_t minor) {
  const pbay_hello hello{sizeof hello,
                         major,
                         minor,
                         0,
                         plugin_host::view_of("patchbay-check"),
                         plugin_host::view_of("1.0.0")};
  Trail::function(PBAY_ENTRY_SYMBOL);
  const pbay_plugin* plugin = entry(&hello);
  Trail::function("");
  return plugin;
}

std::string why_unusable(const pbay_plugin* plugin) {
  if (plugin == nullptr) return "the entry function refuses this host";
  if (plugin->magic != PBAY_MAGIC) return "the descriptor has a wrong magic number";
  if (plugin->size < kPluginSize) return "the descriptor is too small for v1.0";
  if (plugin->abi_major != PBAY_ABI_MAJOR) return "the descriptor is not of major 1";
  if (plugin->init == nullptr || plugin->deinit == nullptr) return "init() or deinit() is missing";
  if (plugin->types == nullptr || plugin->type_count == 0 || plugin->type_count > kMostTypes) {
    return "the descriptor has no list of provider types";
  }
  for (std::size_t i = 0; i < plugin->type_count; ++i) {
    const pbay_provider_type* type = plugin->types[i];
    if (type == nullptr || type->size < kTypeSize || type->vtbl == nullptr ||
        type->vtbl->size < kTableSize) {
      return "a provider type is too small for v1.0";
    }
    const pbay_provider_vtbl& table = *type->vtbl;
    if (table.create == nullptr || table.destroy == nullptr || table.describe == nullptr ||
        table.call_create == nullptr || table.call_destroy == nullptr) {
      return "the provider type \"" + std::string(plugin_host::text_of(type->type)) +
             "\" lacks a function that none may lack";
    }
  }
  return {};
}

}  // namespace patchbay::check
