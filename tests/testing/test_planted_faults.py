"""Each check catches a fault that was planted for it."""

# Faults are wrong in their types, too.
# ruff: noqa: E501
# pyright: basic

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import matplotlib
import pytest
import torch

import takens
from takens import testing
from takens.testing import samples

from . import faults
from .faults import Faulty, euler, henon, lorenz, rk4

FAULTS: list[tuple[Callable[[Any], None], Any]] = [
    # Systems.
    (testing.check_system_protocol, Faulty(lorenz, dim=3.0)),
    (testing.check_system_shape_and_dtype, Faulty(lorenz, call=lambda t, x: lorenz(t, x)[..., :2])),
    (testing.check_system_shape_and_dtype, Faulty(lorenz, call=lambda t, x: lorenz(t, x).double())),
    (testing.check_system_batch_is_pointwise, Faulty(lorenz, call=lambda t, x: x - x.mean())),
    (testing.check_system_leaves_its_input_alone, Faulty(lorenz, call=lambda t, x: faults.written_to(x))),
    (testing.check_system_transforms, Faulty(lorenz, call=faults.looped)),
    (testing.check_system_is_a_value, faults.Forgetful()),
    (testing.check_system_can_be_simulated, Faulty(lorenz, call=lambda t, x: 1e3 * x * x)),
    (testing.check_system_facts, Faulty(lorenz, facts=lambda: takens.Facts((0.9, 0.0, -14.0)))),
    (testing.check_system_facts, Faulty(lorenz, facts=lambda: takens.Facts((0.0, 0.9), "a book"))),
    (testing.check_jacobian, Faulty(lorenz, jacobian=lambda t, x: -lorenz.jacobian(t, x))),
    (testing.check_tangent, Faulty(henon, tangent=lambda x, v: (henon(x), v))),
    # Integrators.
    (testing.check_integrator_protocol, object()),
    (testing.check_integrator_shape_and_dtype, Faulty(rk4, solve=faults.single)),
    (testing.check_integrator_solves, Faulty(rk4, solve=lambda f, x0, ts: rk4.solve(f, x0, 1.1 * ts))),
    (testing.check_integrator_goes_back, Faulty(rk4, solve=faults.backward_only_forward)),
    (testing.check_integrator_batch_is_pointwise, Faulty(rk4, solve=faults.leaks)),
    (testing.check_integrator_leaves_its_input_alone, Faulty(rk4, solve=faults.writes)),
    (testing.check_integrator_refuses_unordered_times, Faulty(rk4, solve=faults.sorts)),
    (testing.check_integrator_gradient, Faulty(rk4, solve=faults.detached)),
    (testing.check_integrator_gradient_modes_agree, faults.WrongAdjoint()),
    (testing.check_stepper_order, Faulty(euler, order=2)),
    (testing.check_stepper_order, Faulty(rk4, order=5)),
    (testing.check_stepper_step_is_solve, Faulty(rk4, step=euler.step)),
    (testing.check_stepper_transforms, Faulty(rk4, step=lambda f, t, x, dt: faults.looped(t, x))),
    # Models.
    (testing.check_model_protocol, faults.Nameless()),
    (testing.check_model_config, faults.LosesConfig(hidden=3)),
    (testing.check_model_shapes_and_dtypes, faults.AlwaysDouble()),
    (testing.check_model_batch_is_pointwise, faults.LeakyBatch()),
    (testing.check_model_leaves_its_input_alone, faults.Overwrites()),
    (testing.check_model_forcing_twice_is_forcing_once, faults.HalfForces()),
    (testing.check_model_state_dict, faults.Unstored()),
    (testing.check_model_functional_call, faults.ReadsOnce()),
    (testing.check_model_ensemble, faults.LooksAtNumbers()),
    (testing.check_model_seed, faults.Unseeded()),
    (testing.check_model_free_run, faults.Restless()),
    (testing.check_model_jacobian, faults.WrongJacobian()),
    (testing.check_model_tangent, faults.WrongTangent()),
    (testing.check_model_forcing_signal, faults.WrongSignal()),
    (testing.check_model_closed_form, faults.SolvesToNaN()),
    (testing.check_model_units, faults.IgnoresUnits()),
    # Schemes.
    (testing.check_scheme_protocol, object()),
    (testing.check_scheme_loss, faults.ManyLosses()),
    (testing.check_scheme_gradient_reaches_every_weight, faults.MissesAWeight()),
    (testing.check_scheme_gradient_is_the_derivative, faults.CutsTheGradient()),
    (testing.check_scheme_leaves_its_input_alone, faults.StandardisesInPlace()),
    (testing.check_scheme_order_of_windows, faults.LooksAtTheFirst()),
    (testing.check_scheme_learns, faults.Climbs()),
    (testing.check_scheme_ensembles, faults.Mixes()),
    (testing.check_scheme_adapting, faults.AdaptsToNothing()),
    (testing.check_scheme_forcing_report, faults.ReportsNaN()),
    (testing.check_scheme_state, faults.Forgets()),
    (testing.check_direct_scheme, faults.SolvesWithoutLoss()),
    (testing.check_direct_scheme_learns, faults.SolvesNothing()),
    (testing.check_layer_scheme_learns, faults.LearnsNothing()),
    (testing.check_layer_scheme_repeats, faults.Draws()),
    # Metrics.
    (testing.check_metric_protocol, Faulty(faults.Metric(), horizon=0)),
    (testing.check_metric_is_best_on_identical_series, faults.NotZeroOnItself()),
    (testing.check_metric_tells_series_apart, faults.SeesNothing()),
    (testing.check_metric_is_repeatable, faults.Wavers()),
    (testing.check_metric_survives_divergence, faults.Chokes()),
    (testing.check_dynamics_metric_probes, faults.Random()),
    (testing.check_dynamics_metric_survives_divergence, faults.Follows()),
    (testing.check_metric_reference, faults.Prober(reference=1.0)),
    (testing.check_dynamics_metric_agrees_with_facts, faults.Prober(2.0, reference=1.0)),
    # Device policies, readers, pictures.
    (testing.check_device_policy_protocol, object()),
    (testing.check_device_policy_chooses, faults.WithoutReason()),
    (testing.check_dataset_protocol, faults.Reader("csv")),
    (testing.check_dataset_refuses_what_is_no_data, faults.Reader(".csv")),
    (testing.check_figure_protocol, Faulty(faults.Paints(), title="two\nlines")),
    (testing.check_figure_draws, faults.Paints()),
    (testing.check_portrait_protocol, Faulty(faults.Paints(), title="")),
    (testing.check_portrait_draws, faults.Paints()),
    # Backends and kernels.
    (testing.check_backend_protocol, Faulty(faults.Answers(), preference="high")),
    (testing.check_backend_solves, faults.Answers()),
    (testing.check_backend_iterates, faults.Answers()),
    (testing.check_backend_declines_what_is_hard, faults.Raises()),
    (testing.check_kernel_protocol, faults.OutOfBounds()),
    (testing.check_kernel_shape_and_dtype, faults.Flat()),
    (testing.check_kernel_is_a_covariance, faults.Indefinite()),
    (testing.check_kernel_diagonal, faults.WrongDiagonal()),
    (testing.check_kernel_is_differentiable, faults.Numb()),
]  # fmt: skip
# Held in files of their own.
ELSEWHERE = {
    "check_can_be_made",
    "check_reading",
    "check_system_facts_hold",
    "check_plugin_is_loaded",
    "check_manifest_is_light",
    "check_targets_can_be_imported",
    "check_parameters_are_the_constructors",
    "check_components_can_be_made",
    "check_claims_are_true",
    "check_summaries",
    "check_public_names_only",
}


@pytest.mark.parametrize(
    ("check", "faulty"),
    FAULTS,
    ids=[f"{check.__name__}-{type(faulty).__name__}" for check, faulty in FAULTS],
)
def test_a_planted_fault_is_caught(check: Callable[[Any], None], faulty: Any) -> None:
    with matplotlib.rc_context(), pytest.raises(Exception, match=r".") as caught:
        check(faulty)
    # A check that stumbles over a typing error of ours has caught nothing.
    assert not isinstance(caught.value, NameError | ImportError)


def test_every_check_has_a_fault() -> None:
    names = {name for name in dir(testing) if name.startswith("check_")}
    assert names == {check.__name__ for check, _ in FAULTS} | ELSEWHERE


@pytest.mark.slow
def test_facts_that_do_not_hold_are_caught() -> None:
    wrong = Faulty(lorenz, facts=lambda: takens.Facts((1.5, 0.0, -14.57), "a bad book"))
    with pytest.raises(testing.CheckFailedError, match=r"stated as 1\.5 and found as 0\.9"):
        testing.check_system_facts_hold(wrong)


def test_a_file_that_is_read_wrongly_is_caught(tmp_path: Path) -> None:
    reader = faults.Reader(".txt")
    right = samples.record(10)
    testing.check_reading(reader, tmp_path, right)
    with pytest.raises(testing.CheckFailedError, match="The numbers differ"):
        testing.check_reading(reader, tmp_path, attrs.evolve(right, x=right.x + torch.ones(2)))
