"""Fields that depend on time: refused where nothing tells the time, or made autonomous."""

import math
from collections.abc import Callable

import attrs
import pytest
import torch
from torch import Tensor, nn

import takens
from takens_integrators import RK4
from takens_models.continuous.field_model import FieldModel
from takens_systems import Driven, Duffing, HoldSignal

RATE = 1.4


@attrs.frozen(eq=False)
class DrivenDuffing:
    """The system's own parameters, with the drive as a function of time."""

    system: Duffing = attrs.field(factory=Duffing)
    dim = 2
    time = takens.plugin.Time.CONTINUOUS

    def __call__(self, t: Tensor, x: Tensor, /) -> Tensor:
        q, v = x.unbind(-1)
        s = self.system
        pull = -s.damping * v - s.linear * q - s.cubic * q**3
        return torch.stack((v, pull + s.amplitude * torch.cos(s.frequency * t)), -1)

    def initial(self) -> tuple[float, ...]:
        return (0.2, 0.0)

    def facts(self) -> takens.plugin.Facts:
        return takens.plugin.Facts()


def pulse(t: Tensor, x: Tensor, /) -> Tensor:
    return -x + torch.where((t > 512.0) & (t < 512.5), 1.0, 0.0)


def by_float(t: Tensor, x: Tensor, /) -> Tensor:
    return -x * (1.0 + math.sin(float(t)))


def held() -> Driven:
    values = torch.tensor([[0.0], [1.0], [0.0]], dtype=torch.float64)
    times = torch.tensor([0.0, 512.0, 512.5], dtype=torch.float64)
    return Driven(lambda t, x, u: -x + u, HoldSignal(times, values))


DEPENDING = {
    "cosine": lambda t, x: x * torch.cos(t),
    "scaled": DrivenDuffing(),
    "pulse": pulse,
    "float": by_float,
    "signal": held(),
    "added": lambda t, x: x + torch.stack((t, t), -1),
}


@pytest.mark.parametrize("name", DEPENDING)
def test_a_field_that_depends_on_time_has_no_flow_map(name: str) -> None:
    step = takens.plugin.flow_map(DEPENDING[name], RK4(), 0.05)
    x = torch.zeros(2, dtype=torch.float64)
    for ask in (lambda: step(x), lambda: takens.plugin.jvp(step, x, torch.eye(2).to(x))):
        with pytest.raises(takens.InputError, match=r"depends on time.*takens\.autonomous"):
            ask()


@pytest.mark.parametrize(
    "field",
    [
        lambda t, x: -x,
        lambda t, x: -x + torch.zeros_like(t),
        lambda t, x: -x + t.new_zeros(2, dtype=t.dtype),
        lambda t, x: -x + 0 * t,
    ],
)
def test_a_field_that_only_takes_a_time_has_one(field: Callable[..., Tensor]) -> None:
    x = torch.ones(2, dtype=torch.float64)
    step = takens.plugin.flow_map(field, RK4(substeps=1), 0.1)
    torch.testing.assert_close(step(x), x * math.exp(-0.1), rtol=1e-6, atol=0)


def test_judging_and_free_runs_of_a_field_of_time_are_refused() -> None:
    system = DrivenDuffing()
    data = takens.simulate(system, dt=0.05, steps=2000)
    with pytest.raises(takens.InputError, match=r"takens\.autonomous\(field, period\)"):
        takens.evaluate(system, data, metrics=["state_space_divergence"], runs=2)


@pytest.mark.parametrize("scheme", ["trajectory_matching", "teacher_forcing"])
def test_a_model_whose_field_sees_time_is_not_trained(scheme: str) -> None:
    class Forced(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a = nn.Parameter(torch.tensor(0.1))

        def forward(self, t: Tensor, z: Tensor) -> Tensor:
            return self.a * torch.cos(t) + 0 * z

    t = torch.arange(400, dtype=torch.float64) * 0.05
    series = takens.TimeSeries(t, torch.sin(t).unsqueeze(-1))
    model = FieldModel(Forced(), obs_dim=1)
    with pytest.raises(takens.InputError, match=r"cos\(phase\)"):
        takens.fit(model, series, scheme, steps=2, device="cpu")


def test_a_driven_field_made_autonomous_is_its_three_state_form() -> None:
    duffing = Duffing()
    period = 2 * math.pi / float(duffing.frequency)
    made = takens.autonomous(DrivenDuffing(), period)
    assert (made.dim, made.initial()) == (3, (0.2, 0.0, 0.0))
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(20, 3, generator=generator, dtype=torch.float64) * 3
    t = torch.zeros((), dtype=torch.float64)
    torch.testing.assert_close(made(t, x), duffing(t, x))
    start = torch.tensor([0.2, 0.0, 0.0], dtype=torch.float64)
    steps = {"dt": 0.05, "steps": 400, "initial": start}
    of_time = takens.simulate(DrivenDuffing(), dt=0.05, steps=400, initial=start[:2])
    torch.testing.assert_close(takens.simulate(made, **steps).x[:, :2], of_time.x)  # pyright: ignore


def test_exponents_of_a_driven_oscillator_are_those_of_its_three_state_form() -> None:
    # Linear: the exponents are half the damping twice, and zero of the phase.
    def oscillator(t: Tensor, x: Tensor, /) -> Tensor:
        q, v = x.unbind(-1)
        return torch.stack((v, -q - 0.4 * v + torch.cos(RATE * t)), -1)

    made = takens.autonomous(oscillator, 2 * math.pi / RATE, initial=(0.0, 0.0))
    data = takens.simulate(made, dt=0.05, steps=4000)
    score = takens.evaluate(made, data, metrics=["lyapunov_spectrum"])["lyapunov_spectrum"]
    assert score.details is not None
    found = torch.tensor(score.details["spectrum"])
    torch.testing.assert_close(found, torch.tensor([0.0, -0.2, -0.2]), rtol=0, atol=2e-3)


def test_a_signal_of_one_period_is_repeated() -> None:
    signal = HoldSignal(
        torch.tensor([0.0, 1.0], dtype=torch.float64),
        torch.tensor([[1.0], [-1.0]], dtype=torch.float64),
    )
    made = takens.autonomous(Driven(lambda t, x, u: u + 0 * x, signal), 2.0, initial=(0.0,))
    phases = torch.tensor([0.5, 1.5, 2.5, 3.5, -0.5], dtype=torch.float64) * math.pi
    x = torch.stack((torch.zeros_like(phases), phases), -1)
    velocity = made(torch.zeros((), dtype=torch.float64), x)
    assert velocity[:, 0].tolist() == [1.0, -1.0, 1.0, -1.0, -1.0]
    assert velocity[:, 1].tolist() == [math.pi] * 5


@pytest.mark.parametrize("period", [0.0, -1.0, math.inf, math.nan])
def test_a_period_is_a_positive_time(period: float) -> None:
    with pytest.raises(takens.InputError, match="positive time"):
        takens.autonomous(lambda t, x: x, period)
    with pytest.raises(takens.InputError, match="initial="):
        takens.autonomous(lambda t, x: x, 1.0).initial()
