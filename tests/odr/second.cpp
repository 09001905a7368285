#include <all_headers.hpp>

#include "twice.hpp"

double second();
double second() { return search(); }
