/// \file
/// The names, for headers that only mention them.
#pragma once

/// Hyperparameter search inside a program.
namespace knobless {

class parameter;
class domain;
struct point;
class random;
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
