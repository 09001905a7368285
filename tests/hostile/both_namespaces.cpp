// A program that opens namespace std and namespace knobless, as quick programs do: names of both, of the C library and of POSIX
// mean what they did.
#include <grp.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <knobless/knobless.hpp>

#include <cmath>
#include <complex>
#include <cstdio>
#include <exception>
#include <iomanip>
#include <iostream>
#include <random>
#include <string>
#include <system_error>

using namespace std;
using namespace knobless;

namespace {

struct config {
  double x = 1.0;
  int k = 0;
  bool on = false;
};

}  // namespace

int main() {
  const space<config> where{real("x", &config::x, {.low = 0.1, .high = 10.0, .scale = scaling::log}),
                            integer("k", &config::k, {.low = 0, .high = 3}), fixed(&config::on, true)};
  const auto found = minimize(
      where, [](const config& c) { return log(c.x) * log(c.x) + pow(c.k, 2) + fabs(remainder(c.x, 1.0)) * 0.0; },
      {.trials = 40, .seed = 3});
  const std::error_code none;
  const struct ::group* nobody = nullptr;
  srandom(1);
  const long drawn = random();
  bool caught = false;
  try {
    (void)space<config>::make(real("x", &config::x, {.low = 2.0, .high = 1.0})).value();
  } catch (const knobless::exception&) {
    caught = true;
  } catch (const std::exception&) {
  }
  if (nobody != nullptr) (void)raise(SIGTERM);
  cout << fixed << setprecision(3) << found.best().value << ' ' << real(complex<double>(1.0, 2.0)) << ' '
       << to_string(drawn) << '\n';
  return found.best().value < 1.0 && !none && caught ? 0 : 1;
}
