/* The objectives that every tuner is measured on, behind one C interface, so that a C++ header library,
 * a Python framework and a C library all minimise exactly the same functions. */
#ifndef LAB_PROBLEMS_H
#define LAB_PROBLEMS_H
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

enum lab_kind {
  LAB_FLOAT = 0,    /* real in [lo, hi] */
  LAB_LOG_FLOAT = 1,/* real in [lo, hi], lo > 0, natural scale is logarithmic */
  LAB_INT = 2,      /* integer in [lo, hi] */
  LAB_LOG_INT = 3,  /* integer in [lo, hi], lo >= 1, natural scale is logarithmic */
  LAB_CATEGORY = 4  /* index in 0 .. hi, unordered; lo is 0 */
};

typedef struct {
  const char *name;
  int kind;         /* enum lab_kind */
  double lo, hi;
  int parent;       /* index of an earlier category that decides whether this one is active, or -1 */
  uint64_t when;    /* bit k set: active while the parent (itself active) has category k */
} lab_param;        /* an inactive parameter has no influence on the value */

typedef struct {
  const char *name;   /* unique, [a-z0-9-]+ */
  const char *group;  /* "synthetic", "mixed", "noisy", "control", ... */
  int dim;
  const lab_param *params;
  double best_known;  /* the optimum, or the best value any tuner ever reached here */
  double random_median; /* median over 200 uniform draws in the natural scale: regret is (f - best_known) / (random_median - best_known) */
  int held_out;       /* 1: kept for the release */
  int noisy;          /* 1: eval depends on seed; the noiseless value comes with seed 0 */
  double max_fidelity;/* 0: none; else eval takes fidelity in (0, max_fidelity] (epochs, rounds) */
} lab_problem;

int lab_count(void);
const lab_problem *lab_at(int index);
const lab_problem *lab_find(const char *name); /* NULL where there is none */

/* Minimised. x holds dim values in natural units (integers and category indices as doubles).
 * fidelity: 0 or max_fidelity for the full evaluation. Deterministic in its arguments. */
double lab_eval(const lab_problem *problem, const double *x, uint64_t seed, double fidelity);

#ifdef __cplusplus
}
#endif
#endif
