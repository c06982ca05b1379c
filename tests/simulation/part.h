#pragma once

#include <span>
#include <string>
#include <string_view>

#include "simulation/script.h"

namespace isthmus::simulation {

class Life;
class Person;

/// Something that a person can do.
struct Deed {
  std::string_view name;
  /// How often it is chosen, compared with others.
  std::size_t weight = 1;
  bool (*possible)(Person&);
  Script<> (*run)(Person&);
};

/// Something that must hold. Either `no_row` is a query that must give nothing, or `problem` says what is wrong, "" for
/// nothing.
struct Law {
  enum class When {
    always,      ///< after every deed, webhook and run of cron
    in_the_end,  ///< once the world has settled: everything was delivered, and nothing goes wrong any more
    long_after,  ///< more than a year later, in some runs
  };
  std::string_view says;
  When when = When::always;
  std::string_view no_row;
  std::string (*problem)(Life&) = nullptr;
};

/// A part of the product: what people do there, and what must hold however it goes.
struct Part {
  std::string_view name;
  std::span<const Deed> deeds;
  std::span<const Law> laws;
  /// Called once before anybody acts.
  void (*prepare)(Life&) = nullptr;
  /// Called at every round of the settling in the end: what the part's providers still have to say.
  void (*settle)(Life&) = nullptr;
  /// Whether nothing goes on without it, so that no run leaves it out.
  bool is_needed = false;
  /// Whether its laws are about money: they must hold after each batch, whatever is still under way.
  bool keeps_books = false;
};

/// All parts. A new one is a file in parts/ and a line in parts.cpp.
std::span<const Part* const> parts();

/// That something is otherwise than our database has it.
inline std::string unlike(std::string_view what, std::string_view it_is, std::string_view known) {
  return std::string(what).append(" is ").append(it_is).append(", and we say ").append(known);
}

}  // namespace isthmus::simulation
