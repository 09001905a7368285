// A file without exceptions in a program that has one with them: errors go to KNOBLESS_FAIL here.
#include <cstdio>
#include <cstdlib>
#define KNOBLESS_FAIL(sentence) (std::puts(sentence), std::exit(0))
#include <knobless/knobless.hpp>

#include "mixed.hpp"

int ends_well_without_exceptions();
int ends_well_without_exceptions() {
  (void)wrong_option();
  return 1;
}
