// The numeric half of knobless, compiled once: the target knobless::compiled, whose users define KNOBLESS_COMPILED too.
#ifndef KNOBLESS_COMPILED
#error "src/knobless.cpp needs KNOBLESS_COMPILED: build it by the target knobless::compiled"
#endif

#include <knobless/knobless.hpp>

#include <knobless/acquisition/maximise.ipp>
#include <knobless/analysis/importance.ipp>
#include <knobless/analysis/no_more_gain.ipp>
#include <knobless/domain.ipp>
#include <knobless/estimate.ipp>
#include <knobless/fidelity/fidelity_core.ipp>
#include <knobless/fidelity/multi_fidelity_rule.ipp>
#include <knobless/fidelity/population_core.ipp>
#include <knobless/history.ipp>
#include <knobless/model/gaussian_process.ipp>
#include <knobless/model/local_quadratic.ipp>
#include <knobless/model/quadratic.ipp>
#include <knobless/model/search_distribution.ipp>
#include <knobless/parameter.ipp>
#include <knobless/sampler/automatic.ipp>
#include <knobless/sampler/cma_es.ipp>
#include <knobless/sampler/finite_space.ipp>
#include <knobless/sampler/gp_ei.ipp>
#include <knobless/sampler/grid.ipp>
#include <knobless/sampler/sobol.ipp>
#include <knobless/sampler/tpe.ipp>
#include <knobless/sampler/trust_region.ipp>
#include <knobless/search_loop.ipp>
#include <knobless/study_core.ipp>
#include <knobless/study_log.ipp>
