#include "../support.hpp"

#include <knobless/report/sparkline.hpp>

#include <cstddef>
#include <string>
#include <vector>

using knobless::detail::best_curve;
using knobless::detail::sparkline;

TEST_CASE("a sparkline goes from the lowest block to the highest") {
  CHECK(sparkline(std::vector<double>{}).empty());
  CHECK(sparkline(std::vector{3.0}) == "\xE2\x96\x81");
  CHECK(sparkline(std::vector{0.0, 0.5, 1.0}) == "\xE2\x96\x81\xE2\x96\x85\xE2\x96\x88");
  CHECK(sparkline(std::vector{1.0, test::nan, 0.0}) == "\xE2\x96\x88 \xE2\x96\x81");
  CHECK(sparkline(std::vector{-1.7e308, 1.7e308}) == "\xE2\x96\x81\xE2\x96\x88");
}

TEST_CASE("of many values a sparkline shows so many, with the last") {
  std::vector<double> values;
  for (int i = 0; i < 1000; ++i) values.push_back(i);
  const std::string line = sparkline(values, 20);
  CHECK(line.size() == 60);
  CHECK(line.ends_with("\xE2\x96\x88"));
}

TEST_CASE("a curve of the best keeps few values, evenly, with the latest") {
  best_curve curve;
  for (std::size_t i = 1; i <= 10000; ++i) {
    curve.add(static_cast<double>(i));
    CHECK(curve.values().size() <= 64);
    CHECK(curve.values().back() == static_cast<double>(i));
  }
  CHECK(curve.values().size() >= 32);
  for (std::size_t i = 2; i + 1 < curve.values().size(); ++i)
    CHECK(curve.values()[i] - curve.values()[i - 1] == curve.values()[1] - curve.values()[0]);
}
