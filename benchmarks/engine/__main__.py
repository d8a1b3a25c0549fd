"""Prints how many times faster takens is than each peer, work by work.

One thread, double precision (the network: single), medians of the processor time of calls in
turns after a warm-up. The time of the first call, with tracing and compiling, stands in
brackets.
"""

# pyright: basic

import os
import sys
import tempfile
from collections.abc import Iterator

os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")
os.environ.setdefault("OMP_NUM_THREADS", "1")
# Nothing is compiled yet: the first call shows what it costs.
os.environ["TAKENS_CACHE"] = tempfile.mkdtemp()

import numpy as np
import torch

from . import peers, works
from .contest import Contestant, medians


def starts(batch: int, d: int, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.rand((batch, d), generator=generator, dtype=dtype) + 0.5


def contests() -> Iterator[tuple[str, dict[str, Contestant | None]]]:
    for batch, steps in ((1, 3000), (30, 3000), (1000, 1000), (100_000, 20)):
        x0 = starts(batch, 3)
        ts = torch.arange(steps + 1, dtype=torch.float64) * 0.01
        yield (
            f"rk4, Lorenz 63, {steps} steps saved, {batch}",
            {
                "takens": lambda x0=x0, ts=ts: works.fixed(works.Lorenz(), x0, ts),
                "torchdiffeq": lambda x0=x0, ts=ts: works.torchdiffeq_fixed(
                    works.Lorenz(), x0, ts
                ),
                "JAX scan": peers.jax_scan(x0.numpy(), steps, 0.01, False),
            },
        )
    ts = torch.linspace(0, 30, 1000, dtype=torch.float64)
    f = works.VanDerPol()
    for batch in (1, 30):
        x0 = starts(batch, 2)
        yield (
            f"dopri5, van der Pol, 1e-6, 1000 points, {batch}",
            {
                "takens": lambda x0=x0: works.adaptive(f, x0, ts, 1e-6),
                "torchdiffeq": lambda x0=x0: works.torchdiffeq_adaptive(f, x0, ts, 1e-6),
                "diffrax": peers.diffrax_solve(
                    "van_der_pol", x0.numpy(), ts.numpy(), 1e-6, False
                ),
                "torchode": peers.torchode_solve(x0, ts, 1e-6),
                "scipy RK45": peers.scipy_solve(x0.numpy(), ts.numpy(), 1e-6, "RK45"),
            },
        )
    for batch in (1, 30):
        x0 = starts(batch, 2)
        ours, theirs = _at_error(x0, ts, 1e-9)
        yield (
            f"van der Pol at error 1e-9, 1000 points, {batch}",
            {
                "takens": lambda x0=x0, tol=ours: works.adaptive8(f, x0, ts, tol),
                "heyoka": peers.heyoka_solve(x0.numpy(), ts.numpy(), theirs),
            },
        )
    yield from _gradients()


def _gradients() -> Iterator[tuple[str, dict[str, Contestant | None]]]:
    x0 = starts(30, 3).requires_grad_()
    p = [torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (10.0, 28.0, 8 / 3)]
    f = works.Lorenz(*p)
    numbers = x0.detach().numpy()
    ts = torch.arange(201, dtype=torch.float64) * 0.01
    yield (
        "gradient of rk4, Lorenz, 200 steps, 30",
        {
            "takens": works.gradient(works.fixed, f, x0, ts),
            "torchdiffeq": works.gradient(works.torchdiffeq_fixed, f, x0, ts),
            "JAX scan": peers.jax_scan(numbers, 200, 0.01, True),
        },
    )
    yield (
        "gradient of dopri5 1e-6, Lorenz, 200 points, 30",
        {
            "takens": works.gradient(works.adaptive, f, x0, ts, 1e-6),
            "torchdiffeq": works.gradient(works.torchdiffeq_adaptive, f, x0, ts, 1e-6),
            "torchdiffeq adjoint": works.gradient(works.torchdiffeq_adjoint, f, x0, ts, 1e-6),
            "diffrax": peers.diffrax_solve("lorenz", numbers, ts.numpy(), 1e-6, True),
        },
    )
    generator = torch.Generator().manual_seed(0)
    shapes = ((64, 2), (64, 64), (2, 64))
    weights = [torch.randn(s, generator=generator) / s[1] ** 0.5 for s in shapes]
    network, x0 = works.Network(weights), starts(400, 2, torch.float32).requires_grad_()
    ts = torch.tensor([0.0, 1.0], dtype=torch.float64)
    arrays = [w.numpy() for w in weights]
    yield (
        "Neural ODE 2-64-64-2, 400, dopri5 1e-4, with gradient",
        {
            "takens": works.gradient(works.adaptive, network, x0, ts, 1e-4),
            "torchdiffeq": works.gradient(works.torchdiffeq_adaptive, network, x0, ts, 1e-4),
            "torchdiffeq adjoint": works.gradient(
                works.torchdiffeq_adjoint, network, x0, ts, 1e-4
            ),
            "diffrax": peers.diffrax_solve(
                "network", x0.detach().numpy(), ts.numpy(), 1e-4, True, arrays
            ),
        },
    )


def _at_error(x0: torch.Tensor, ts: torch.Tensor, wanted: float) -> tuple[float, float]:
    """Find the loosest tolerances that keep the error within ``wanted``, ours and heyoka's."""
    truth = works.adaptive8(works.VanDerPol(), x0, ts, 1e-14)
    found: list[float] = []
    for solve in (
        lambda tol: works.adaptive8(works.VanDerPol(), x0, ts, tol).numpy(),
        lambda tol: (peers.heyoka_solve(x0.numpy(), ts.numpy(), tol) or (lambda: None))(),
    ):
        exponent = 15.0
        for exponent in np.arange(7, 15, 0.25):
            states = solve(10.0**-exponent)
            if states is None or np.abs(states - truth.numpy()).max() <= wanted:
                break
        found.append(float(10.0**-exponent))
    return found[0], found[1]


def main(only: str = "") -> None:
    torch.set_num_threads(1)
    for title, contestants in contests():
        if only not in title:
            continue
        times = medians({name: run for name, run in contestants.items() if run is not None})
        ours, first = times.pop("takens")
        line = f"{title}: takens {ours * 1e3:.3f} ms (first call {first:.2f} s)"
        for name, (median, _) in times.items():
            line += f"; {name} {median * 1e3:.3f} ms, {median / ours:.1f} x"
        print(line, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
