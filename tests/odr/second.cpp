// All headers once more, this time after other people's macros. What knobless includes from elsewhere comes first: those
// headers have their own ways with such macros, or none.
#include <external_headers.hpp>

#include "../hostile/macros.hpp"

#include <all_headers.hpp>

#include "twice.hpp"

double second();
double second() { return search(); }
