"""Every system against an independent implementation, and against itself."""
# pyright: reportUnknownLambdaType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

from collections.abc import Callable, Sequence
from typing import Any

import attrs
import numpy as np
import pytest
import torch
from torch import Tensor

import takens
from takens_integrators import RK4
from takens_systems import (
    DoublePendulum,
    Duffing,
    FitzHughNagumo,
    HarmonicOscillator,
    Henon,
    Logistic,
    Lorenz63,
    Lorenz96,
    LotkaVolterra,
    Pendulum,
    Rossler,
    VanDerPol,
)

Velocity = Callable[..., Sequence[float]]


def double_pendulum(q1: float, q2: float, w1: float, w2: float) -> Sequence[float]:
    """Solve Lagrange's equations for the accelerations, as a linear system."""
    m1, m2, l1, l2, g = 1.3, 0.7, 0.9, 1.2, 9.81
    d = q1 - q2
    mass = np.array([[(m1 + m2) * l1, m2 * l2 * np.cos(d)], [l1 * np.cos(d), l2]])
    force = np.array(
        [
            -m2 * l2 * w2**2 * np.sin(d) - (m1 + m2) * g * np.sin(q1),
            l1 * w1**2 * np.sin(d) - g * np.sin(q2),
        ]
    )
    return [w1, w2, *np.linalg.solve(mass, force)]


def lorenz96(*x: float) -> Sequence[float]:
    n = len(x)
    return [(x[(i + 1) % n] - x[i - 2]) * x[i - 1] - x[i] + 8.0 for i in range(n)]


# fmt: off
FIELDS: list[tuple[Any, Velocity]] = [
    (Lorenz63(), lambda x, y, z: (10 * (y - x), x * (28 - z) - y, x * y - 8 / 3 * z)),
    (Lorenz96(7), lorenz96),
    (Rossler(), lambda x, y, z: (-y - z, x + 0.2 * y, 0.2 + z * (x - 5.7))),
    (VanDerPol(2.0), lambda x, y: (2 * (x - x**3 / 3 - y), x / 2)),
    (VanDerPol(2.0, "textbook"), lambda x, y: (y, 2 * (1 - x**2) * y - x)),
    (LotkaVolterra(), lambda x, y: (1.5 * x - x * y, -3 * y + x * y)),
    (LotkaVolterra(1.0, 1.0, 1.0, 1.0), lambda x, y: (x - x * y, x * y - y)),
    (HarmonicOscillator(2.0, 0.1), lambda x, v: (v, -4 * x - 0.1 * v)),
    (Pendulum(), lambda q, w: (w, -9.81 * np.sin(q))),
    (Pendulum(2.0, 0.5, 0.3, 0.6, 0.7),
     lambda q, w, p: (w, -4 * np.sin(q) - 0.3 * w + 0.6 * np.cos(p), 0.7)),
    (Duffing(), lambda x, v, p: (v, -0.25 * v + x - x**3 + 0.4 * np.cos(p), 1.0)),
    (Duffing(amplitude=0.0), lambda x, v: (v, -0.25 * v + x - x**3)),
    (DoublePendulum(1.3, 0.7, 0.9, 1.2), double_pendulum),
    (FitzHughNagumo(), lambda v, w: (v - v**3 / 3 - w + 0.5, (v + 0.7 - 0.8 * w) / 12.5)),
]
MAPS: list[tuple[Any, Velocity]] = [
    (Henon(), lambda x, y: (1 - 1.4 * x**2 + y, 0.3 * x)),
    (Logistic(3.7), lambda x: (3.7 * x * (1 - x),)),
]
# fmt: on
T = torch.zeros((), dtype=torch.float64)


def name(value: object) -> str:
    return type(value).__name__ if attrs.has(type(value)) else ""


def states(system: takens.plugin.System, *lead: int) -> Tensor:
    generator = torch.Generator().manual_seed(1)
    x = torch.tensor(system.initial(), dtype=torch.float64)
    return x + torch.randn(*lead, system.dim, generator=generator, dtype=torch.float64)


def apply(system: Any, x: Tensor) -> Tensor:
    return system(T, x) if system.time is takens.plugin.Time.CONTINUOUS else system(x)


@pytest.mark.parametrize(("system", "written"), FIELDS + MAPS, ids=name)
def test_a_system_is_what_its_equations_say(system: Any, written: Velocity) -> None:
    x = states(system, 4, 2)
    wanted = [written(*row) for row in x.reshape(-1, system.dim).tolist()]
    torch.testing.assert_close(
        apply(system, x),
        torch.tensor(np.array(wanted)).reshape(x.shape),
        rtol=1e-12,
        atol=1e-12,
    )


@pytest.mark.parametrize(("system", "_"), FIELDS, ids=name)
def test_the_jacobian_of_a_field_is_its_derivative(system: Any, _: object) -> None:
    x = states(system, 5)
    each = torch.func.vmap(torch.func.jacfwd(lambda y: system(T, y)))(x)
    torch.testing.assert_close(system.jacobian(T, x), each, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(system.jacobian(T, x[0]), each[0], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("system", "_"), MAPS, ids=name)
def test_the_tangent_of_a_map_is_its_derivative(system: Any, _: object) -> None:
    x, v = states(system, 5), torch.randn(5, system.dim, 3, dtype=torch.float64)
    y, w = system.tangent(x, v)
    each = torch.func.vmap(torch.func.jacfwd(system))(x)
    torch.testing.assert_close(y, system(x))
    torch.testing.assert_close(w, each @ v, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("system", "_"), FIELDS + MAPS, ids=name)
def test_a_system_keeps_dtype_batch_and_input(system: Any, _: object) -> None:
    assert isinstance(system, takens.plugin.System)
    assert len(system.initial()) == system.dim
    x = states(system, 3)
    before = x.clone()
    y = apply(system, x)
    torch.testing.assert_close(torch.func.vmap(lambda row: apply(system, row))(x), y)
    assert torch.equal(x, before)
    assert apply(system, x.float()).dtype == torch.float32
    assert apply(system, x[:0]).shape == (0, system.dim)


@pytest.mark.parametrize(("system", "_"), FIELDS + MAPS, ids=name)
def test_parameters_may_be_tensors(system: Any, _: object) -> None:
    names = [
        field.name
        for field in attrs.fields(type(system))
        if isinstance(getattr(system, field.name), float)
    ]
    if isinstance(system, Duffing) and not system.driven:
        names.remove("amplitude")
    if isinstance(system, Pendulum) and not system.driven:
        names.remove("drive_amplitude")
    tensors = {name: torch.tensor(getattr(system, name), dtype=torch.float64) for name in names}
    x = states(system, 3)

    def by(values: dict[str, Tensor]) -> Tensor:
        return apply(attrs.evolve(system, **values), x)

    torch.testing.assert_close(by(tensors), apply(system, x))
    attrs.evolve(system, **tensors).facts()
    each = {key: value.expand(3) for key, value in tensors.items()}
    torch.testing.assert_close(by(each), apply(system, x))
    sensitivities = torch.func.jacfwd(by)(tensors)
    assert all(bool(torch.isfinite(s).all()) for s in sensitivities.values())


def follow(system: Any, x0: Tensor, dt: float, steps: int) -> Tensor:
    return RK4().solve(system, x0, torch.arange(steps + 1, dtype=torch.float64) * dt)


@pytest.mark.parametrize(
    ("system", "conserved"),
    [
        (LotkaVolterra(), LotkaVolterra().invariant),
        (LotkaVolterra(1.0, 1.0, 1.0, 1.0), LotkaVolterra(1.0, 1.0, 1.0, 1.0).invariant),
        (Pendulum(), Pendulum().energy),
        (HarmonicOscillator(2.0), HarmonicOscillator(2.0).energy),
        (DoublePendulum(1.3, 0.7), DoublePendulum(1.3, 0.7).energy),
    ],
    ids=name,
)
def test_what_is_conserved_stays(system: Any, conserved: Callable[[Tensor], Tensor]) -> None:
    x0 = torch.tensor(system.initial(), dtype=torch.float64)
    level = conserved(follow(system, x0, 0.002, 1000))
    torch.testing.assert_close(level, level[0].expand_as(level), rtol=1e-7, atol=1e-7)


def test_both_forms_of_van_der_pol_have_the_same_first_state() -> None:
    mu = 3.0
    x, y = 1.2, 0.4
    lienard = follow(VanDerPol(mu), torch.tensor([x, y], dtype=torch.float64), 0.001, 4000)
    start = torch.tensor([x, mu * (x - x**3 / 3 - y)], dtype=torch.float64)
    textbook = follow(VanDerPol(mu, "textbook"), start, 0.001, 4000)
    torch.testing.assert_close(lienard[:, 0], textbook[:, 0], rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize(
    "system",
    [
        Lorenz63(),
        Rossler(),
        HarmonicOscillator(1.0, 0.1),
        HarmonicOscillator(1.0, 3.0),
        Duffing(),
        Pendulum(1.0, 1.0, 0.05, 0.6, 0.7),
        Henon(),
        Logistic(),
    ],
    ids=name,
)
def test_the_sum_of_the_exponents_is_the_mean_divergence(system: Any) -> None:
    spectrum = system.facts().lyapunov_spectrum
    assert spectrum is not None
    assert system.facts().source
    assert list(spectrum) == sorted(spectrum, reverse=True)
    eye = torch.eye(system.dim, dtype=torch.float64)
    rates: Tensor
    if isinstance(system, Logistic):
        # The invariant density of r = 4, drawn at equal steps of its distribution function.
        share = (torch.arange(200_000, dtype=torch.float64) + 0.5) / 200_000
        x = (torch.sin(share * torch.pi / 2) ** 2).unsqueeze(-1)
        rates = system.tangent(x, eye)[1].abs().log()
    elif isinstance(system, Henon):
        rates = system.tangent(states(system, 20), eye)[1].det().abs().log()
    else:
        start = torch.tensor(system.initial(), dtype=torch.float64)
        x = follow(system, start * torch.linspace(0.9, 1.1, 20).double()[:, None], 0.02, 5000)
        rates = system.jacobian(T, x[:, 1000:]).diagonal(dim1=-2, dim2=-1).sum(-1)
    assert sum(spectrum) == pytest.approx(float(rates.mean()), rel=0.01, abs=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("system", "error"),
    [
        (Lorenz63(), 0.004),
        (Rossler(), 0.001),
        (Duffing(), 0.004),
        (Pendulum(1.0, 1.0, 0.05, 0.6, 0.7), 0.004),
    ],
    ids=name,
)
def test_the_largest_exponent_is_what_a_tangent_grows_by(system: Any, error: float) -> None:
    d, samples, time = system.dim, 64, 500

    def both(t: Tensor, z: Tensor, /) -> Tensor:
        x, v = z[..., :d], z[..., d:]
        grown = (system.jacobian(t, x) @ v.unsqueeze(-1)).squeeze(-1)
        return torch.cat((system(t, x), grown), -1)

    generator = torch.Generator().manual_seed(0)
    x = torch.tensor(system.initial(), dtype=torch.float64)
    x = x + 0.1 * torch.randn(samples, d, generator=generator, dtype=torch.float64)
    v = torch.randn(samples, d, generator=generator, dtype=torch.float64)
    growth = torch.zeros(samples, dtype=torch.float64)
    once = torch.linspace(0, 1, 2, dtype=torch.float64)
    for step in range(100 + time):
        v = v / v.norm(dim=-1, keepdim=True)
        z = RK4(substeps=100).solve(both, torch.cat((x, v), -1), once)[:, -1]
        x, v = z[:, :d], z[:, d:]
        growth += v.norm(dim=-1).log() * (step >= 100)
    rates = growth / time
    found, deviation = float(rates.mean()), float(rates.std()) / samples**0.5
    assert deviation < error
    assert system.facts().lyapunov_spectrum[0] == pytest.approx(found, abs=4 * deviation)


@pytest.mark.parametrize(
    "system",
    [Lorenz63(rho=20.0), Rossler(a=0.1), Henon(a=1.0), Logistic(3.0), Pendulum(), Duffing(0.3)],
)
def test_facts_are_for_exactly_these_parameters(system: takens.plugin.System) -> None:
    assert system.facts() == takens.plugin.Facts()


@pytest.mark.parametrize(
    ("kind", "parameters", "words"),
    [
        ("van_der_pol", {"mu": 0.0}, "mu is above 0; got 0.0"),
        ("van_der_pol", {"form": "text"}, "form"),
        ("double_pendulum", {"mass2": -1.0}, r"mass2 is above 0 \(unit: kg\); got -1.0"),
        ("pendulum", {"length": 0}, "length is above 0"),
        ("pendulum", {"damping": -0.1}, "damping is at least 0"),
        ("lotka_volterra", {"beta": -1.0}, "beta is above 0"),
        ("lorenz96", {"dim": 3}, "dim is at least 4; got 3"),
        ("lorenz63", {"rho": float("nan")}, "rho is a finite number; got nan"),
        ("logistic", {"r": 4.5}, "r is between 0 and 4; got 4.5"),
    ],
)
def test_parameters_that_make_no_sense_are_refused(
    kind: str, parameters: dict[str, Any], words: str
) -> None:
    with pytest.raises(takens.errors.ComponentError, match=words):
        takens.create("system", kind, **parameters)


def test_the_registry_has_them_all_with_the_same_defaults() -> None:
    for kind in takens.systems.names():
        spec = takens.systems.spec(kind)
        if not spec.target.startswith("takens_systems."):
            continue
        made: Any = takens.create("system", kind)
        assert isinstance(made, takens.plugin.System)
        fields = {field.name: field.default for field in attrs.fields(type(made))}
        assert {p.name: p.default for p in spec.parameters} == fields
        assert isinstance(made, takens.plugin.SupportsJacobian) == ("jacobian" in spec.supports)
        assert isinstance(made, takens.plugin.SupportsTangent) == ("tangent" in spec.supports)
        assert spec.source
