# The fourth process of shared_search.cpp: Optuna takes part in a study that a C++ program has begun.
#   shared_search.py <journal>
import sys

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend


def train(trial):
    rate = trial.suggest_float("rate", 1e-5, 0.1, log=True)
    layers = trial.suggest_int("layers", 1, 8)
    return (rate - 0.003) ** 2 * 1e4 + layers * 0.1


optuna.logging.set_verbosity(optuna.logging.WARNING)
study = optuna.load_study(study_name="knobless", storage=JournalStorage(JournalFileBackend(sys.argv[1])))
study.optimize(train, n_trials=10)
print("Optuna made 10 of", len(study.trials), "trials, the best", study.best_value)
