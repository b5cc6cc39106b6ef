#include "core/plugin_host/elf_scan.hpp"

#include <array>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <elf.h>

#include "core/plugin_host/elf_bytes.hpp"

namespace patchbay::plugin_host {
namespace {

constexpr std::array<std::string_view, 3> kTies{
    "__cxa_thread_atexit", "__cxa_thread_atexit_impl", "pthread_key_create"};

constexpr const char* kUnreadable = "its symbols cannot be read";

std::string tie_of_symbols(const ElfBytes& elf,
                           const Elf64_Shdr& symbols,
                           const Elf64_Shdr& names) {
  if (symbols.sh_entsize != sizeof(Elf64_Sym)) return kUnreadable;
  for (std::uint64_t i = 0; i < symbols.sh_size / sizeof(Elf64_Sym); ++i) {
    const auto symbol = elf.at<Elf64_Sym>(symbols.sh_offset + i * sizeof(Elf64_Sym));
    if (!symbol) return kUnreadable;
    const bool defined = symbol->st_shndx != SHN_UNDEF;
    const std::string name(elf.text_at(names.sh_offset + symbol->st_name));
    if (defined && ELF64_ST_BIND(symbol->st_info) == STB_GNU_UNIQUE) {
      return "it has the unique symbol " + name;
    }
    if (defined) continue;
    for (const std::string_view tie : kTies) {
      if (name == tie) return "it needs " + name;
    }
  }
  return {};
}

bool dynamic_is_free(const ElfBytes& elf, const Elf64_Shdr& dynamic) {
  for (std::uint64_t i = 0; i < dynamic.sh_size / sizeof(Elf64_Dyn); ++i) {
    const auto entry = elf.at<Elf64_Dyn>(dynamic.sh_offset + i * sizeof(Elf64_Dyn));
    if (!entry) return false;
    if (entry->d_tag == DT_FLAGS_1 && (entry->d_un.d_val & DF_1_NODELETE) != 0) return false;
  }
  return true;
}

}  // namespace

std::string why_kept_mapped(const std::filesystem::path& library) {
  std::ifstream in(library, std::ios::binary);
  const ElfBytes elf(std::vector<char>(std::istreambuf_iterator<char>(in), {}));
  const auto header = elf.at<Elf64_Ehdr>(0);
  if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
      header->e_ident[EI_CLASS] != ELFCLASS64) {
    return kUnreadable;
  }
  const auto section = [&](std::uint64_t index) {
    return elf.at<Elf64_Shdr>(header->e_shoff + index * sizeof(Elf64_Shdr));
  };
  bool symbols_seen = false;
  for (std::uint64_t i = 0; i < header->e_shnum; ++i) {
    const auto found = section(i);
    if (!found) return kUnreadable;
    if (found->sh_type == SHT_DYNAMIC && !dynamic_is_free(elf, *found)) {
      return "it was linked with -z nodelete";
    }
    if (found->sh_type != SHT_DYNSYM) continue;
    const auto names = section(found->sh_link);
    if (!names) return kUnreadable;
    if (std::string tie = tie_of_symbols(elf, *found, *names); !tie.empty()) return tie;
    symbols_seen = true;
  }
  return symbols_seen ? std::string() : kUnreadable;
}

}  // namespace patchbay::plugin_host
