"""Counts and labels of a chaotic system: ``python -m benchmarks.learning.counts --out FILE``.

Of each variable of Lorenz 63, every 0.02, only counts are seen (at rates between 0.5 and 20 a
sample), or which of seven levels it is in, or its sign, each with noise, or a positive number
whose logarithm it is. Models are trained by the likelihood of such observations, and on the
same numbers by squared errors; their exponents are compared with the true 0.906, and deviances
of forecasts with those of a constant law and, for counts, of the true rates. A line for each is
appended to the file; what that has is not done again. ``--table`` prints it, ``--figure``
draws it.
"""

# pyright: basic

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

import takens

DT, LENGTH, TRUE = 0.02, 50_000, 0.9056
MODEL: dict[str, Any] = {"name": "shallow_rnn", "latent_dim": 3, "hidden_dim": 100}
SCHEME: dict[str, Any] = {"name": "generalised_teacher_forcing", "alpha": 0.2}


def _noisy(s: torch.Tensor, g: torch.Generator, level: float) -> torch.Tensor:
    return s + level * torch.randn(s.shape, generator=g, dtype=s.dtype)


def rates(s: torch.Tensor) -> torch.Tensor:
    """Return the rates of counts of standardised states."""
    return (1 + 0.8 * s).exp()


KINDS: dict[str, tuple[Any, Callable[[torch.Tensor, torch.Generator], torch.Tensor]]] = {
    "counts": ("poisson", lambda s, g: torch.poisson(rates(s), generator=g)),
    "seven levels": (
        {"name": "ordinal", "levels": 7},
        lambda s, g: (2 * _noisy(s, g, 0.2) + 3.5).floor().clamp(0, 6),
    ),
    "signs": ("bernoulli", lambda s, g: (_noisy(s, g, 0.3) > 0).to(s.dtype)),
    "positive": ("log_normal", lambda s, g: (0.8 * _noisy(s, g, 0.2)).exp()),
}


def observed(kind: str, seed: int) -> tuple[takens.TimeSeries, torch.Tensor]:
    """Return what is seen of a path, and the standardised path."""
    lorenz = takens.systems.create("lorenz63")
    clean = takens.simulate(lorenz, dt=DT, steps=LENGTH, seed=seed)
    s = (clean.x - clean.x.mean(0)) / clean.x.std(0)
    x = KINDS[kind][1](s, torch.Generator().manual_seed(seed + 1))
    return takens.TimeSeries(clean.t, x), s


def one(kind: str, way: str, seed: int, steps: int) -> dict[str, Any]:
    """Train one model; give its exponent and the deviance of its forecasts."""
    data, _ = observed(kind, 0)
    judged, s = observed(kind, 100)
    model = MODEL if way == "squared error" else MODEL | {
        "observation": "affine", "likelihood": KINDS[kind][0]
    }  # fmt: skip
    began = time.perf_counter()
    fit = takens.fit(
        model, data, SCHEME, steps=steps, window=116, batch=32, learning_rate=1e-2,
        seed=seed, check_every=1000, device="cpu",
    )  # fmt: skip
    seconds = round(time.perf_counter() - began)
    metrics = {
        "exponent": takens.metrics.create("max_lyapunov", steps=5000),
        "deviance": takens.metrics.create("deviance"),
    }
    part = judged[:20_000]
    scores = takens.evaluate(fit.model, part, metrics, runs=2, context=64, starts=16)
    found = {"kind": kind, "way": way, "seed": seed, "steps": steps, "seconds": seconds}
    for name, score in scores.items():
        found |= {name: score.value, f"{name} error": score.error}
    found["null"] = scores["deviance"].baselines.get("null")
    if kind == "counts":
        rate, x = rates(s[:20_000]), part.x
        found["true deviance"] = float((2 * (torch.xlogy(x, x / rate) - x + rate)).mean())
    if way != "squared error":
        found["width"] = float(fit.model.inner.likely.width)  # type: ignore[attr-defined]
    free = takens.generate(fit.model, context=part.x[:64], steps=3000)
    found["run"] = [[round(v, 4) for v in row] for row in free.x[:, [0, 2]].tolist()]
    return found


def table(lines: list[dict[str, Any]]) -> str:
    """Return medians over seeds."""
    rows = [
        "| observed | learned by | exponent: median; all | deviance | null | of the truth |",
        "|---|---|---|---|---|---|",
    ]
    for kind in KINDS:
        for way in ("squared error", "likelihood"):
            own = [one for one in lines if (one["kind"], one["way"]) == (kind, way)]
            if not own:
                continue
            each = sorted(one["exponent"] for one in own if one["exponent"] is not None)
            middle = float(torch.tensor(each or [torch.nan]).median())
            listed = ", ".join(f"{value:.2f}" for value in each)
            cells = ["-", "-", "-"]
            if own[0]["deviance"] is not None:
                first = own[0]
                cells[0] = f"{first['deviance']:.3f} ± {first['deviance error']:.3f}"
                cells[1] = f"{first['null']:.3f}"
                if "true deviance" in first:
                    cells[2] = f"{first['true deviance']:.3f}"
            rows.append(f"| {kind} | {way} | {middle:.3f}; {listed} | {' | '.join(cells)} |")
    return "\n".join(rows)


def figure(lines: list[dict[str, Any]], path: Path) -> None:
    """Draw what is seen, the true rates, and free runs of both ways on the same axes."""
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot as plt

    seen, s = observed("counts", 100)
    runs = {one["way"]: torch.tensor(one["run"]) for one in lines if one["kind"] == "counts"}
    panels = [
        ("counts", seen.x[:3000, [0, 2]]),
        ("their true rates", rates(s[:3000])[:, [0, 2]]),
    ]
    panels += [(f"free run, {way}", run) for way, run in runs.items()]
    made, axes = plt.subplots(
        1, len(panels), figsize=(3 * len(panels), 3), sharex=True, sharey=True
    )
    for axis, (title, x) in zip(axes, panels, strict=True):
        dots = title == "counts"
        axis.plot(x[:, 0], x[:, 1], "." if dots else "-", ms=1.5, lw=0.4, color="C0")
        axis.set(title=title, xlabel="first variable", xlim=(0, 25), ylim=(0, 30))
    axes[0].set_ylabel("third variable")
    made.tight_layout()
    made.savefig(path, dpi=110)


def main() -> None:
    """Do what is not done."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--kinds", nargs="*", default=list(KINDS))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--figure", type=Path)
    given = parser.parse_args()
    text = given.out.read_text() if given.out.exists() else ""
    lines = [json.loads(line) for line in text.splitlines()]
    if given.table or given.figure:
        print(table(lines))
        if given.figure:
            figure(lines, given.figure)
        return
    done = {(one["kind"], one["way"], one["seed"]) for one in lines}
    for seed in range(given.seeds):
        for kind in given.kinds:
            for way in ("likelihood", "squared error"):
                if (kind, way, seed) in done:
                    continue
                line = one(kind, way, seed, given.steps)
                with given.out.open("a") as file:
                    file.write(json.dumps(line) + "\n")
                print({k: v for k, v in line.items() if k != "run"}, flush=True)


if __name__ == "__main__":
    main()
