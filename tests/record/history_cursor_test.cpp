#include <knobless/record/history_cursor.hpp>

#include <cstddef>
#include <knobless/record/history.hpp>
#include <knobless/sampler/automatic.hpp>
#include <knobless/sampler/random_search.hpp>
#include <knobless/study/study_core.hpp>
#include <memory>
#include <utility>

#include "../support.hpp"

using namespace knobless;
using detail::history_cursor;

namespace {

std::shared_ptr<const domain> square() {
  return std::make_shared<const domain>(
      domain::make({parameter::real("x", {}).value(), parameter::real("y", {}).value()}).value());
}

// A study that has told so many trials.
struct searched {
  explicit searched(std::size_t trials) {
    for (std::size_t i = 0; i < trials; ++i) {
      const auto asked = study.ask().value();
      study.tell(asked.number, asked.where.unit[0] + asked.where.unit[1]);
    }
  }
  [[nodiscard]] const history& seen() const { return study.seen(); }
  study_core study{square(), random_search{}, {.seed = 3}};
};

}  // namespace

TEST_CASE("history cursor: automatic begins anew with a history that is shorter than the one it has read") {
  const auto space = square();
  const searched longer(60);
  const searched shorter(12);
  const auto next = [&](automatic& sampler, const searched& of) {
    random_stream rng(1, of.seen().size());
    return sampler.ask({*space, of.seen(), rng, 1, of.seen().size(), of.seen().size()});
  };
  automatic used;
  automatic fresh;
  (void)next(used, longer);
  for (int i = 0; i < 3; ++i) CHECK(next(used, shorter) == next(fresh, shorter));
  CHECK(used.explain(shorter.seen()) == fresh.explain(shorter.seen()));
}

TEST_CASE("history cursor: each row is read once") {
  const searched study(5);
  history_cursor cursor(study.seen());
  std::size_t read = 0;
  for (; cursor.more(study.seen()); cursor.advance()) CHECK(cursor.row() == read++);
  CHECK(read == 5);
  CHECK(cursor.follows(study.seen()));
  CHECK(!cursor.more(study.seen()));
}

TEST_CASE("history cursor: a shorter history is another one, and so is one of another epoch") {
  const searched five(5);
  const searched two(2);
  history_cursor cursor(five.seen());
  while (cursor.more(five.seen())) cursor.advance();
  CHECK(!cursor.follows(two.seen()));
  history later(2);
  later.supersede(five.seen());
  CHECK(!history_cursor(five.seen()).follows(later));
  CHECK(history_cursor(later).follows(later));
}
