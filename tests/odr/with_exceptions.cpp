// A file with exceptions in a program that has one without: errors are thrown here, whatever the linker saw first.
#include <knobless/knobless.hpp>

#include "mixed.hpp"

int ends_well_without_exceptions();

int main() {
  try {
    (void)wrong_option();
    return 1;
  } catch (const knobless::exception&) {
  }
  return ends_well_without_exceptions();
}
