"""Does Optuna see what we wrote, and do we what it wrote?

  optuna_test.py KEPT KNOBLESS     the programs of these names

The environment variable KNOBLESS_OPTUNA_DATA names a folder of journals that Optuna wrote. Exit code 77 where it doesn't, or
where Optuna is not installed.
"""
import csv
import io
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile

try:
    import optuna
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend
except ImportError:
    print("skipped: Optuna is not installed")
    sys.exit(77)

optuna.logging.set_verbosity(optuna.logging.ERROR)
kept, knobless = sys.argv[1:3]
data = os.environ.get("KNOBLESS_OPTUNA_DATA")
if not data:
    print("skipped: KNOBLESS_OPTUNA_DATA names no folder")
    sys.exit(77)


def run(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout


def studies(path):
    storage = JournalStorage(JournalFileBackend(path))
    return {s.study_name: optuna.load_study(study_name=s.study_name, storage=storage) for s in storage.get_all_studies()}


def same(a, b):
    return (math.isnan(a) and math.isnan(b)) or a == b


def compare_with_ours(path, rows):
    """Every trial: our rows, our JSON, and what Optuna reads."""
    study = studies(path)["knobless"]
    ours = {int(r["trial"]): r for r in csv.DictReader(io.StringIO(rows))}
    listed = json.loads(run(knobless, "trials", path, "--json").replace("NaN", '"nan"'))
    assert len(study.trials) == len(listed), (len(study.trials), len(listed))
    for t, l in zip(study.trials, listed):
        assert l["number"] == t.number and l["state"].upper().replace("FAILED", "FAIL") == t.state.name, (t, l)
        assert l["values"] == (t.values or []), (t, l)
        assert l["params"] == t.params, (t.params, l["params"])
        assert {s: float(v) for s, v in l["reports"]}.keys() == t.intermediate_values.keys(), t
        assert all(same(float(v), t.intermediate_values[s]) for s, v in l["reports"]), t
        assert l["attributes"] == t.user_attrs, t
        r = ours[t.number]
        assert r["state"].upper().replace("FAILED", "FAIL") == t.state.name
        if r["value"]:
            assert float(r["value"]) == t.value, (r, t.value)
        if r["why"]:
            assert t.user_attrs["knobless:why"] == r["why"]
        assert float(r["x"]) == t.params["x"] and float(r["rate"]) == t.params["rate"]
        assert abs(float(r["drop"]) - t.params["drop"]) < 1e-12  # Optuna's 0.1 + 0.05 is our 0.15
        assert int(r["layers"]) == t.params["layers"] and int(r["width"]) == t.params["width"]
        assert (r["flip"] == "true") == t.params["flip"] and r["form"] == t.params["form"]
        assert ("momentum.value" in t.params) == (r["momentum"] == "some") and r["momentum"] == t.params["momentum"]
        d = t.distributions
        assert d["x"] == optuna.distributions.FloatDistribution(-1.0, 1.0)
        assert d["rate"] == optuna.distributions.FloatDistribution(1e-5, 0.1, log=True)
        assert d["drop"] == optuna.distributions.FloatDistribution(0.0, 0.7, step=0.05), d["drop"]
        assert d["layers"] == optuna.distributions.IntDistribution(1, 7, step=3), d["layers"]
        assert d["width"] == optuna.distributions.IntDistribution(4, 256, log=True)
        assert d["flip"] == optuna.distributions.CategoricalDistribution([False, True])
        assert d["form"] == optuna.distributions.CategoricalDistribution(["round", 'square "2"', "star\né"])
    return study


def goes_on(study, trials):
    """Optuna asks and tells more, with the same distributions."""
    study.enqueue_trial({"x": 0.125, "rate": 0.001, "drop": 0.05, "layers": 4, "width": 5, "flip": False, "form": "round",
                         "momentum": "none"})
    for i in range(trials):
        t = study.ask()
        x = t.suggest_float("x", -1.0, 1.0)
        t.suggest_float("rate", 1e-5, 0.1, log=True)
        t.suggest_float("drop", 0.0, 0.7, step=0.05)
        t.suggest_int("layers", 1, 7, step=3)
        t.suggest_int("width", 4, 256, log=True)
        t.suggest_categorical("flip", [False, True])
        t.suggest_categorical("form", ["round", 'square "2"', "star\né"])
        if t.suggest_categorical("momentum", ["none", "some"]) == "some":
            t.suggest_float("momentum.value", 0.0, 1.0)
        t.report(x, 0)
        if i == 3:
            study.tell(t, state=optuna.trial.TrialState.PRUNED)
        elif i == 4:
            study.tell(t, state=optuna.trial.TrialState.FAIL)
        else:
            study.tell(t, x * x)


def written_back(name, folder):
    """What Optuna sees is the same after we have read its file and written it anew."""
    path = os.path.join(folder, name)
    shutil.copy(os.path.join(data, name), path)
    before = studies(path)
    run(knobless, "compact", path)
    run(knobless, "check", path)
    after = studies(path)
    assert before.keys() == after.keys()
    for name, study in before.items():
        other = after[name]
        assert study.directions == other.directions and study.user_attrs == other.user_attrs
        assert study.metric_names == other.metric_names
        assert len(study.trials) == len(other.trials)
        for a, b in zip(study.trials, other.trials):
            assert (a.state, a.values, a.params, a.distributions) == (b.state, b.values, b.params, b.distributions), (a, b)
            assert (a.user_attrs, a.system_attrs) == (b.user_attrs, b.system_attrs), (a, b)
            assert (a.datetime_start, a.datetime_complete) == (b.datetime_start, b.datetime_complete), (a, b)
            assert a.intermediate_values.keys() == b.intermediate_values.keys()
            assert all(same(v, b.intermediate_values[s]) for s, v in a.intermediate_values.items()), (a, b)


with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "study.log")
    study = compare_with_ours(path, run(kept, path, "25"))
    goes_on(study, 10)
    rows = run(kept, path, "50")
    assert len(rows.split("\r\n" if "\r\n" in rows else "\n")) >= 51, rows
    study = compare_with_ours(path, rows)
    assert len(study.trials) == 50
    importances = optuna.importance.get_param_importances(
        study, evaluator=optuna.importance.PedAnovaImportanceEvaluator()) if len(study.trials) > 20 else {}
    for name in sorted(os.listdir(data)):
        if name.endswith(".log"):
            written_back(name, folder)
print("Optuna", optuna.__version__, "sees the same trials, before and after")
