"""Prints how many times faster an update of takens is than the plain loop's and JAX's.

One thread, single precision: 16 windows of 200 steps of Lorenz 63, forced every 16. An update
of takens and of the plain loop draws windows, and takes gradient, clipping and RAdam's step;
that of takens holds its share of everything `fit` does. JAX's is the gradient alone. Medians
of the processor time of calls in turns after a warm-up; ensembles count per member, against
the plain training of one.
"""

# pyright: basic

import os
import sys

os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch

from ..engine.contest import medians
from . import peers, works
from .works import Size


def updates(data) -> None:
    x = (data.x - data.x.mean(0)) / data.x.std(0)
    for latent, hidden in ((20, 50), (20, 512), (3, 50)):
        one, ten = Size(latent, hidden), Size(latent, hidden, 10)
        counts = {"takens": (200, 1), "plain": (2, 1), "JAX": (1, 1)}
        counts |= {"ten by takens": (40, 10), "ten by JAX": (1, 10)}
        contestants = {
            "takens": works.ours(data, one, 200),
            "plain": works.plain(x, one, 2),
            "JAX": peers.gradient(x.numpy(), one),
            "ten by takens": works.ours(data, ten, 40),
            "ten by JAX": peers.gradient(x.numpy(), ten),
        }
        found = medians({k: v for k, v in contestants.items() if v is not None}, rounds=5)
        times = {k: t / (counts[k][0] * counts[k][1]) for k, (t, _) in found.items()}
        line = (
            f"an update, M = {latent}, L = {hidden}: plain loop {times['plain'] * 1e3:.2f} ms"
        )
        for name, time in times.items():
            if name != "plain":
                line += f"; {name} {time * 1e3:.3f} ms, {times['plain'] / time:.1f} x"
        print(line, flush=True)


def free_runs(steps: int = 100_000) -> None:
    size = Size(20, 50)
    (model,) = size.models()
    contestants = {
        "takens": works.free_run(model, steps, "auto"),
        "plain": works.free_run(model, steps, "eager"),
        "JAX": peers.free_run(size, steps),
    }
    found = medians({k: v for k, v in contestants.items() if v is not None}, rounds=3)
    line = f"a free run of {steps} steps, M = 20, L = 50: plain loop {found['plain'][0]:.2f} s"
    for name, (time, _) in found.items():
        if name != "plain":
            line += f"; {name} {time * 1e3:.1f} ms, {found['plain'][0] / time:.0f} x"
    print(line, flush=True)


def main(only: str = "") -> None:
    torch.set_num_threads(1)
    if only in ("", "updates"):
        updates(works.series())
    if only in ("", "free"):
        free_runs()


if __name__ == "__main__":
    main(*sys.argv[1:])
