// The numeric half of knobless, compiled once: the target knobless::compiled, whose users define KNOBLESS_COMPILED too.
#ifndef KNOBLESS_COMPILED
#error "src/knobless.cpp needs KNOBLESS_COMPILED: build it by the target knobless::compiled"
#endif

#include <knobless/knobless.hpp>

#include <knobless/acquisition/goal_gain.ipp>
#include <knobless/acquisition/hypervolume_improvement.ipp>
#include <knobless/acquisition/maximise.ipp>
#include <knobless/analysis/importance.ipp>
#include <knobless/analysis/no_more_gain.ipp>
#include <knobless/analysis/trade_off.ipp>
#include <knobless/executor/runners.ipp>
#include <knobless/executor/threads.ipp>
#include <knobless/model/distances.ipp>
#include <knobless/model/estimate.ipp>
#include <knobless/model/gaussian_process.ipp>
#include <knobless/model/local_quadratic.ipp>
#include <knobless/model/quadratic.ipp>
#include <knobless/model/search_distribution.ipp>
#include <knobless/model/strays.ipp>
#include <knobless/pareto/boxes.ipp>
#include <knobless/pareto/front.ipp>
#include <knobless/pareto/hypervolume.ipp>
#include <knobless/record/csv.ipp>
#include <knobless/record/history.ipp>
#include <knobless/record/log_items.ipp>
#include <knobless/record/record.ipp>
#include <knobless/record/record_log.ipp>
#include <knobless/report/effects.ipp>
#include <knobless/report/html_report.ipp>
#include <knobless/report/page_data.ipp>
#include <knobless/report/summary.ipp>
#include <knobless/report/timeline.ipp>
#include <knobless/sampler/admission.ipp>
#include <knobless/sampler/admitted_point.ipp>
#include <knobless/sampler/admitted_search.ipp>
#include <knobless/sampler/admitted_walk.ipp>
#include <knobless/sampler/automatic.ipp>
#include <knobless/sampler/cma/categories.ipp>
#include <knobless/sampler/cma/first_distribution.ipp>
#include <knobless/sampler/cma/generation.ipp>
#include <knobless/sampler/cma/margin.ipp>
#include <knobless/sampler/cma/quadratic_helper.ipp>
#include <knobless/sampler/cma/termination.ipp>
#include <knobless/sampler/cma_es.ipp>
#include <knobless/sampler/finite_space.ipp>
#include <knobless/sampler/fresh_point.ipp>
#include <knobless/sampler/goal_order.ipp>
#include <knobless/sampler/gp_ei.ipp>
#include <knobless/sampler/gp_goals.ipp>
#include <knobless/sampler/grid.ipp>
#include <knobless/sampler/known_points.ipp>
#include <knobless/sampler/nsga2.ipp>
#include <knobless/sampler/plateau.ipp>
#include <knobless/sampler/sobol.ipp>
#include <knobless/sampler/tpe.ipp>
#include <knobless/sampler/tpe/parzen_sides.ipp>
#include <knobless/sampler/trust_region.ipp>
#include <knobless/space/domain.ipp>
#include <knobless/space/parameter.ipp>
#include <knobless/study/search_machine.ipp>
#include <knobless/study/study_core.ipp>
#include <knobless/study/study_log.ipp>
#include <knobless/training/fidelity_core.ipp>
#include <knobless/training/multi_fidelity_rule.ipp>
#include <knobless/training/population_core.ipp>
#include <knobless/training/rung_model.ipp>
#include <knobless/training/rung_scale.ipp>
#include <knobless/training/training_log.ipp>

// The one kernel that samplers use.
template class knobless::detail::basic_gaussian_process<knobless::detail::matern_5_2>;
