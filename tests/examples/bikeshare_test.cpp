// The parts of examples/bikeshare: its network, and how it reads, makes up and prepares data.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <knobless/base/elementary.hpp>
#include <knobless/random.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../../examples/bikeshare/dataset.hpp"
#include "../../examples/bikeshare/network.hpp"

namespace {

using namespace bikeshare;

const std::vector<hour>& made_up() {
  static const std::vector<hour> hours = simulated();
  return hours;
}

constexpr std::string_view header =
    "instant,dteday,season,yr,mnth,hr,holiday,weekday,workingday,weathersit,temp,atemp,hum,windspeed,casual,registered,"
    "cnt";

std::string csv(const std::vector<hour>& hours, std::string_view line_end = "\n") {
  std::string text{header};
  text += line_end;
  for (const hour& row : hours) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      std::array<char, 32> field{};
      const auto value = static_cast<int>(row[i]);
      if (i == dteday) {
        std::snprintf(field.data(), field.size(), "%04d-%02d-%02d", value / 10000, value / 100 % 100, value % 100);
      } else {
        std::snprintf(field.data(), field.size(), "%.17g", row[i]);
      }
      text.append(i == 0 ? "" : ",").append(field.data());
    }
    text += line_end;
  }
  return text;
}

// A file that is gone at the end of the test.
class temporary_file {
 public:
  explicit temporary_file(std::string_view text) { std::ofstream(path_, std::ios::binary) << text; }
  temporary_file(const temporary_file&) = delete;
  temporary_file& operator=(const temporary_file&) = delete;
  ~temporary_file() { std::filesystem::remove(path_); }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  static std::filesystem::path unused() {
    static int count = 0;
    std::filesystem::path candidate;
    do {
      candidate = std::filesystem::temp_directory_path() / ("knobless-hours-" + std::to_string(count++) + ".csv");
    } while (std::filesystem::exists(candidate));
    return candidate;
  }
  std::filesystem::path path_ = unused();
};

samples random_samples(Eigen::Index inputs, Eigen::Index records, knobless::random_stream& random) {
  samples made{matrix(inputs, records), row_vector(records)};
  for (float& value : made.inputs.reshaped()) value = static_cast<float>(random.normal());
  for (float& value : made.targets) value = static_cast<float>(random.normal());
  return made;
}

TEST_CASE("the network passes the course's own unit test") {
  const matrix to_hidden{{0.1F, 0.4F, -0.3F}, {-0.2F, 0.5F, 0.2F}};
  network net(to_hidden, vector{{0.3F, -0.1F}});
  const samples record{matrix{{0.5F}, {-0.2F}, {0.1F}}, row_vector{{0.4F}}};

  CHECK(net.run(record.inputs)(0) == doctest::Approx(0.09998924).epsilon(1e-6));
  net.train(record, 0.5F);
  CHECK(net.to_output().isApprox(vector{{0.37275328F, -0.03172939F}}, 1e-6F));
  CHECK(net.to_hidden().isApprox(
      matrix{{0.10562014F, 0.39775194F, -0.29887597F}, {-0.20185996F, 0.50074398F, 0.19962801F}}, 1e-6F));
}

TEST_CASE("a step goes down the gradient of half the loss") {
  knobless::random_stream random(3);
  const samples batch = random_samples(4, 9, random);
  const network before(4, 3, random);
  const float rate = 0.25F;
  network after = before;
  after.train(batch, rate);

  const float nudge = 1e-2F;
  for (Eigen::Index weight = 0; weight < 3 * 4 + 3; ++weight) {
    const bool inner = weight < 3 * 4;
    const Eigen::Index at = inner ? weight : weight - 3 * 4;
    const auto loss_with = [&](float change) {
      matrix to_hidden = before.to_hidden();
      vector to_output = before.to_output();
      (inner ? to_hidden.reshaped()(at) : to_output(at)) += change;
      return network(to_hidden, to_output).loss(batch);
    };
    const double gradient = 0.5 * (loss_with(nudge) - loss_with(-nudge)) / (2.0 * static_cast<double>(nudge));
    const float moved = inner ? after.to_hidden().reshaped()(at) - before.to_hidden().reshaped()(at)
                              : after.to_output()(at) - before.to_output()(at);
    CHECK(static_cast<double>(moved) ==
          doctest::Approx(-static_cast<double>(rate) * gradient).epsilon(0.01).scale(0.01));
  }
}

TEST_CASE("a batch of copies of one record is that record") {
  knobless::random_stream random(4);
  const samples one = random_samples(5, 1, random);
  const samples many{one.inputs.replicate(1, 7), one.targets.replicate(1, 7)};
  network a(5, 3, random);
  network b = a;
  a.train(one, 0.5F);
  b.train(many, 0.5F);
  CHECK(a.to_hidden().isApprox(b.to_hidden(), 1e-5F));
  CHECK(a.to_output().isApprox(b.to_output(), 1e-5F));
}

TEST_CASE("records don't mix") {
  knobless::random_stream random(5);
  const samples many = random_samples(5, 7, random);
  network net(5, 3, random);
  const row_vector together = net.run(many.inputs);
  for (Eigen::Index i = 0; i < many.size(); ++i) {
    CHECK(net.run(many.inputs.col(i))(0) == doctest::Approx(together(i)).epsilon(1e-5));
  }
}

TEST_CASE("a seed is a network") {
  knobless::random_stream random(6);
  const samples records = random_samples(5, 200, random);
  const setting chosen{.iterations = 20, .learning_rate = 0.3, .hidden = 3};
  const network once = trained(chosen, records, 1);
  CHECK(trained(chosen, records, 1).to_hidden() == once.to_hidden());
  CHECK(trained(chosen, records, 2).to_hidden() != once.to_hidden());
  const setting untrained{.iterations = 0, .learning_rate = 0.3, .hidden = 3};
  CHECK(trained(untrained, records, 1).to_hidden() != once.to_hidden());
}

TEST_CASE("the simulated hours have the form of the file") {
  const std::vector<hour>& hours = made_up();
  CHECK(hours == simulated());
  CHECK(parse(csv(hours)) == hours);
  CHECK(parse(csv(hours, "\r\n")) == hours);
  CHECK(hours.front()[dteday] == 20110101);
  CHECK(hours.back()[dteday] == 20121231);

  SUBCASE("but can't be taken for it") {
    const temporary_file file(csv(hours));
    CHECK_THROWS_WITH_AS((void)read(file.path()), doctest::Contains("aren't those that UCI published"), data_error);
  }
}

TEST_CASE("data are split and scaled as the course prescribes") {
  const std::vector<hour>& hours = made_up();
  const dataset data = prepare(hours);
  CHECK(data.train.size() == 15435);
  CHECK(data.validation.size() == 1440);
  CHECK(data.test.size() == 504);
  CHECK(data.train.inputs.rows() == 56);

  double mean = 0.0;
  for (std::size_t i = 0; i < 16875; ++i) mean += hours[i][cnt] / 16875.0;
  CHECK(data.mean == doctest::Approx(mean));
  CHECK(data.test.targets(503) == doctest::Approx((hours.back()[cnt] - data.mean) / data.sd));

  matrix known(56, data.train.size() + data.validation.size());
  known << data.train.inputs, data.validation.inputs;
  row_vector targets(known.cols());
  targets << data.train.targets, data.validation.targets;
  const auto standardised = [](const auto& values) {
    const Eigen::RowVectorXd exact = values.template cast<double>();
    CHECK(std::abs(exact.mean()) < 1e-6);
    CHECK(exact.squaredNorm() == doctest::Approx(static_cast<double>(exact.size() - 1)).epsilon(1e-6));
  };
  for (const Eigen::Index input : {2, 3, 4}) standardised(known.row(input));
  standardised(targets);

  // Each hour has one of 4 seasons, 4 weathers, 12 months, 24 hours, 7 days of the week.
  Eigen::Index first = 5;
  for (const Eigen::Index size : {4, 4, 12, 24, 7}) {
    const auto block = known.middleRows(first, size);
    CHECK((block.array() * (1.0F - block.array()) == 0.0F).all());
    CHECK((block.colwise().sum().array() == 1.0F).all());
    CHECK((block.rowwise().sum().array() > 0.0F).all());
    first += size;
  }
  CHECK(first == 56);
  for (std::size_t i = 0; i < hours.size(); i += 997) {
    const auto at = static_cast<Eigen::Index>(i);
    if (at >= known.cols()) break;
    CHECK(known(0, at) == static_cast<float>(hours[i][yr]));
    CHECK(known(1, at) == static_cast<float>(hours[i][holiday]));
    CHECK(known(5 + 4 + 4 + 12 + static_cast<Eigen::Index>(hours[i][hr]), at) == 1.0F);
  }

  CHECK_THROWS_WITH_AS((void)prepare({hours.begin(), hours.begin() + 81 * 24}), doctest::Contains("81 days"),
                       data_error);
}

TEST_CASE("training helps, and training too fast doesn't") {
  const dataset data = prepare(made_up());
  network slow = trained({.iterations = 400, .learning_rate = 0.5, .hidden = 8}, data.train, 1);
  CHECK(slow.loss(data.train) < 0.7);  // 1 is what the mean would score
  network fast = trained({.iterations = 400, .learning_rate = 50.0, .hidden = 8}, data.train, 1);
  const double lost = fast.loss(data.train);
  CHECK((!knobless::elementary::is_finite(lost) || lost > 1.0));
}

TEST_CASE("a file that isn't the one expected is refused with what was expected") {
  std::vector<hour> hours = made_up();
  const auto refused = [](const std::string& text, const char* sentence) {
    CAPTURE(sentence);
    CHECK_THROWS_WITH_AS((void)parse(text), doctest::Contains(sentence), data_error);
    const temporary_file file(text);
    CHECK_THROWS_WITH_AS((void)read(file.path()), doctest::Contains(sentence), data_error);
    CHECK_THROWS_WITH_AS((void)read(file.path()), doctest::Contains(file.path().string().c_str()), data_error);
  };
  const auto refused_row = [&](column name, double value, const char* sentence) {
    std::vector<hour> changed(hours.begin(), hours.begin() + 50);
    changed[30][name] = value;
    refused(csv(changed), sentence);
  };
  const std::string good = csv({hours.begin(), hours.begin() + 3});

  SUBCASE("nothing in it") { refused("", "it is empty"); }
  SUBCASE("something else") { refused("<!DOCTYPE html>\n<html>\n", "'<!DOCTYPE html>' where these 17 columns"); }
  SUBCASE("the daily file") {
    refused(
        "instant,dteday,season,yr,mnth,holiday,weekday,workingday,weathersit,temp,atemp,hum,windspeed,casual,"
        "registered,cnt\n",
        "these 17 columns were expected: instant,dteday,season,yr,mnth,hr,");
  }
  SUBCASE("control characters are not repeated to the terminal") { refused("\x1b[2J\n", "'?[2J'"); }
  SUBCASE("only the names") {
    refused(std::string{header} + "\n", "0 rows of hours where 17379 were expected: it was cut");
  }
  SUBCASE("cut between rows") { refused(good, "3 rows of hours where 17379 were expected: it was cut short"); }
  SUBCASE("cut within a row") {
    refused(good.substr(0, good.size() - 9), "line 4: it has");
    refused(good.substr(0, good.size() - 9), "was the file cut short?");
  }
  SUBCASE("a column more") {
    std::string text = good;
    text.insert(text.find('\n', header.size() + 1), ",1");
    refused(text, "line 2: it has 18 columns where 17 were expected");
  }
  SUBCASE("a row more") {
    hours.push_back(hours.back());
    hours.back()[instant] = 17380;
    refused(csv(hours), "line 17381: instant is '17380' where a whole number from 1 to 17379 was expected");
  }
  SUBCASE("an empty line") { refused(good + "\n" + good, "line 5: it has 1 columns"); }
  SUBCASE("no number") {
    std::string text = good;
    const std::size_t field = text.find(",0.", header.size()) + 1;
    for (const char* wrong : {"", "x", "nan", "inf", "-0", "0x1", "1e-1", " 0.5", "0.5 ", "0.1.2", "1.5", "."}) {
      CAPTURE(wrong);
      const std::size_t end = text.find(',', field);
      text.replace(field, end - field, wrong);
      refused(text, "where a number from 0 to 1 was expected");
    }
  }
  SUBCASE("hours of the day") { refused_row(hr, 24, "line 32: hr is '24' where a whole number from 0 to 23"); }
  SUBCASE("half a rider") { refused_row(casual, 0.5, "line 32: casual is '0.5' where a whole number"); }
  SUBCASE("other years") { refused_row(dteday, 20130101, "dteday is '2013-01-01' where a date from 2011-01-01 to"); }
  SUBCASE("a month that isn't the date's") { refused_row(mnth, 12, "line 32: yr and mnth aren't those of dteday"); }
  SUBCASE("no order") { refused_row(dteday, 20110101, "line 32: it isn't later than the line before"); }
  SUBCASE("rows missing") { refused_row(instant, 32, "line 32: instant doesn't count the rows from 1"); }
  SUBCASE("a sum that is none") { refused_row(cnt, 9999, "line 32: cnt isn't the sum of casual and registered"); }
}

TEST_CASE("a file that can't be read is refused") {
  const temporary_file file("");
  const std::filesystem::path missing = file.path().string() + ".missing";
  CHECK_THROWS_WITH_AS((void)read(missing), doctest::Contains("no such file"), data_error);
  CHECK_THROWS_AS((void)read(std::filesystem::temp_directory_path()), data_error);
}

TEST_CASE("the published file") {
  const char* const path = std::getenv("KNOBLESS_BIKE_DATA");
  if (path == nullptr) {
    MESSAGE("not tested: KNOBLESS_BIKE_DATA names no file");
    return;
  }
  const dataset data = prepare(read(path));
  CHECK(data.mean == doctest::Approx(190.905).epsilon(1e-5));
  CHECK(data.sd == doctest::Approx(182.102).epsilon(1e-5));
  CHECK(data.train.size() == 15435);

  std::ifstream stream(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  std::erase(text, '\r');
  {
    const temporary_file file(text);
    CHECK(read(file.path()).size() == 17379);
  }
  // Temperature 0.24 to 0.34: nothing but the checksum can tell.
  const std::size_t digit = text.find("0.24") + 2;
  text[digit] = '3';
  const temporary_file file(text);
  CHECK_THROWS_WITH_AS((void)read(file.path()), doctest::Contains("aren't those that UCI published"), data_error);
}

}  // namespace
