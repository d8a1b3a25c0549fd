"""How settings that follow from the data compare with fixed ones, on twelve kinds of data.

    python -m benchmarks.settings --out FILE.jsonl [--kinds A,B] [--settings A,B] [--seed N]
    python -m benchmarks.settings --out FILE.jsonl --page docs/images

Each line of the file is one kind under one setting: models that differ by their seeds, trained
on one noisy record and judged against another one without noise. Lines that are there already
are left out, so that the comparison can be stopped and taken up at any time. ``--page`` writes
the table and the figure. One thread, single precision in training, double in judging.
"""

# pyright: basic

from __future__ import annotations

import argparse
import json
import math
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import attrs
import torch
from torch import Tensor

import takens

SAMPLES, FLOORS, RUNS = 6_000, 5, 4
CONTEXT = 32
# Of a run that leaves the data altogether, in nats: more than a fixed point of Lorenz 63 has.
LOST = 20.0
METRIC = "state_space_divergence"


@attrs.frozen
class Kind:
    """A kind of data: how it is drawn, `(count, seed) -> (count, T, n)`, and its noise."""

    about: str
    draw: Callable[[int, int], Tensor]
    dt: float
    noise: float = 0.0
    delay: int = 0
    dimension: int = 1


def flow(name: str, dt: float, substeps: int = 1, **parameters: Any) -> Callable[..., Tensor]:
    """Draw records of a system of the catalogue, at places of their own."""
    return lambda count, seed: of(
        takens.create("system", name, **parameters), dt, count, seed, substeps
    )


def of(system: Any, dt: float, count: int, seed: int, substeps: int = 1) -> Tensor:
    """Draw records of a system."""
    spare = 2_000
    x = takens.simulate(
        system,
        dt=dt,
        steps=SAMPLES + spare,
        trajectories=count,
        seed=seed,
        transient=spare,
        integrator=takens.integrators.create("rk4", substeps=substeps),
    ).x
    places = torch.randint(spare + 1, (count,), generator=torch.Generator().manual_seed(seed))
    return torch.stack([one[i : i + SAMPLES] for one, i in zip(x, places, strict=True)])


def torus(count: int, seed: int) -> Tensor:
    """Draw records of a point that goes round a torus at two frequencies."""
    generator = torch.Generator().manual_seed(seed)
    start = 2 * math.pi * torch.rand(count, 1, 2, generator=generator, dtype=torch.float64)
    t = 0.1 * torch.arange(SAMPLES, dtype=torch.float64)[None, :, None]
    rates = torch.tensor([1.0, (5**0.5 - 1) / 2], dtype=torch.float64)
    p, q = (start + t * rates).unbind(-1)
    r = 2 + q.cos()
    return torch.stack((r * p.cos(), r * p.sin(), q.sin()), -1)


@attrs.frozen
class Field:
    """A field of which no exponents are known."""

    time = takens.plugin.Time.CONTINUOUS

    def facts(self) -> takens.plugin.Facts:
        return takens.plugin.Facts()


@attrs.frozen
class HindmarshRose(Field):
    """A neuron that fires in bursts, chaotically.

    Source: Hindmarsh and Rose (1984), Proc. R. Soc. Lond. B 221, 87-102.
    """

    dim = 3

    def __call__(self, t: Tensor, x: Tensor, /) -> Tensor:
        v, w, z = x.unbind(-1)
        return torch.stack(
            (
                w + 3 * v * v - v * v * v - z + 3.281,
                1 - 5 * v * v - w,
                0.006 * (4 * (v + 1.6) - z),
            ),
            -1,
        )

    def initial(self) -> tuple[float, ...]:
        return (-1.0, -4.0, 3.0)


@attrs.frozen
class Oscillators(Field):
    """A ring of four Roessler oscillators with frequencies of their own."""

    dim = 12

    def __call__(self, t: Tensor, s: Tensor, /) -> Tensor:
        x, y, z = s[..., :4], s[..., 4:8], s[..., 8:]
        w = 0.91 + 0.05 * torch.arange(4, dtype=s.dtype)
        pull = 0.05 * (x.roll(1, -1) + x.roll(-1, -1) - 2 * x)
        return torch.cat((-w * y - z + pull, w * x + 0.165 * y, 0.2 + z * (x - 10)), -1)

    def initial(self) -> tuple[float, ...]:
        return (1.0, -2.0, 3.0, -4.0, 2.0, 1.0, -3.0, 2.0, 0.1, 0.1, 0.1, 0.1)


def channels(count: int, seed: int) -> Tensor:
    """Draw 64 channels, each a mixture of all states of the oscillators."""
    x = of(Oscillators(), 0.15, count, seed, 4)
    mixture = torch.randn(
        12, 64, generator=torch.Generator().manual_seed(7), dtype=torch.float64
    )
    return (x / x.flatten(0, 1).std(0)) @ mixture / 12**0.5


# Rules are to be chosen on those of CHOSEN_ON, by seed 0; the others, and the other seeds, tell
# how they do.
KINDS: Mapping[str, Kind] = {
    "lorenz63": Kind("chaotic flow", flow("lorenz63", 0.01), 0.01, 0.05),
    "electrocardiogram": Kind(
        "simulated, five delays",
        lambda count, seed: flow("electrocardiogram", 1 / 128)(count, seed)[..., 2:3],
        1 / 128,
        0.02,
        delay=10,
        dimension=5,
    ),
    "hindmarsh_rose": Kind(
        "bursting neuron", lambda c, s: of(HindmarshRose(), 0.3, c, s, 3), 0.3
    ),
    "channels": Kind("64 noisy channels of four oscillators", channels, 0.15, 0.5),
    "rossler": Kind("folded band, 29 samples a turn", flow("rossler", 0.2), 0.2, 0.02),
    "lorenz96": Kind("eight sites", flow("lorenz96", 0.02, dim=8), 0.02, 0.05),
    "halvorsen": Kind("149 samples a period", flow("dysts:halvorsen", 0.01), 0.01),
    "chua": Kind("double scroll, coarse", flow("dysts:chua", 0.1, 2), 0.1, 0.02),
    "excitable_cell": Kind("spiking cell", flow("dysts:excitable_cell", 0.01), 0.01),
    "hastings_powell": Kind("slow-fast food chain", flow("dysts:hastings_powell", 2.0, 2), 2.0),
    "fitzhugh_nagumo": Kind("periodic spikes", flow("fitzhugh_nagumo", 0.5, 2), 0.5, 0.02),
    "torus": Kind("quasi-periodic", torus, 0.1, 0.02),
}
CHOSEN_ON = ("lorenz63", "electrocardiogram", "hindmarsh_rose", "channels")


def _forced(alpha: float, **model: Any) -> Callable[[int], Mapping[str, Any]]:
    def made(n: int) -> Mapping[str, Any]:
        sizes = {"name": "shallow_rnn", "latent_dim": max(20, n), "hidden_dim": 100} | model
        scheme = {"name": "generalised_teacher_forcing", "alpha": alpha}
        return {"model": sizes, "scheme": scheme}

    return made


def defaults(n: int) -> Mapping[str, Any]:
    """Return the defaults of takens; wide data need as many units."""
    return _forced(0.125)(n)


def gentle(n: int) -> Mapping[str, Any]:
    """Return the defaults at a lower rate."""
    return {**_forced(0.125)(n), "learning_rate": 3e-3}


def large(n: int) -> Mapping[str, Any]:
    """Return a larger network at the default rate."""
    return _forced(0.125, hidden_dim=300)(n)


def published(n: int) -> Mapping[str, Any]:
    """Return the settings that are published for an electrocardiogram, or for 64 channels."""
    wide = n > 10
    model = {
        "name": "shallow_plrnn",
        "latent_dim": 16 if wide else n,
        "hidden_dim": 250,
        "observation": "affine",
    }
    return {
        "model": model,
        "scheme": {
            "name": "generalised_teacher_forcing",
            "alpha": 0.1 if wide else 0.3,
            "regularisation": {"condition_number": 1e-6},
        },
        "window": 51 if wide else 201,
        "learning_rate": 1e-3,
        "final_learning_rate": 1e-6,
        "schedule": "exponential",
        "gradient_clip": 0.0,
    }


def tutorial(n: int) -> Mapping[str, Any]:
    """Return the settings of a published tutorial on Lorenz 63."""
    model = {"name": "shallow_plrnn", "latent_dim": n, "hidden_dim": 50}
    return {
        "model": model,
        "scheme": {"name": "generalised_teacher_forcing", "alpha": 0.125},
        "learning_rate": 1e-3,
        "schedule": "constant",
    }


def sparse(n: int) -> Mapping[str, Any]:
    """Return the defaults with sparse forcing."""
    return {**_forced(0.125)(n), "scheme": {"name": "sparse_teacher_forcing", "every": 16}}


def automatic(n: int) -> Mapping[str, Any]:
    """Return nothing but "auto"."""
    sizes = dict.fromkeys(("latent_dim", "hidden_dim", "observation"), "auto")
    return {
        "model": {"name": "shallow_rnn", **sizes},
        "scheme": {"name": "generalised_teacher_forcing", "alpha": "auto", "every": "auto"},
        "window": "auto",
        "learning_rate": "auto",
    }


SETTINGS: Mapping[str, Callable[[int], Mapping[str, Any]]] = {
    one.__name__: one
    for one in (automatic, defaults, gentle, large, published, tutorial, sparse)
}


@attrs.frozen
class Data:
    """What is learned from, what is judged against, and the divergence at the tolerance."""

    training: takens.TimeSeries
    truth: takens.TimeSeries
    tolerance: float
    floor: float


def draw(kind: Kind, seed: int) -> Data:
    """Draw records of a kind, and measure what a divergence may be.

    That is the floor and a tenth of the way to the nearest baseline, as in the verdict.
    """
    x = kind.draw(2 + FLOORS, 1_000 * seed + 11)
    generator = torch.Generator().manual_seed(seed)
    scale = x.flatten(0, 1).std(0)
    noise = kind.noise * scale * torch.randn(x[0].shape, generator=generator, dtype=x.dtype)
    noisy, clean = (_series(_delayed(each, kind), kind.dt) for each in (x[0] + noise, x[1:]))
    truth, floors = _series(clean.x[0], kind.dt), clean.x[1:]
    judged = takens.judge(
        _series(floors[0], kind.dt),
        truth,
        [METRIC],
        second=_series(floors[1:], kind.dt),
        power=False,
    )
    score = judged.scores[METRIC]
    floor = score.floor or 0.0
    far = [value for value in score.baselines.values() if value > 2 * floor]
    return Data(noisy, truth, floor + 0.1 * (min(far, default=LOST) - floor), floor)


def _delayed(x: Tensor, kind: Kind) -> Tensor:
    length = x.shape[-2] - kind.delay * (kind.dimension - 1)
    parts = (i * kind.delay for i in range(kind.dimension))
    return torch.cat([x[..., i : i + length, :] for i in parts], -1)


def _series(x: Tensor, dt: float) -> takens.TimeSeries:
    return takens.TimeSeries(torch.arange(x.shape[-2], dtype=torch.float64) * dt, x)


def divergence(model: takens.TrainedModel, truth: takens.TimeSeries) -> float:
    """Return the median divergence of free runs; a run that is lost counts as LOST."""
    metric: Any = takens.metrics.create(METRIC)
    places = torch.linspace(0, len(truth) - CONTEXT - 1, RUNS).long()
    contexts = torch.stack([truth.x[p : p + CONTEXT] for p in places])
    free = takens.generate(model, context=contexts, steps=len(truth) - CONTEXT, dt=truth.dt)
    reference, found = truth.between(CONTEXT, len(truth)), []
    for x, at in zip(free.x.double(), free.diverged_at, strict=True):
        lost = at is not None or not bool(x.isfinite().all())
        value = None if lost else metric.compare(reference, _series(x, truth.dt)).value
        found.append(LOST if value is None else value)
    return statistics.median(found)


def cell(
    kind: str, setting: str, seed: int, data: Data, updates: int, members: int
) -> dict[str, Any]:
    """Train and judge one kind under one setting."""
    options = {**SETTINGS[setting](data.training.dim)}
    began = time.process_time()
    line: dict[str, Any] = {"kind": kind, "setting": setting, "seed": seed}
    line |= {"updates": updates, "members": members}
    line |= {"tolerance": data.tolerance, "floor": data.floor}
    try:
        fit = takens.fit(
            options.pop("model"),
            data.training,
            options.pop("scheme"),
            steps=updates,
            members=members,
            seed=100 * seed,
            device="cpu",
            **options,
        )
    except takens.errors.TrainingError as error:
        return line | {"divergences": [LOST] * members, "broke": members, "said": str(error)}
    trained = time.process_time() - began
    found = [divergence(member, data.truth) for member in fit.members]
    broke = sum("stopped at update" in remark for remark in fit.remarks)
    return line | {
        "divergences": [round(value, 4) for value in found],
        "broke": broke,
        "seconds": round(trained, 1),
        "said": list(fit.remarks),
    }


def done(path: Path) -> list[dict[str, Any]]:
    """Read the lines that are there."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text().splitlines() if line]


def run(given: argparse.Namespace) -> None:
    """Fill in the cells that are missing."""
    known = {tuple(line[key] for key in _KEYS) for line in done(given.out)}
    asked = given.seed, given.updates, given.members
    for kind in given.kinds.split(","):
        settings = given.settings.split(",")
        missing = [each for each in settings if (kind, each, *asked) not in known]
        data = draw(KINDS[kind], given.seed) if missing else None
        for setting in missing:
            line = cell(kind, setting, given.seed, data, given.updates, given.members)  # type: ignore[arg-type]
            with given.out.open("a") as file:
                file.write(json.dumps(line) + "\n")
            ratios = ", ".join(f"{ratio:.2f}" for ratio in ratios_of([line]))
            print(kind, setting, ratios, line.get("seconds"), flush=True)


_KEYS = ("kind", "setting", "seed", "updates", "members")


def ratios_of(lines: list[dict[str, Any]]) -> list[float]:
    """Return divergences over their tolerances."""
    return [found / line["tolerance"] for line in lines for found in line["divergences"]]


def table(lines: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Return the median ratio by kind and setting, of kinds that have all settings."""
    found: dict[str, dict[str, float]] = {}
    for kind in KINDS:
        cells = {
            name: ratios_of([x for x in lines if (x["kind"], x["setting"]) == (kind, name)])
            for name in SETTINGS
        }
        if all(cells.values()):
            found[kind] = {name: statistics.median(each) for name, each in cells.items()}
    return found


def page(lines: list[dict[str, Any]], folder: Path) -> None:
    """Write ``settings_table.md`` and ``settings.png``."""
    found = table(lines)
    # Divergences by nearest neighbours can be negative, and then have no such mean.
    ranked = {kind: each for kind, each in found.items() if min(each.values()) > 0}
    means = {
        name: math.exp(statistics.fmean(math.log(each[name]) for each in ranked.values()))
        for name in SETTINGS
    }
    worst = {
        name: max(each[name] / min(each.values()) for each in ranked.values())
        for name in SETTINGS
    }
    rows = ["| data | " + " | ".join(SETTINGS) + " |", "|---|" + "---|" * len(SETTINGS)]
    for kind, each in found.items():
        best = min(each.values())
        shown = (f"**{v:.2g}**" if v == best else f"{v:.2g}" for v in each.values())
        rows.append(f"| {kind}: {KINDS[kind].about} | " + " | ".join(shown) + " |")
    left = [kind for kind in found if kind not in ranked]
    without = f" without {', '.join(left)}" if left else ""
    for told, of in (("geometric mean", means), ("largest over the best", worst)):
        shown = (f"{value:.2g}" for value in of.values())
        rows.append(f"| {told}{without} | " + " | ".join(shown) + " |")
    broke = {n: sum(x["broke"] for x in lines if x["setting"] == n) for n in SETTINGS}
    count = {n: sum(x["members"] for x in lines if x["setting"] == n) for n in SETTINGS}
    rows.append(
        "| broken down | " + " | ".join(f"{broke[n]} of {count[n]}" for n in SETTINGS) + " |"
    )
    (folder / "settings_table.md").write_text("\n".join(rows) + "\n")
    draw_page(found, folder / "settings.png")


def draw_page(found: Mapping[str, Mapping[str, float]], path: Path) -> None:
    """Draw the ratios, one line of dots for each kind."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.0, 0.32 * len(found) + 1.2), layout="constrained")
    axes = figure.subplots()
    for name in SETTINGS:
        own = name == "automatic"
        axes.plot(
            [each[name] for each in found.values()],
            range(len(found)),
            "D" if own else "o",
            label=name,
            markersize=8 if own else 5,
            color="black" if own else None,
            markerfacecolor="none" if own else None,
            alpha=1.0 if own else 0.7,
            zorder=3 if own else 2,
        )
    axes.axvline(1.0, color="0.6", linewidth=1)
    axes.set_yticks(range(len(found)), [name.replace("_", " ") for name in found])
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.set_xlabel("divergence over its tolerance")
    axes.legend(fontsize="small", loc="center left", bbox_to_anchor=(1.0, 0.5))
    figure.savefig(path, dpi=150)


def main() -> None:
    """Run, or write the page."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--settings", default=",".join(SETTINGS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--updates", type=int, default=2_000)
    parser.add_argument("--members", type=int, default=3)
    parser.add_argument("--page", type=Path, help="folder for the table and the figure")
    given = parser.parse_args()
    torch.set_num_threads(1)
    if given.page is None:
        run(given)
    else:
        page(done(given.out), given.page)


if __name__ == "__main__":
    main()
