"""The flows are those of dysts, and run as systems of takens do."""

import warnings
from typing import Any

import attrs
import numpy as np
import pytest
import takens_dysts
import torch
from takens_dysts import flows as classes
from takens_dysts.measure import NEEDED, kaplan_yorke, measure, unresolved
from takens_dysts.page import page
from takens_dysts.stored import exponents, flows
from torch import Tensor

import takens

NAMES = sorted(flows())
T = torch.zeros((), dtype=torch.float64)


def make(name: str) -> Any:
    return getattr(classes, flows()[name]["class"])()


def points(name: str, n: int) -> Tensor:
    start = torch.tensor(flows()[name]["initial"], dtype=torch.float64)
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(n, len(start), generator=generator, dtype=torch.float64)
    return start + (0.1 * start.abs() + 1e-3) * noise


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_field_is_that_of_dysts(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs: Any = pytest.importorskip("dysts.flows")
        theirs = getattr(theirs, flows()[name]["class"])()
        x = points(name, 6)
        expected = np.array([np.array(theirs.rhs(p, 0.0), dtype=float) for p in x.numpy()])
    assert theirs.ic.tolist() == flows()[name]["initial"]
    found = make(name)(T, x).numpy()
    scale = np.abs(expected).max(0)
    np.testing.assert_allclose(found / scale, expected / scale, rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_a_batch_is_its_members_and_so_is_vmap(name: str) -> None:
    system, x = make(name), points(name, 4)

    def field(point: Tensor) -> Tensor:
        return system(T, point)

    alone = torch.stack([system(T, point) for point in x])
    assert bool(alone.isfinite().all())
    torch.testing.assert_close(system(T, x), alone)
    torch.testing.assert_close(system(T, x.reshape(2, 2, -1)), alone.reshape(2, 2, -1))
    torch.testing.assert_close(torch.func.vmap(field)(x), alone)
    assert system(T.float(), x.float()).dtype == torch.float32


@pytest.mark.parametrize("name", NAMES)
def test_parameters_may_be_tensors(name: str) -> None:
    system, x = make(name), points(name, 3)
    expected = system(T, x)
    for field in attrs.fields(type(system)):  # pyright: ignore[reportUnknownArgumentType]
        changed = {field.name: torch.tensor(getattr(system, field.name), dtype=torch.float64)}
        torch.testing.assert_close(attrs.evolve(system, **changed)(T, x), expected)
        assert attrs.evolve(system, **changed).facts() == takens.plugin.Facts()


def test_the_manifest_is_what_the_classes_take() -> None:
    specs = list(takens_dysts.takens_components())
    assert len(specs) == 128
    for spec in specs:
        module, _, name = spec.target.partition(":")
        assert module == classes.__name__
        fields = {field.name: field.default for field in attrs.fields(getattr(classes, name))}
        assert {p.name: p.default for p in spec.parameters} == fields
        assert isinstance(getattr(classes, name)(), takens.plugin.System)


def test_a_parameter_that_is_no_number_is_refused() -> None:
    with pytest.raises(takens.errors.ComponentError, match="rho is a finite number; got nan"):
        classes.Lorenz(rho=float("nan"))  # pyright: ignore[reportCallIssue]


def test_facts_hold_for_the_stored_parameters_only() -> None:
    lorenz = make("lorenz")
    spectrum = lorenz.facts().lyapunov_spectrum
    assert spectrum is not None
    assert spectrum[0] == pytest.approx(0.904, abs=0.006)
    assert sum(spectrum) == pytest.approx(-13.667, abs=1e-3)
    assert lorenz.facts().source
    assert attrs.evolve(lorenz, rho=20.0).facts() == takens.plugin.Facts()


def test_what_is_accepted_keeps_to_its_checks() -> None:
    stored = exponents()
    assert stored["made_with"]["dysts"] == "0.95"
    accepted = {name: e for name, e in stored["flows"].items() if e["accepted"]}
    assert accepted
    for name, entry in accepted.items():
        assert all(check["passed"] for check in entry["checks"].values()), name
        assert not unresolved(entry["spectrum"], entry["spectrum_error"]), name
        assert set(NEEDED) <= entry["checks"].keys(), name
        assert entry["spectrum"] == sorted(entry["spectrum"], reverse=True)
        assert len(entry["spectrum"]) == make(name).dim
        assert sum(entry["spectrum"]) == pytest.approx(entry["sum"], abs=1e-9)
        assert entry["kaplan_yorke"] == pytest.approx(kaplan_yorke(entry["spectrum"]), abs=1e-9)
    for name, entry in stored["flows"].items():
        assert entry["accepted"] or entry["reason"], name


def test_the_dimension_is_where_the_sum_passes_zero() -> None:
    assert kaplan_yorke([0.9, 0.0, -14.5]) == pytest.approx(2 + 0.9 / 14.5)
    assert kaplan_yorke([0.1, 0.0, -0.1]) == 3
    assert kaplan_yorke([-1.0, -2.0]) == 0


def test_an_exponent_that_may_be_zero_is_not_taken() -> None:
    assert unresolved([0.016, -0.03, -16.6], [0.005, 0.001, 0.006])
    assert unresolved([0.001, -0.005, -1.5], [0.003, 0.005, 0.005])
    assert not unresolved([0.9, 0.0, -14.6], [0.001, 0.0003, 0.001])
    assert not unresolved([-4e-6, -8e-4, -1.17], [4e-5, 5e-5, 4e-4])


def test_the_page_names_every_flow() -> None:
    text = page(exponents()["flows"])
    for name in exponents()["flows"]:
        assert f"| `{name}` |" in text


@pytest.mark.slow
def test_a_measurement_is_repeated_by_another_seed() -> None:
    found = measure(make("halvorsen"), 1)
    stored = exponents()["flows"]["halvorsen"]
    assert found["accepted"], found["reason"]
    spread = np.hypot(found["spectrum_error"][0], stored["spectrum_error"][0])
    assert abs(found["spectrum"][0] - stored["spectrum"][0]) < 4 * spread
