#include "core/check/elf_file.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>

#include <elf.h>

#include "core/plugin_host/elf_bytes.hpp"

namespace patchbay::check {
namespace {

class Reader {
 public:
  explicit Reader(std::vector<char> bytes) : bytes_(std::move(bytes)) {}

  Result<ElfFile> read() {
    const auto header = bytes_.at<Elf64_Ehdr>(0);
    if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return bad("no ELF file");
    if (header->e_ident[EI_CLASS] != ELFCLASS64) return bad("not of 64 bits");
    if (header->e_type != ET_DYN) return bad("no shared object");
    if (!read_segments(*header)) return bad("cut off");
    bool symbols = false;
    for (std::uint64_t i = 0; i < header->e_shnum; ++i) {
      const auto section = bytes_.at<Elf64_Shdr>(header->e_shoff + i * sizeof(Elf64_Shdr));
      if (!section) return bad("cut off");
      const auto names =
          bytes_.at<Elf64_Shdr>(header->e_shoff + section->sh_link * sizeof(Elf64_Shdr));
      if (!names) return bad("cut off");
      if (section->sh_type == SHT_DYNAMIC) read_dynamic(*section, *names);
      if (section->sh_type == SHT_GNU_verneed) read_versions(*section, *names);
      if (section->sh_type == SHT_DYNSYM) {
        read_symbols(*section, *names);
        symbols = true;
      }
    }
    if (!symbols) return bad("without a table of symbols");
    return std::move(elf_);
  }

 private:
  static Error bad(const std::string& what) {
    return make_error(ErrorCode::kInvalid, "the file is " + what);
  }

  bool read_segments(const Elf64_Ehdr& header) {
    bool says_stack = false;
    for (std::uint64_t i = 0; i < header.e_phnum; ++i) {
      const auto segment = bytes_.at<Elf64_Phdr>(header.e_phoff + i * sizeof(Elf64_Phdr));
      if (!segment) return false;
      const bool executable = (segment->p_flags & PF_X) != 0;
      if (segment->p_type == PT_GNU_STACK) {
        says_stack = true;
        elf_.has_executable_stack = executable;
      } else if (segment->p_type == PT_LOAD && executable && (segment->p_flags & PF_W) != 0) {
        elf_.has_writable_code = true;
      }
    }
    if (!says_stack) elf_.has_executable_stack = true;
    return true;
  }

  void read_dynamic(const Elf64_Shdr& section, const Elf64_Shdr& names) {
    for (std::uint64_t i = 0; i < section.sh_size / sizeof(Elf64_Dyn); ++i) {
      const auto entry = bytes_.at<Elf64_Dyn>(section.sh_offset + i * sizeof(Elf64_Dyn));
      if (!entry || entry->d_tag == DT_NULL) return;
      const std::uint64_t value = entry->d_un.d_val;
      switch (entry->d_tag) {
        case DT_NEEDED:
          elf_.needed.emplace_back(bytes_.text_at(names.sh_offset + value));
          break;
        case DT_RPATH:
        case DT_RUNPATH:
          elf_.run_paths.emplace_back(bytes_.text_at(names.sh_offset + value));
          break;
        case DT_TEXTREL:
          elf_.has_text_relocations = true;
          break;
        case DT_BIND_NOW:
          elf_.binds_now = true;
          break;
        case DT_FLAGS:
          elf_.flags = value;
          elf_.has_text_relocations = elf_.has_text_relocations || (value & DF_TEXTREL) != 0;
          elf_.binds_now = elf_.binds_now || (value & DF_BIND_NOW) != 0;
          break;
        case DT_FLAGS_1:
          elf_.flags_1 = value;
          elf_.binds_now = elf_.binds_now || (value & DF_1_NOW) != 0;
          break;
        default:
          break;
      }
    }
  }

  void read_symbols(const Elf64_Shdr& section, const Elf64_Shdr& names) {
    for (std::uint64_t i = 1; i < section.sh_size / sizeof(Elf64_Sym); ++i) {
      const auto symbol = bytes_.at<Elf64_Sym>(section.sh_offset + i * sizeof(Elf64_Sym));
      if (!symbol) return;
      std::string name(bytes_.text_at(names.sh_offset + symbol->st_name));
      const unsigned bind = ELF64_ST_BIND(symbol->st_info);
      const unsigned seen = ELF64_ST_VISIBILITY(symbol->st_other);
      if (symbol->st_shndx == SHN_UNDEF) {
        elf_.imports.push_back(std::move(name));
      } else if (bind == STB_GNU_UNIQUE) {
        elf_.uniques.push_back(std::move(name));
      } else if ((bind == STB_GLOBAL || bind == STB_WEAK) && symbol->st_shndx != SHN_ABS &&
                 (seen == STV_DEFAULT || seen == STV_PROTECTED)) {
        elf_.exports.push_back(std::move(name));
      }
    }
  }

  void read_versions(const Elf64_Shdr& section, const Elf64_Shdr& names) {
    std::uint64_t at = section.sh_offset;
    for (std::uint64_t i = 0; i < section.sh_info; ++i) {
      const auto library = bytes_.at<Elf64_Verneed>(at);
      if (!library) return;
      std::uint64_t version_at = at + library->vn_aux;
      for (std::uint64_t j = 0; j < library->vn_cnt; ++j) {
        const auto version = bytes_.at<Elf64_Vernaux>(version_at);
        if (!version) return;
        elf_.versions.emplace_back(bytes_.text_at(names.sh_offset + version->vna_name));
        version_at += version->vna_next;
      }
      at += library->vn_next;
    }
  }

  const plugin_host::ElfBytes bytes_;
  ElfFile elf_;
};

}  // namespace

bool ElfFile::imports_symbol(std::string_view name) const {
  return std::find(imports.begin(), imports.end(), name) != imports.end();
}

Result<ElfFile> read_elf(const std::filesystem::path& file) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  std::ifstream in(file, std::ios::binary);
  if (!in || error) return make_error(ErrorCode::kNotFound, "the file cannot be read");
  std::vector<char> bytes(static_cast<std::size_t>(size));
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return Reader(std::move(bytes)).read();
}

}  // namespace patchbay::check
