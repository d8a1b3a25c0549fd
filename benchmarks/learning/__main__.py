"""Learning from recordings with gaps: ``python -m benchmarks.learning --out learning.jsonl``.

Lorenz 63, 50,000 samples at 0.01 with 5 % noise: ten models that differ by their seeds are
trained at once on each kind of gaps, by each way of dealing with them, and their largest
exponents and free runs are compared with the clean truth. A line for each is appended to the
file; what that has is not done again, so that the work can be stopped and taken up. ``--table``
prints what a file has, ``--only`` names cases.
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

from . import spoils

DT, LENGTH, NOISE, TRUE = 0.01, 50_000, 0.05, 0.9056

KINDS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "none": torch.ones_like,
    "30 % at random": lambda x: spoils.at_random(x, 0.3, 1),
    "30 % in bursts": lambda x: spoils.in_bursts(x, 0.3, 1),
    "one variable, half": lambda x: spoils.of_one_variable(x, 0.5, 1),
    "70 % at random": lambda x: spoils.at_random(x, 0.7, 1),
    "70 % of numbers": lambda x: spoils.numbers_at_random(x, 0.7, 1),
}
FORCING: dict[str, Any] = {"name": "generalised_teacher_forcing", "alpha": 0.125}
WAYS: dict[str, dict[str, Any]] = {
    "run through": {"scheme": FORCING},
    "lines": {"scheme": FORCING, "prepare": [{"name": "fill_gaps", "longest": 1000}]},
    "stretches": {"scheme": FORCING, "stretches": True},
    "sparse": {"scheme": {"name": "sparse_teacher_forcing", "every": 16}},
    "shooting": {"scheme": {"name": "multiple_shooting", "segment": 20}},
}


def series(seed: int = 0) -> tuple[takens.TimeSeries, takens.TimeSeries]:
    """Return what is learned from, and a clean series that follows another path."""
    lorenz = takens.systems.create("lorenz63")
    noisy = takens.simulate(lorenz, dt=DT, steps=LENGTH, noise=NOISE, seed=seed)
    return noisy, takens.simulate(lorenz, dt=DT, steps=LENGTH, seed=seed + 100)


def one(kind: str, way: str, members: int, steps: int, size: tuple[int, int]) -> dict[str, Any]:
    """Train on one kind of gaps in one way; give exponents and divergences of all members."""
    given, truth = series()
    known, how = KINDS[kind](given.x).bool(), dict(WAYS[way])
    data = takens.TimeSeries(given.t, torch.where(known, given.x, torch.nan), mask=known)
    if how.pop("stretches", False):
        data = takens.Recordings.of(data).stretches()
    began = time.perf_counter()
    fit = takens.fit(
        {"name": "shallow_rnn", "latent_dim": size[0], "hidden_dim": size[1]},
        data, **how, steps=steps, members=members, learning_rate=2e-2, check_every=1000,
        device="cpu",
    )  # fmt: skip
    trained = time.perf_counter() - began
    found: dict[str, list[Any]] = {"max_lyapunov": [], "state_space_divergence": []}
    for member in fit.members:
        scores = takens.evaluate(member, truth, list(found), runs=2)
        for name, values in found.items():
            values.append(scores[name].value)
    seconds = {
        "training": round(trained),
        "judging": round(time.perf_counter() - began - trained),
    }
    return {"kind": kind, "way": way, "steps": steps, "size": size, "seconds": seconds} | found


def table(lines: list[dict[str, Any]]) -> str:
    """Return medians, and the exponents' distance from those of the same data without gaps."""
    rows = ["| gaps | way | exponent | divergence | members |", "|---|---|---|---|---|"]
    for line in lines:
        exponents = [v for v in line["max_lyapunov"] if v is not None]
        divergences = [v for v in line["state_space_divergence"] if v is not None]
        median, divergence = (
            float(torch.tensor(v or [float("nan")], dtype=torch.float64).quantile(0.5))
            for v in (exponents, divergences)
        )
        line["median"] = median
        whole = [
            o["median"]
            for o in lines
            if o["kind"] == "none" and o["way"] == line["way"] and "median" in o
        ]
        whole = whole or [o["median"] for o in lines if o["kind"] == "none" and "median" in o]
        change = f" ({median / whole[0] - 1:+.1%})" if whole else ""
        rows.append(
            f"| {line['kind']} | {line['way']} | {median:.3f}{change} | {divergence:.2f} "
            f"| {len(exponents)} |"
        )
    return "\n".join(rows)


def main() -> None:
    """Do what is not done."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", nargs="*", default=None, help="KIND or KIND/WAY")
    parser.add_argument("--members", type=int, default=10)
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--size", type=int, nargs=2, default=(3, 50))
    parser.add_argument("--table", action="store_true")
    given = parser.parse_args()
    text = given.out.read_text() if given.out.exists() else ""
    lines = [json.loads(line) for line in text.splitlines()]
    if given.table:
        print(table(lines))
        return
    done = {(line["kind"], line["way"]) for line in lines}
    for kind in KINDS:
        for way in WAYS:
            wanted = given.only is None or bool(
                {kind, f"{kind}/{way}", f"*/{way}"} & {*given.only}
            )
            if not wanted or (kind, way) in done:
                continue
            try:
                line = one(kind, way, given.members, given.steps, tuple(given.size))
            except takens.errors.TakensError as error:
                print(kind, way, error, flush=True)
                continue
            with given.out.open("a") as file:
                file.write(json.dumps(line) + "\n")
            print(table([line]).splitlines()[-1], line["seconds"], flush=True)


if __name__ == "__main__":
    main()
