"""Short recordings learned together: ``python -m benchmarks.subjects --out subjects.jsonl``.

24 Lorenz systems with rho from 26 to 60, of each 1,000 samples at 0.01 with 5 % noise. They are
learned by a hierarchical model with one number for each, by one model for all, and by one model
each; then five further systems are learned by their numbers alone, the weights frozen. The
largest exponents are compared with those of the equations. A line for each way and seed is
appended to the file; what that has is not done again. ``--table`` prints what a file has,
``--only`` names ways, ``--speed`` compares an update with that of the plain base.
"""

# pyright: basic

import argparse
import copy
import json
import statistics
import time
from pathlib import Path
from typing import Any

import torch

import takens

DT, LENGTH, NOISE, COUNT = 0.01, 1000, 0.05, 24
NEW = (30.0, 37.0, 44.0, 51.0, 58.0)
SHALLOW = {"name": "shallow_rnn", "latent_dim": 3, "hidden_dim": 50}
# The model, its features (0 for a plain one) and the number of updates.
WAYS: dict[str, tuple[dict[str, Any], int, int]] = {
    "hierarchical": (SHALLOW, 1, 6000),
    "shared": (SHALLOW, 0, 6000),
    "separate": (SHALLOW, 0, 2000),
    "hierarchical, two numbers": (SHALLOW, 2, 6000),
    "hierarchical shallow_plrnn": (SHALLOW | {"name": "shallow_plrnn"}, 1, 6000),
    "hierarchical dendritic_plrnn": (
        {"name": "dendritic_plrnn", "latent_dim": 10, "bases": 10},
        1,
        6000,
    ),
    "hierarchical almost_linear_rnn": (
        {"name": "almost_linear_rnn", "latent_dim": 20, "relu_dim": 8},
        1,
        6000,
    ),
    "hierarchical neural_ode": (
        {"name": "neural_ode", "width": 40, "depth": 1, "activation": "silu"},
        1,
        3000,
    ),
}
TRAINING: dict[str, Any] = {
    "scheme": {"name": "generalised_teacher_forcing", "alpha": 0.125},
    "window": 75,
    "learning_rate": 2e-3,
    "schedule": "cosine",
    "final_learning_rate": 2e-5,
    "check_every": 0,
    "device": "cpu",
}


def numbers() -> list[float]:
    """Return rho of the systems that are learned from."""
    return torch.linspace(26, 60, COUNT, dtype=torch.float64).tolist()


def recordings(rhos: list[float] | tuple[float, ...], seed: int) -> takens.Recordings:
    """Return a recording of each system."""
    made = [
        takens.simulate(
            takens.systems.create("lorenz63", rho=rho),
            dt=DT, steps=LENGTH, noise=NOISE, seed=1000 * seed + i,
        )
        for i, rho in enumerate(rhos)
    ]  # fmt: skip
    return takens.Recordings(made, [f"rho {rho:.1f}" for rho in rhos])


def exponent(step: Any, starts: torch.Tensor, steps: int = 4000) -> float | None:
    """Return the largest exponent of a map from `starts: (k, m)`."""
    metric = takens.metrics.create("max_lyapunov", steps=steps, transient=1000)
    with torch.no_grad():
        return metric.measure(step, starts, DT).value


def learned(model: takens.TrainedModel, one: takens.TimeSeries) -> float | None:
    """Return the largest exponent of a model, from states of a recording."""
    inner: Any = copy.deepcopy(model.inner).to(torch.device("cpu"), torch.float64)
    z = inner.encode(model.standardise(one.x[::32].double()).unsqueeze(-2))
    return exponent(takens.plugin.latent_map(inner, DT), z)


def true(rho: float) -> float | None:
    """Return the largest exponent of the equations."""
    system = takens.systems.create("lorenz63", rho=rho)
    starts = takens.simulate(system, dt=DT, steps=6400, seed=0).x[::100]
    field = takens.plugin.as_stepper(takens.integrators.create("rk4"))
    return exponent(takens.plugin.flow_map(system, field, DT), starts, 10_000)


def spearman(a: list[float], b: list[float]) -> float:
    """Return the rank correlation."""
    ranks = [torch.tensor(v).argsort().argsort().double() for v in (a, b)]
    return float(torch.corrcoef(torch.stack(ranks))[0, 1])


def one(way: str, seed: int) -> dict[str, Any]:
    """Learn in one way, and measure the exponent of each recording."""
    base, features, steps = WAYS[way]
    rhos, began = numbers(), time.perf_counter()
    data = recordings(rhos, seed)
    found: dict[str, Any] = {"way": way, "seed": seed}
    train: dict[str, Any] = {**TRAINING, "steps": steps, "seed": seed}
    if way == "separate":
        models = [takens.fit(base, data[name], **train).model for name in data.names]
    elif not features:
        models = [takens.fit(base, data, batch=48, **train).model] * COUNT
    else:
        model = {"name": "hierarchical", "base": base, "features": features}
        fit = takens.fit(model, data, batch=48, **train)
        models = [fit.model.for_recording(name) for name in data.names]
        own: Any = fit.model.inner
        found["numbers"] = own.features.tolist()
        more = recordings(NEW, seed + 100)
        new = takens.fit(
            fit.model.for_new_recordings(more.names), more, batch=48,
            **(train | {"steps": 500, "learning_rate": 5e-3}),
        ).model  # fmt: skip
        own = new.inner
        found["new numbers"] = own.features.tolist()
        found["new"] = [learned(new.for_recording(name), more[name]) for name in more.names]
    seconds = round(time.perf_counter() - began)
    exponents = [learned(m, x) for m, x in zip(models, data, strict=True)]
    return found | {"exponents": exponents, "seconds": seconds}


def errors(found: list[float | None], truth: list[float]) -> list[float]:
    """Return relative errors; an orbit that was lost counts as wholly wrong."""
    return [1.0 if v is None else abs(v / t - 1) for v, t in zip(found, truth, strict=True)]


def table(lines: list[dict[str, Any]]) -> str:
    """Return medians over recordings and seeds, and how numbers are ordered."""
    truths = {line["rho"]: line["true"] for line in lines if "rho" in line}
    known, new = ([truths[rho] for rho in rhos] for rhos in (numbers(), NEW))
    rows = [
        "| way | seeds | error of the exponent: median, worst seed | most beyond 20 % | order "
        "| new ones: median, worst |",
        "|---|---|---|---|---|---|",
    ]
    for way in dict.fromkeys(line["way"] for line in lines if "way" in line):
        runs = [line for line in lines if line.get("way") == way]
        each = [errors(run["exponents"], known) for run in runs]
        medians = [statistics.median(one) for one in each]
        most = max(sum(e > 0.2 for e in one) for one in each)
        order, others = "", ""
        if "numbers" in runs[0]:
            orders = [
                max(
                    abs(spearman(list(n), numbers())) for n in zip(*run["numbers"], strict=True)
                )
                for run in runs
            ]
            order = f"{min(orders):.3f}"
            far = [e for run in runs for e in errors(run["new"], new)]
            others = f"{statistics.median(far):.1%}, {max(far):.1%}"
        rows.append(
            f"| {way} | {len(runs)} | {statistics.median(medians):.1%}, {max(medians):.1%} "
            f"| {most} of {COUNT} | {order} | {others} |"
        )
    return "\n".join(rows)


def speed() -> str:
    """Compare the processor's time for a loss and its gradient with that of the plain base."""
    rows = ["| base | numbers | times the plain update |", "|---|---|---|"]
    scheme = takens.schemes.create("generalised_teacher_forcing", alpha=0.125)
    times = DT * torch.arange(75, dtype=torch.float64)
    torch.set_num_threads(1)
    for latent, hidden in ((3, 50), (20, 50), (20, 200)):
        base = SHALLOW | {"latent_dim": latent, "hidden_dim": hidden}
        plain: Any = takens.models.get(base | {"obs_dim": 3})
        windows = torch.randn(16, 75, 3, generator=torch.Generator().manual_seed(0))
        for features in (1, 2, 4):
            model = takens.models.create(
                "hierarchical", obs_dim=3, base=base, features=features, recordings=["a", "b"]
            )
            drawn = model.of_windows(torch.arange(16) % 2)
            spent: dict[Any, list[float]] = {plain: [], drawn: []}
            for _ in range(60):
                for each in spent:
                    began = time.process_time()
                    scheme.loss(each, windows, times=times, step=0).backward()
                    spent[each].append(time.process_time() - began)
            before, now = (statistics.median(v[10:]) for v in spent.values())
            rows.append(f"| M = {latent}, L = {hidden} | {features} | {now / before:.1f} |")
    return "\n".join(rows)


def main() -> None:
    """Do what is not done."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--only", nargs="*", default=None, help="ways")
    parser.add_argument("--seeds", type=int, nargs="*", default=[0, 1, 2])
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--speed", action="store_true")
    given = parser.parse_args()
    if given.speed:
        print(speed())
        return
    if given.out is None:
        parser.error("--out names the file that lines are appended to")
    text = given.out.read_text() if given.out.exists() else ""
    lines = [json.loads(line) for line in text.splitlines()]
    if given.table:
        print(table(lines))
        return
    done = {(line.get("way"), line.get("seed")) for line in lines}
    with given.out.open("a") as file:
        for rho in [*numbers(), *NEW]:
            if not any(line.get("rho") == rho for line in lines):
                print(json.dumps({"rho": rho, "true": true(rho)}), file=file, flush=True)
        for seed in given.seeds:
            for way in WAYS:
                if (way, seed) not in done and (given.only is None or way in given.only):
                    print(json.dumps(one(way, seed)), file=file, flush=True)


if __name__ == "__main__":
    main()
