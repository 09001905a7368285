#include "support.hpp"

#include <knobless/storage/iso_time.hpp>
#include <knobless/storage/json_text.hpp>
#include <knobless/storage/line_reader.hpp>
#include <knobless/storage/optuna_contents.hpp>
#include <knobless/storage/optuna_point.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

using namespace knobless;
namespace jf = detail::journal_format;

namespace {

std::string why_not(const std::string& text) {
  jf::line_reader r;
  const auto read = r.read(text);
  return read ? "" : read.error().what;
}

}  // namespace

TEST_CASE("numbers come back from JSON to the bit") {
  std::uint64_t bits = 0x9E3779B97F4A7C15U;
  for (int i = 0; i < 2000; ++i) {
    bits = bits * 6364136223846793005U + 1442695040888963407U;
    const double value = std::bit_cast<double>(bits);
    if (!elementary::is_finite(value)) continue;
    REQUIRE(jf::number_of(jf::json_number(value)) == value);
  }
  CHECK(jf::json_number(3.0) == "3.0");
  CHECK(jf::json_number(test::infinity) == "Infinity");
  CHECK(jf::json_number(test::nan) == "NaN");
}

TEST_CASE("NaN and infinities are read where Optuna writes them, and refused elsewhere") {
  jf::line_reader r;
  const std::string head = R"({"op_code":7,"worker_id":"w","trial_id":0,"step":1,"intermediate_value":)";
  CHECK(elementary::is_nan(r.read(head + "NaN}").value().reports.front().value));
  CHECK(r.read(head + "-Infinity}").value().reports.front().value == -test::infinity);
  CHECK(r.read(R"({"op_code":6,"trial_id":0,"state":1,"values":[Infinity],"datetime_complete":"x"})").value().values ==
        std::vector<double>{test::infinity});
  CHECK(test::says(why_not(head + "null}"), "intermediate_value"));
  CHECK_FALSE(why_not(head + "nan}").empty());
  CHECK_FALSE(why_not(R"({"op_code":5,"trial_id":0,"param_name":"x","param_value_internal":NaN,)"
                      R"("distribution":"{\"name\":\"FloatDistribution\",\"attributes\":{\"low\":0,\"high\":1}}"})")
                  .empty());
  CHECK(test::says(
      why_not(R"({"op_code":5,"trial_id":0,"param_name":"x","param_value_internal":1,)"
              R"("distribution":"{\"name\":\"FloatDistribution\",\"attributes\":{\"low\":NaN,\"high\":1}}"})"),
      "no finite bounds"));
  // An attribute keeps the word.
  const auto line = r.read(R"({"op_code":8,"trial_id":0,"user_attr":{"a":[NaN,"NaN"]}})");
  CHECK(line.value().user.front().json == R"([NaN,"NaN"])");
}

TEST_CASE("what is no operation is refused in bounded depth and time") {
  CHECK(test::says(why_not(""), "empty"));
  CHECK(test::says(why_not("{"), "no JSON"));
  CHECK(test::says(why_not("[]"), "no JSON object"));
  CHECK(test::says(why_not("{}"), "op_code"));
  CHECK(test::says(why_not(R"({"op_code":11})"), "no operation 11"));
  CHECK(test::says(why_not(R"({"op_code":-1})"), "op_code"));
  CHECK(test::says(why_not(R"({"op_code":1e99})"), "op_code"));
  CHECK_FALSE(why_not(R"({"op_code":1,"study_id":1e999})").empty());
  CHECK_FALSE(why_not(R"({"op_code":1,"study_id":99999999999999999999999})").empty());
  CHECK(test::says(why_not(R"({"op_code":1,"study_id":0,"study_id":1})"), "twice"));
  CHECK_FALSE(why_not("{\"op_code\":1,\"study_id\":0,\"x\":\"\xFF\"}").empty());
  CHECK_FALSE(why_not(std::string(1000000, '[')).empty());
  CHECK_FALSE(
      why_not(R"({"op_code":8,"trial_id":0,"user_attr":)" + std::string(100000, '[') + std::string(100000, ']') + "}")
          .empty());
  CHECK(test::says(why_not(R"({"op_code":4,"study_id":0,"datetime_start":null,"state":7})"), "state"));
  CHECK(test::says(why_not(R"({"op_code":4,"study_id":0,"datetime_start":null,"params":{"x":0}})"), "distributions"));
  CHECK(test::says(
      why_not(R"({"op_code":5,"trial_id":0,"param_name":"c","param_value_internal":2,)"
              R"("distribution":"{\"name\":\"CategoricalDistribution\",\"attributes\":{\"choices\":[1,2]}}"})"),
      "one of 2 choices"));
}

TEST_CASE("each parameter kind is a distribution that Optuna has") {
  CHECK(jf::distribution_json(parameter::real("x", {.low = 0.0, .high = 1.0}).value()) ==
        R"({"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 1.0, "log": false}})");
  CHECK(jf::distribution_json(parameter::real("x", {.low = 0.0, .high = 0.72, .step = 0.05}).value()) ==
        R"({"name": "FloatDistribution", "attributes": {"step": 0.05, "low": 0.0, "high": 0.7, "log": false}})");
  CHECK(jf::distribution_json(parameter::integer("k", {.low = 1, .high = 9, .step = 3}).value()) ==
        R"({"name": "IntDistribution", "attributes": {"log": false, "step": 3, "low": 1, "high": 7}})");
  CHECK(jf::distribution_json(
            parameter::integer("k", {.low = 1, .high = std::int64_t{1} << 53U, .scale = scaling::log}).value()) ==
        R"({"name": "IntDistribution", "attributes": {"log": true, "step": 1, "low": 1, "high": 9007199254740992}})");
  CHECK(jf::distribution_json(parameter::categorical("c", {"a \"b\"", "3"}).value()) ==
        R"({"name": "CategoricalDistribution", "attributes": {"choices": ["a \"b\"", "3"]}})");
  CHECK(jf::distribution_json(parameter::categorical("f", {"false", "true"}).value()) ==
        R"({"name": "CategoricalDistribution", "attributes": {"choices": [false, true]}})");
}

TEST_CASE("choices of every JSON kind are labels") {
  CHECK(jf::label_of("\"relu\"") == "relu");
  CHECK(jf::label_of("null") == "null");
  CHECK(jf::label_of("true") == "true");
  CHECK(jf::label_of("3") == "3");
  CHECK(jf::label_of("0.5") == "0.5");
}

TEST_CASE("times are read with any offset and with none") {
  CHECK(jf::seconds_of("1970-01-02T00:00:01.500000+00:00") == 86401.5);
  CHECK(jf::seconds_of("1970-01-02T02:00:01+02:00") == 86401.0);
  CHECK(jf::seconds_of("1970-01-01T00:00:01") == 1.0);
  CHECK(jf::seconds_of("2026-11-27T14:00:01Z") == 1795788001.0);
  CHECK_FALSE(jf::seconds_of("yesterday"));
  CHECK(jf::seconds_of(jf::time_text()).has_value());
}

TEST_CASE("a sealed line is refused where anything in it was changed") {
  const std::string line = jf::sealed(jf::opened(jf::operation::delete_study, "w") + ",\"study_id\":12");
  const std::string text = line.substr(0, line.size() - 1);
  CHECK(why_not(text).empty());
  for (std::size_t at = 0; at < text.size(); ++at)
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string changed = text;
      changed[at] = static_cast<char>(static_cast<unsigned char>(changed[at]) ^ (1U << bit));
      CAPTURE(changed);
      REQUIRE_FALSE(why_not(changed).empty());
    }
}

TEST_CASE("lines of no effect in Optuna are of none here") {
  jf::line_reader r;
  jf::contents c;
  const auto apply = [&](const std::string& text) { return c.apply(r.read(text).value()).happened; };
  CHECK(apply(R"({"op_code":0,"study_name":"a","directions":[1]})"));
  CHECK_FALSE(apply(R"({"op_code":0,"study_name":"a","directions":[2]})"));
  CHECK_FALSE(apply(R"({"op_code":4,"study_id":1,"datetime_start":null})"));
  CHECK(apply(R"({"op_code":4,"study_id":0,"datetime_start":null})"));
  CHECK_FALSE(apply(R"({"op_code":6,"trial_id":0,"state":0,"values":null,"datetime_start":"x"})"));
  CHECK(apply(R"({"op_code":6,"trial_id":0,"state":3,"values":null,"datetime_complete":"x"})"));
  CHECK_FALSE(apply(R"({"op_code":6,"trial_id":0,"state":1,"values":[1],"datetime_complete":"x"})"));
  CHECK_FALSE(apply(R"({"op_code":7,"trial_id":0,"step":0,"intermediate_value":1})"));
  CHECK_FALSE(apply(R"({"op_code":10,"trial_ids":[0]})"));
  CHECK(apply(R"({"op_code":1,"study_id":0})"));
  CHECK_FALSE(apply(R"({"op_code":4,"study_id":0,"datetime_start":null})"));
  CHECK(c.trials().front().now == jf::state::failed);
}
