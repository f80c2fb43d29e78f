// Whether a file is a whole shared library for this processor. The system's loader does not look:
// a truncated library is mapped, and the first access to what is missing ends the process.
#ifndef ISOBIT_LOADING_ELF_HPP
#define ISOBIT_LOADING_ELF_HPP

#include <cstdint>
#include <cstring>
#include <string>

#if defined(__linux__)
#include <elf.h>
#endif
#include <unistd.h>

namespace isobit {
namespace loading {

// Reads exactly so many bytes at an offset.
inline bool read_at(int file, void* to, std::size_t bytes, std::uint64_t offset) {
  char* out = static_cast<char*>(to);
  while (bytes > 0) {
    const ssize_t got = pread(file, out, bytes, static_cast<off_t>(offset));
    if (got <= 0) return false;
    out += got;
    bytes -= static_cast<std::size_t>(got);
    offset += static_cast<std::uint64_t>(got);
  }
  return true;
}

#if defined(__linux__)

// Empty, or what is wrong.
inline std::string elf_fault(int file, std::uint64_t size) {
  const char* const truncated = "is truncated";
  Elf64_Ehdr head;
  if (size < SELFMAG) return "is not an ELF file";
  unsigned char magic[SELFMAG];
  if (!read_at(file, magic, sizeof magic, 0) || std::memcmp(magic, ELFMAG, SELFMAG) != 0)
    return "is not an ELF file";
  if (!read_at(file, &head, sizeof head, 0)) return truncated;
  const std::uint16_t probe = 1;
  unsigned char first = 0;
  std::memcpy(&first, &probe, 1);
  const int order = first == 1 ? ELFDATA2LSB : ELFDATA2MSB;
#if defined(__x86_64__)
  const int machine = EM_X86_64;
#elif defined(__aarch64__)
  const int machine = EM_AARCH64;
#else
  const int machine = head.e_machine;  // the system's loader decides
#endif
  if (head.e_ident[EI_CLASS] != ELFCLASS64 || head.e_ident[EI_DATA] != order ||
      head.e_machine != machine)
    return "is for another kind of processor";
  if (head.e_type != ET_DYN) return "is not a shared library";
  const auto ends_inside = [size](std::uint64_t offset, std::uint64_t bytes) {
    return offset <= size && bytes <= size - offset;
  };
  if (head.e_phentsize != sizeof(Elf64_Phdr) || head.e_phnum == 0) return "is damaged";
  if (!ends_inside(head.e_shoff, static_cast<std::uint64_t>(head.e_shnum) * head.e_shentsize))
    return truncated;
  for (unsigned i = 0; i < head.e_phnum; ++i) {
    Elf64_Phdr segment;
    if (!read_at(file, &segment, sizeof segment, head.e_phoff + i * sizeof segment) ||
        !ends_inside(segment.p_offset, segment.p_filesz))
      return truncated;
  }
  return "";
}

#else

inline std::string elf_fault(int, std::uint64_t) { return ""; }

#endif

}  // namespace loading
}  // namespace isobit

#endif
