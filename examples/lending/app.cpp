#include "http/app.h"

#include "lending/lending.h"

const isthmus::App& isthmus::app() { return lending::app; }
