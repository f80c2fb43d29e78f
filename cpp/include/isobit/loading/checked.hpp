// The description of a plugin, once it is known to be one that this program and processor can use.
#ifndef ISOBIT_LOADING_CHECKED_HPP
#define ISOBIT_LOADING_CHECKED_HPP

#include <sstream>

#include "isobit/loading/cpu.hpp"
#include "isobit/loading/library.hpp"

namespace isobit {
namespace loading {

inline void check_processor(const isobit_plugin& p, const std::string& who) {
  std::istringstream features(p.cpu_features);
  std::string feature;
  while (std::getline(features, feature, ',')) {
    const int has = cpu_has(feature);
    if (has == 1) continue;
    throw plugin_error(who + " is compiled for the instruction set '" + p.isa + "', which needs '" +
                       feature +
                       (has == 0 ? "', and this processor lacks it"
                                 : "', and this loader cannot tell whether the processor has it") +
                       "; compile it again with isa=\"generic\", or on this machine");
  }
}

inline const isobit_plugin& checked_description(const library& lib, const std::string& path,
                                                const std::string& content_hash) {
  const std::string who = "'" + path + "'";
  void* const symbol = lib.symbol(ISOBIT_PLUGIN_ENTRY_NAME);
  if (symbol == nullptr)
    throw plugin_error(who +
                       " is a shared library, but not a plugin of isobit (it has no "
                       "symbol " ISOBIT_PLUGIN_ENTRY_NAME ")");
  isobit_plugin_entry_function entry;
  static_assert(sizeof entry == sizeof symbol, "POSIX says so");
  std::memcpy(&entry, &symbol, sizeof entry);
  const isobit_plugin* const p = entry();
  if (p == nullptr) throw plugin_error(who + " describes nothing");
  if (p->abi_version != ISOBIT_PLUGIN_ABI)
    throw plugin_error(
        who + " has version " + std::to_string(p->abi_version) +
        " of the plugin ABI, and this program understands version " +
        std::to_string(ISOBIT_PLUGIN_ABI) +
        "; compile the plugin again with the isobit that this program was built with");
  if (p->struct_size < sizeof(isobit_plugin))
    throw plugin_error(who + " describes itself in " + std::to_string(p->struct_size) +
                       " bytes instead of " + std::to_string(sizeof(isobit_plugin)));
  check_processor(*p, who);
  if (!content_hash.empty() && content_hash != p->content_hash)
    throw plugin_error(who + " holds another network than expected: its content hash is " +
                       p->content_hash + ", not " + content_hash);
  return *p;
}

}  // namespace loading
}  // namespace isobit

#endif
