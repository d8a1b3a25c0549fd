"""What a second thread brings: ``python -m benchmarks.threads``.

Medians by the clock on the wall, in turns, of large solves with one thread and with two.
"""

# pyright: basic

import statistics
import time

import torch

import takens

from .engine import works


def contests():
    x0 = torch.rand((100_000, 3), dtype=torch.float64) + 0.5
    ts = torch.arange(21, dtype=torch.float64) * 0.01
    yield "rk4, Lorenz 63, 20 steps saved, 100000", lambda: works.fixed(works.Lorenz(), x0, ts)
    end = torch.tensor([0.0, 2.0], dtype=torch.float64)
    rk4 = takens.integrators.create("rk4", substeps=200)
    yield "200 steps, the last saved, 100000", lambda: rk4.solve(works.Lorenz(), x0, end)
    few, points = x0[:2000, :2].contiguous(), torch.linspace(0, 30, 100, dtype=torch.float64)
    yield (
        "dopri5, van der Pol, 1e-6, 100 points, 2000",
        lambda: works.adaptive(works.VanDerPol(), few, points, 1e-6),
    )
    lorenz = takens.systems.create("lorenz63")
    yield (
        "takens.simulate, Lorenz 63, 1000 samples, 1000",
        lambda: takens.simulate(lorenz, dt=0.01, steps=1000, trajectories=1000, transient=0),
    )


def main() -> None:
    for title, run in contests():
        times = {1: list[float](), 2: list[float]()}
        for _ in range(12):
            for threads, found in times.items():
                torch.set_num_threads(threads)
                start = time.perf_counter()
                run()
                found.append(time.perf_counter() - start)
        one, two = (statistics.median(found[2:]) * 1e3 for found in times.values())
        print(f"{title}: {one:.1f} ms, with two threads {two:.1f} ms, {one / two:.2f} x")


if __name__ == "__main__":
    main()
