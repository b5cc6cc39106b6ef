// The checks that load the library and ask it who it is.

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "core/check/checks.hpp"
#include "core/check/library.hpp"
#include "core/check/process_state.hpp"
#include "core/check/sealed_memory.hpp"
#include "core/check/trail.hpp"
#include "core/json/utf8.hpp"
#include "core/plugin_host/vocabulary.hpp"

namespace patchbay::check {
namespace {

using plugin_host::text_of;

constexpr std::uint32_t kMinorToCome = 999;

// The library, if it can be loaded and has an entry; tells what hinders it.
std::unique_ptr<Library> load(const Subject& subject, Findings& findings) {
  Result<std::unique_ptr<Library>> library = Library::open(subject.library);
  if (!library) {
    findings.skip("the library cannot be loaded");
    return nullptr;
  }
  if ((*library)->entry() == nullptr) {
    findings.skip("the library has no " PBAY_ENTRY_SYMBOL);
    return nullptr;
  }
  return *std::move(library);
}

// Lower case words with dots between them, as in a domain's name turned around.
bool is_id(std::string_view id, bool needs_dot) {
  if (id.empty() || id.size() > 128) return false;
  char last = '.';
  bool dot = false;
  for (const char c : id) {
    const bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    const bool joint = c == '.' || c == '-' || c == '_';
    if (!word && (!joint || last == '.' || last == '-')) return false;
    dot = dot || c == '.';
    last = c;
  }
  return last != '.' && last != '-' && (dot || !needs_dot);
}

bool is_version(std::string_view version) {
  return !version.empty() && version.front() >= '0' && version.front() <= '9' &&
         std::all_of(version.begin(), version.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

std::string in_quotes(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

void check_text(Findings& findings, const char* name, pbay_str text) {
  if (text.ptr == nullptr && text.len > 0) {
    findings.fail(std::string(name) + " promises bytes and points nowhere");
  } else if (!json::is_valid_utf8(text_of(text))) {
    findings.fail(std::string(name) + " is not UTF-8");
  }
}

// A hello whose every byte stands before a page that cannot be touched.
const pbay_hello* sealed_hello(SealedMemory& memory, std::uint32_t major, std::uint32_t minor) {
  constexpr std::string_view kName = "patchbay-check";
  pbay_hello hello{sizeof hello, major, minor, 0, {nullptr, kName.size()}, {nullptr, kName.size()}};
  hello.host_name.ptr = static_cast<const char*>(
      memory.place(kName.data(), kName.size(), 1, "the host's name in hello"));
  hello.host_version.ptr = hello.host_name.ptr;
  return static_cast<const pbay_hello*>(
      memory.place(&hello, sizeof hello, alignof(pbay_hello), "hello"));
}

void check_vtbl(Findings& findings, const std::string& at, const pbay_provider_type& type) {
  const pbay_provider_vtbl& table = *type.vtbl;
  if (table.reserved != 0) findings.fail(at + "reserved of the vtbl is not zero");
  if (table.get_extension != nullptr) return;
  // Without extensions it cannot do its own work, so it has to be conducted.
  if (table.build_request == nullptr || table.on_frames == nullptr || table.on_end == nullptr) {
    findings.fail(at +
                  "build_request, on_frames and on_end are needed where there is no "
                  "get_extension");
  }
}

void check_type(Findings& findings, const pbay_provider_type& type) {
  const std::string_view name = text_of(type.type);
  const std::string at = "type " + in_quotes(name) + ": ";
  if (!is_id(name, false)) {
    findings.fail(at + "the name is to be lower case words, with dots or hyphens between them");
  }
  if (type.flags != 0) findings.fail(at + "flags are set, and none has a name");
  if (type.modes == 0) findings.fail(at + "it names no mode");
  check_text(findings, "config_schema", type.config_schema);
  if (text_of(type.config_schema).empty()) findings.fail(at + "it has no config_schema");
  check_vtbl(findings, at, type);
}

}  // namespace

void check_load(const Subject& subject, Findings& findings) {
  const ProcessState before = process_state();
  Result<std::unique_ptr<Library>> library = Library::open(subject.library);
  if (!library) {
    return findings.fail("it cannot be loaded: " + library.error().message,
                         "it was built for another system, or a library or symbol is missing");
  }
  if ((*library)->entry() == nullptr) {
    findings.fail("it has no function " PBAY_ENTRY_SYMBOL);
  }
  const std::string left = left_behind(before, process_state());
  if (!left.empty()) findings.fail("loading it made " + left);
}

void check_entry(const Subject& subject, Findings& findings) {
  const std::unique_ptr<Library> library = load(subject, findings);
  if (library == nullptr) return;
  SealedMemory memory;
  const ProcessState before = process_state();
  const auto ask = [&](std::uint32_t major, std::uint32_t minor) {
    const pbay_hello* hello = sealed_hello(memory, major, minor);
    Trail::doing("hello from ABI " + std::to_string(major) + "." + std::to_string(minor));
    Trail::function(PBAY_ENTRY_SYMBOL);
    const pbay_plugin* plugin = library->entry()(hello);
    Trail::function("");
    memory.seal(hello->host_name.ptr);
    memory.seal(hello);
    return plugin;
  };
  const pbay_plugin* first = say_hello(library->entry(), PBAY_ABI_MAJOR, PBAY_ABI_MINOR);
  if (first == nullptr) {
    return findings.fail("it refuses a host of ABI " + std::to_string(PBAY_ABI_MAJOR) + "." +
                         std::to_string(PBAY_ABI_MINOR));
  }
  // Counted around calls that are not the first, so that what the loader does late is not blamed.
  const std::size_t heap = allocated_bytes();
  const pbay_plugin* again = say_hello(library->entry(), PBAY_ABI_MAJOR, PBAY_ABI_MINOR);
  if (allocated_bytes() != heap) findings.fail("it allocates memory");
  if (again != first) findings.fail("asked twice, it gives two different descriptors");
  if (first->magic != PBAY_MAGIC) return;  // for the check of the descriptor to say
  if (first->need_host_minor == 0 && ask(PBAY_ABI_MAJOR, 0) == nullptr) {
    findings.fail("it refuses a host of minor version 0, though its need_host_minor is 0");
  }
  if (ask(PBAY_ABI_MAJOR, kMinorToCome) == nullptr) {
    findings.fail("it refuses a host of a later minor version, which can do all that this one can");
  }
  const pbay_plugin* next = ask(PBAY_ABI_MAJOR + 1, 0);
  if (next != nullptr && next->abi_major != PBAY_ABI_MAJOR) {
    findings.fail("told that the host is of the next major version, it says it is of that too");
  }
  const std::string left = left_behind(before, process_state());
  if (!left.empty()) findings.fail("it made " + left);
}

void check_descriptor(const Subject& subject, Findings& findings) {
  const std::unique_ptr<Library> library = load(subject, findings);
  if (library == nullptr) return;
  const pbay_plugin* plugin = say_hello(library->entry(), PBAY_ABI_MAJOR, PBAY_ABI_MINOR);
  if (plugin == nullptr) return findings.skip("the entry function refuses this host");
  if (const std::string why = why_unusable(plugin); !why.empty()) return findings.fail(why);
  if (!is_id(text_of(plugin->id), true)) {
    findings.fail("the id " + in_quotes(text_of(plugin->id)) +
                  " is to be like a domain's name turned around: org.example.name");
  }
  if (!is_version(text_of(plugin->version))) {
    findings.fail("the version " + in_quotes(text_of(plugin->version)) +
                  " is to begin with a digit and have no blanks");
  }
  check_text(findings, "vendor", plugin->vendor);
  check_text(findings, "license", plugin->license);
  check_text(findings, "url", plugin->url);
  if ((plugin->flags & ~static_cast<std::uint32_t>(PBAY_PLUGIN_NEVER_UNLOAD)) != 0) {
    findings.fail("flags without a name are set");
  }
  if (plugin->need_host_minor > plugin->abi_minor) {
    findings.fail("need_host_minor is above abi_minor, the version it was compiled against");
  }
  for (std::size_t i = 0; i < plugin->type_count; ++i) {
    check_type(findings, *plugin->types[i]);
    for (std::size_t j = 0; j < i; ++j) {
      if (text_of(plugin->types[i]->type) == text_of(plugin->types[j]->type)) {
        findings.fail("the type " + in_quotes(text_of(plugin->types[i]->type)) + " is there twice");
      }
    }
  }
  if (plugin->get_extension != nullptr) {
    Trail::function("plugin.get_extension");
    const void* found = plugin->get_extension("org.example.unknown/1");
    Trail::function("");
    if (found != nullptr) findings.fail("it claims to have the extension org.example.unknown/1");
  }
}

void check_agreement(const Subject& subject, Findings& findings) {
  const std::unique_ptr<Library> library = load(subject, findings);
  if (library == nullptr) return;
  const pbay_plugin* plugin = say_hello(library->entry(), PBAY_ABI_MAJOR, PBAY_ABI_MINOR);
  if (const std::string why = why_unusable(plugin); !why.empty()) return findings.skip(why);
  const plugin_host::Manifest& manifest = subject.manifest;
  const auto compare = [&](const std::string& what, std::string_view says, std::string_view is) {
    if (says == is) return;
    findings.fail(what + ": the manifest says " + in_quotes(says) + ", the library " +
                  in_quotes(is));
  };
  compare("id", manifest.id, text_of(plugin->id));
  compare("version", manifest.version, text_of(plugin->version));
  if (!manifest.license.empty()) compare("license", manifest.license, text_of(plugin->license));
  const bool never = (plugin->flags & PBAY_PLUGIN_NEVER_UNLOAD) != 0;
  compare("never_unload", manifest.never_unload ? "yes" : "no", never ? "yes" : "no");
  compare(
      "number of types", std::to_string(manifest.types.size()), std::to_string(plugin->type_count));
  for (const plugin_host::ManifestType& named : manifest.types) {
    const pbay_provider_type* type = nullptr;
    for (std::size_t i = 0; i < plugin->type_count; ++i) {
      if (text_of(plugin->types[i]->type) == named.type) type = plugin->types[i];
    }
    if (type == nullptr) {
      findings.fail("the library has no type " + in_quotes(named.type) +
                    ", which the manifest names");
      continue;
    }
    const std::uint64_t modes = type->modes & plugin_host::known_modes();
    if (modes != named.modes) {
      findings.fail("type " + in_quotes(named.type) +
                    ": manifest and library name different modes");
    }
    if (!named.schema_text.empty() && named.schema_text != text_of(type->config_schema)) {
      findings.fail("type " + in_quotes(named.type) + ": " + named.schema_file.string() +
                    " is not, byte for byte, the schema in the library");
    }
  }
}

}  // namespace patchbay::check
