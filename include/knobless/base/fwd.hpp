/// \file
/// The names, for headers that only mention them.
#pragma once

#include "config.hpp"

/// Hyperparameter search inside a program.
namespace knobless::inline KNOBLESS_ABI {

class parameter;
class domain;
struct point;
class random_stream;
class history;
class any_sampler;
class study_core;
template <class Config>
class space;
template <class Config>
class trial;
template <class Config>
class study;

}  // namespace knobless
