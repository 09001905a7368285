/// \file
/// What the authors of samplers, schedulers, kernels and promotion rules need, under the names that stay: the library's own parts
/// are made of the same. docs/own_parts.md has an example of each.
#pragma once

#include "acquisition/acquisition.hpp"
#include "acquisition/maximise.hpp"
#include "advance.hpp"
#include "base/config.hpp"
#include "base/random.hpp"
#include "base/random_streams.hpp"
#include "model/features.hpp"
#include "model/gaussian_process.hpp"
#include "model/gaussian_process.ipp"
#include "model/kernel.hpp"
#include "model/output_transform.hpp"
#include "record/history.hpp"
#include "record/history_cursor.hpp"
#include "sampler/admitted_point.hpp"
#include "sampler/first_point.hpp"
#include "sampler/sampler.hpp"
#include "sampler/surroundings.hpp"
#include "scheduler/scheduler.hpp"
#include "space/domain.hpp"
#include "space/point.hpp"
#include "training/promotion.hpp"

/// For those who write a part of their own.
namespace knobless::inline KNOBLESS_ABI::kit {

// Reading what happened.
using detail::history_cursor;

// Random numbers: who draws from which stream of a seed. A part from outside takes streams::own(n), or ask_context::rng.
namespace streams = detail::streams;

// Points: where a search begins, and where to look from there.
using detail::admitted_anywhere;
using detail::admitted_beside;
using detail::everywhere_and_around;
using detail::first_point;
using detail::uniform_point;

// A Gaussian process over points: `radial_kernel` says what a kernel has to offer.
using detail::basic_gaussian_process;
using detail::encoded;
using detail::features;
using detail::gaussian_process;
using detail::matern_5_2;
using detail::output_transform;
using detail::radial_kernel;

// What a model expects, and where that is most.
using detail::acquisition;
using detail::acquisition_search;
using detail::basic_expected_gain;
using detail::expected_gain;

}  // namespace knobless::kit
