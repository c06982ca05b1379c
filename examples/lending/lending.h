#pragma once

#include "http/app.h"

/// A tool library: members borrow things and bring them back. docs/building-your-own.md walks through it.
namespace lending {

extern const isthmus::App app;

/// A loan ends in the future, and within a month.
bool is_good_end(isthmus::Timestamp until, isthmus::Timestamp now);

}  // namespace lending
