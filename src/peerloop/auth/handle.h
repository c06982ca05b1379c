#pragma once

#include <string>
#include <string_view>

/// The handle that a new account gets: made from its name, changed by its owner later.
namespace isthmus::peerloop {

/// Two ways to name an account: the second is taken where somebody has the first.
struct HandleChoices {
  std::string plain;
  std::string distinct;  ///< with a suffix of six characters drawn at random
};

/// "Zoë Ångström" becomes "zoe_angstrom" or "zoe_angstrom_k3x9q2": a-z, 0-9 and '_', 3 to 40 characters. A name in
/// another script, or one that would pass for the service itself, gets the suffix in both. `random` has 6 bytes.
HandleChoices handles_for(std::string_view name, std::string_view random);

/// True for names under which somebody could speak for the service; nobody may take one.
bool is_reserved_handle(std::string_view handle);

}  // namespace isthmus::peerloop
