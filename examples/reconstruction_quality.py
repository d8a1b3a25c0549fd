"""How well the defaults reconstruct Lorenz 63 from noisy samples, over many seeds.

    python examples/reconstruction_quality.py [--data full|delays|x] [--members 10]
                                              [--model shallow_rnn|shallow_plrnn]

Models that differ by their seeds are trained at once, each on windows of its own from one
record of 50,000 samples with 5 % noise, and judged: the two largest Lyapunov exponents over 32
starts of 200 time units each, and the state-space divergence over 100,000 samples of a free
run (30 bins) against an independent record of the truth.
"""

import argparse
import time
from collections.abc import Sequence
from typing import Final, NamedTuple

import attrs
import torch
from torch import Tensor

import takens
from takens_metrics import LyapunovSpectrum, StateSpaceDivergence

EXPONENT: Final = 0.9056
_DT: Final = 0.01
_LAG: Final = 15
_JUDGED: Final = 100_000
_STARTS: Final = 32


class Found(NamedTuple):
    """What one model is like."""

    exponent: float
    second: float
    divergence: float
    alive: float


class Setting(NamedTuple):
    """How one kind of data is trained on."""

    warm_up: int
    window: int
    learning_rate: float
    context: int


SETTINGS: Final = {
    "full": Setting(0, 75, 2e-2, 30),
    "delays": Setting(0, 75, 2e-2, 30),
    "x": Setting(50, 150, 1e-2, 200),
}


def observed(series: takens.TimeSeries, data: str) -> takens.TimeSeries:
    """See the whole state, x and two delays of it, or x alone: `(T, 3)` or `(T, 1)`."""
    if data == "full":
        return series
    x = series.x[:, :1]
    if data == "x":
        return attrs.evolve(series, x=x, columns=())
    count = len(series) - 2 * _LAG
    delayed = torch.cat([x[i * _LAG : i * _LAG + count] for i in range(3)], 1)
    return takens.TimeSeries(series.t[:count], delayed)


def train(name: str, series: takens.TimeSeries, setting: Setting, members: int) -> takens.Fit:
    """Train a model by its name, several at once, by the default scheme."""
    model = takens.create("model", name, obs_dim=series.dim)
    scheme = takens.schemes.create("generalised_teacher_forcing", warm_up=setting.warm_up)
    return takens.fit(
        model,
        series,
        scheme,
        members=members,
        window=setting.window,
        learning_rate=setting.learning_rate,
        device="cpu",
    )


def judge(
    model: takens.TrainedModel,
    series: takens.TimeSeries,
    truth: takens.TimeSeries,
    context: int,
) -> Found:
    """Judge one model in double precision."""
    model = model.to(torch.device("cpu"), torch.float64)
    places = torch.linspace(0, len(series) - context - 1, _STARTS).long()
    spectrum = LyapunovSpectrum(count=2, steps=20_000, transient=3_000)
    starts = torch.stack([_warmed_up(model, series.x[p : p + context]) for p in places])
    measured = spectrum.growth_rates(takens.plugin.latent_map(model, _DT), starts, _DT, count=2)
    free = takens.generate(model, context=truth.x[:context], steps=_JUDGED)
    divergence = StateSpaceDivergence(bins=30)
    reference = truth.between(0, _JUDGED)
    run = attrs.evolve(free.series, t=reference.t, x=free.x[: len(reference)])
    first, second = map(float, measured.exponents)
    return Found(
        first, second, divergence.compare(reference, run).value or 0.0, 1 - free.diverged
    )


def _warmed_up(model: takens.TrainedModel, context: Tensor) -> Tensor:
    step = takens.plugin.latent_map(model, _DT)
    with torch.no_grad():
        z = model.encode(context[: model.context_length])
        for x in context[model.context_length :]:
            z = model.force(step(z), x)
    return z


def table(found: Sequence[Found]) -> str:
    """Write a row for each model, and the distribution."""
    lines = ["| exponent | error | second | D_stsp | alive |", "|---|---|---|---|---|"]
    errors = torch.tensor([abs(one.exponent / EXPONENT - 1) for one in found])
    for one in found:
        lines.append(
            f"| {one.exponent:.4f} | {one.exponent / EXPONENT - 1:+.1%} | {one.second:+.4f} "
            f"| {one.divergence:.3f} | {one.alive:.0%} |"
        )
    divergences = torch.tensor([one.divergence for one in found])
    lines.append(
        f"\nError of the exponent: median {float(errors.median()):.1%}, worst "
        f"{float(errors.max()):.1%}. D_stsp: median {float(divergences.median()):.3f}, worst "
        f"{float(divergences.max()):.3f}."
    )
    return "\n".join(lines)


def main() -> None:
    """Train, judge and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", choices=list(SETTINGS), default="full")
    parser.add_argument("--members", type=int, default=10)
    parser.add_argument(
        "--model", choices=["shallow_rnn", "shallow_plrnn"], default="shallow_rnn"
    )
    options = parser.parse_args()
    setting = SETTINGS[options.data]
    lorenz = takens.systems.create("lorenz63")
    noisy = takens.simulate(lorenz, dt=_DT, steps=50_000, noise=0.05, seed=0)
    truth = takens.simulate(lorenz, dt=_DT, steps=_JUDGED + 40, seed=100)
    series, truth = observed(noisy, options.data), observed(truth, options.data)
    began = time.process_time()
    fit = train(options.model, series, setting, options.members)
    seconds = (time.process_time() - began) / options.members
    found = [judge(member, series, truth, setting.context) for member in fit.members]
    print(table(found))
    print(f"{seconds:.0f} s of one core for each model.")


if __name__ == "__main__":
    main()
