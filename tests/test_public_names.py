"""The public names: few for users, the others by what they are for, and the old ones."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import takens
import takens.backend
import takens.errors
import takens.plugin

HOMES = [takens, takens.plugin, takens.backend, takens.errors]
# What was at the top before it had parts.
OLD = [
    "API_VERSION",
    "Adapted",
    "AdaptiveSolve",
    "AmbiguousComponentError",
    "Aspect",
    "Backend",
    "Catalogue",
    "CheckpointError",
    "CommandSpec",
    "ComponentError",
    "ComponentSpec",
    "ConfigurationError",
    "ContinuousModel",
    "DataError",
    "Dataset",
    "Declined",
    "DeviceError",
    "DevicePolicy",
    "DirectScheme",
    "DynamicsMetric",
    "Ensemble",
    "Exponents",
    "Facts",
    "Figure",
    "Finding",
    "Fit",
    "FitFinished",
    "FitStarted",
    "FixedSolve",
    "FlowMap",
    "ForcedIterate",
    "FreeRun",
    "InputError",
    "Integrator",
    "Iterate",
    "Kernel",
    "LayerFit",
    "LayerScheme",
    "Map",
    "Metric",
    "Model",
    "Parameter",
    "Placement",
    "Plugin",
    "PluginWarning",
    "Portrait",
    "Precision",
    "Question",
    "REQUIRED",
    "Registry",
    "Results",
    "RunFinished",
    "RunStarted",
    "Scheme",
    "Score",
    "ScoreDifference",
    "SeriesMetric",
    "StepControl",
    "StepLogged",
    "Stepper",
    "Stretched",
    "SupportsAdapting",
    "SupportsClosedForm",
    "SupportsEnsembles",
    "SupportsFacts",
    "SupportsForcingReport",
    "SupportsForcingSignal",
    "SupportsJacobian",
    "SupportsReference",
    "SupportsState",
    "SupportsTangent",
    "SupportsUnits",
    "System",
    "Tableau",
    "TakensError",
    "Time",
    "TimeSeries",
    "TrainedModel",
    "Training",
    "TrainingError",
    "TrainingScheme",
    "UnknownComponentError",
    "VectorField",
    "Verdict",
    "accelerated_adaptive",
    "accelerated_exponents",
    "accelerated_solve",
    "backends",
    "catalogue",
    "compare_scores",
    "datasets",
    "devices",
    "evaluate",
    "explain",
    "figures",
    "fit",
    "flow_map",
    "forced_run",
    "generate",
    "hookimpl",
    "integrators",
    "kernels",
    "latent_map",
    "load_members",
    "load_model",
    "metrics",
    "models",
    "portraits",
    "jvp",
    "run",
    "save_model",
    "schemes",
    "simulate",
    "systems",
    "verdict",
    "weights",
]


@pytest.mark.parametrize("home", HOMES, ids=lambda home: home.__name__)
def test_a_star_import_binds_what_is_public(home: ModuleType) -> None:
    bound: dict[str, Any] = {}
    exec(f"from {home.__name__} import *", bound)
    del bound["__builtins__"]
    assert len(bound) > 5
    assert {name for name in bound if name.startswith("_")} == set()
    if home is takens.errors:
        assert all(issubclass(error, BaseException) for error in bound.values())
    else:
        assert sorted(bound) == sorted(home.__all__)
        assert set(bound) <= set(dir(home))


def test_users_find_few_names_at_the_top() -> None:
    assert len(takens.__all__) <= 60  # pyright: ignore[reportUnknownMemberType, reportAttributeAccessIssue]


def test_a_configuration_is_made_of_public_names() -> None:
    data = takens.Data(system={"name": "lorenz63", "rho": 30.0}, steps=100)
    judge = takens.Judge(metrics=["spectrum_distance"], runs=2)
    made = takens.Configuration(data=data, judge=judge, training=takens.Training(steps=5))
    assert (made.data.steps, made.judge.runs, made.training.steps) == (100, 2, 5)
    with pytest.raises(takens.InputError, match="a file or a source; got neither"):
        takens.Data()


def test_no_name_is_public_in_two_places() -> None:
    names = [name for home in HOMES[:3] for name in home.__all__]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("home", HOMES[:3], ids=lambda home: home.__name__)
def test_type_checkers_read_the_same_list(home: ModuleType) -> None:
    tree = ast.parse(Path(str(home.__file__)).read_text())
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    seen: set[str] = set()
    for node in block.body:
        assert isinstance(node, ast.ImportFrom)
        for alias in node.names:
            assert alias.asname == alias.name
            seen.add(alias.name)
            if node.module != home.__name__:
                found = getattr(importlib.import_module(str(node.module)), alias.name)
                assert getattr(home, alias.name) is found
    assert seen == set(dir(home))


@pytest.mark.parametrize("name", OLD)
def test_an_old_name_is_there_for_a_while(name: str) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert getattr(takens, name) is not None
    if name in takens.__all__:  # pyright: ignore[reportUnknownMemberType, reportAttributeAccessIssue]
        assert caught == []
    else:
        (warning,) = caught
        assert warning.category is DeprecationWarning
        assert f"takens.{name} will go; write " in str(warning.message)
        assert warning.filename == __file__


def test_an_old_name_says_where_it_is_now() -> None:
    with pytest.warns(DeprecationWarning, match=r"write takens\.plugin\.Model\."):
        assert getattr(takens, "Model") is takens.plugin.Model  # noqa: B009


def test_an_unknown_name_gets_a_near_match() -> None:
    with pytest.raises(AttributeError, match="Did you mean 'simulate'"):
        getattr(takens, "simulat")  # noqa: B009
    with pytest.raises(AttributeError, match=r"'takens\.plugin' has .* mean 'ComponentSpec'"):
        getattr(takens.plugin, "ComponentSpeck")  # noqa: B009


def test_the_parts_are_there_without_an_import_of_their_own() -> None:
    code = "import takens; takens.plugin.Model; takens.backend.Backend; takens.errors.DataError"
    code += "; takens.testing.Subject"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
