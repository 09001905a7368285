// A search that ends when nothing is to be gained, shows how far it is, and says which parameters mattered.
#include <cstdio>
#include <knobless/analysis/no_more_gain.hpp>
#include <knobless/minimize.hpp>
#include <knobless/progress_line.hpp>
#include <knobless/report/html_report.hpp>
#include <knobless/sampler/gp_ei.hpp>

struct controller {
  double gain = 1.0;
  double damping = 0.5;
  double filter = 0.1;
};

double overshoot(const controller& c) {
  return (c.gain - 3.0) * (c.gain - 3.0) + 0.2 * (c.damping - 0.7) * (c.damping - 0.7) + 1e-4 * c.filter;
}

int main() {
  const knobless::space<controller> space{knobless::real("gain", &controller::gain, {.low = 0.0, .high = 10.0}),
                                          knobless::real("damping", &controller::damping, {.low = 0.0, .high = 10.0}),
                                          knobless::real("filter", &controller::filter, {.low = 0.0, .high = 1.0})};

  // [stop]
  const auto tuned = knobless::minimize(space, knobless::gp_ei{}, overshoot,
                                        {.trials = 300, .seed = 7, .stop_when = knobless::no_more_gain});
  std::printf("%zu trials; the others would have gained %g at most\n", tuned.trials().size(),
              tuned.expected_gain().value_or(0.0));
  // [stop]

  // [importance]
  for (const knobless::importance_share& s : tuned.importance())
    std::printf("%-8s %3.0f %%\n", s.name.c_str(), 100.0 * s.share);
  // [importance]

  // [progress]
  const auto watched = knobless::minimize(space, overshoot, {.trials = 200, .on_trial = knobless::progress_line{}});
  // [progress]

  // [callback]
  const auto say = [](const knobless::progress<controller>& p) {
    if (p.number % 50 == 49)
      std::printf("trial %zu of %zu after %.1f s, best %g\n", p.number + 1, p.trials, p.seconds, p.study.best().value);
    if (p.study.best().value < 0.01) p.request_stop();  // good enough: no further trial begins
  };
  const auto enough = knobless::minimize(space, overshoot, {.trials = 200, .on_trial = say});
  // [callback]
  std::printf("%zu trials\n", enough.trials().size());
  std::printf("%s", watched.report().c_str());
  // [report]
  knobless::write_html(watched, "report.html");
  // [report]
  return tuned.trials().size() < 300 && tuned.importance().back().name == "filter" ? 0 : 1;
}
