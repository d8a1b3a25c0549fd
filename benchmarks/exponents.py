"""Lyapunov spectra per step: ``python -m benchmarks.exponents``.

Microseconds for each step of each trajectory, medians of the processor time of calls in turns
after a warm-up, one thread, double precision: Lorenz 63 by rk4 with vectors made orthonormal
every 10 steps, and a shallow PLRNN of 20 latent and 50 hidden units, every 5 steps. Against the
loop that takes a Jacobian by autograd and a QR decomposition in each step, and a jitted scan of
tangents in JAX where that is installed.
"""

# pyright: basic, reportMissingImports=false

import torch

import takens
from takens_integrators import RK4

from .engine.contest import Contestant, medians
from .engine.peers import _installed, _jax, lorenz
from .engine.works import Lorenz

DT = 0.01


def compiled(dynamics, x0: torch.Tensor, steps: int, every: int, method=None) -> Contestant:
    def run():
        question = takens.backend.TangentGrowth(
            dynamics=dynamics, x0=x0, steps=steps, every=every, count=x0.shape[-1],
            method=method, dt=DT,
        )  # fmt: skip
        found = takens.backend.dispatch(question)
        if found is None:
            raise SystemExit(takens.explain(dynamics))
        return found.sums

    return run


def loop(step, x0: torch.Tensor, steps: int) -> Contestant:
    def run():
        x, v = x0, torch.eye(len(x0), dtype=x0.dtype)
        sums = torch.zeros_like(x0)
        for _ in range(steps):
            v, r = torch.linalg.qr(torch.autograd.functional.jacobian(step, x) @ v)
            sums += r.diagonal().abs().log()
            x = step(x)
        return sums

    return run


def jax_scan(x0, steps: int, every: int) -> Contestant | None:
    if not _installed("jax"):
        return None
    jax, jnp = _jax()
    p = jnp.array([10.0, 28.0, 8 / 3])

    def step(x):
        k1 = lorenz(jnp, p, x)
        k2 = lorenz(jnp, p, x + DT / 2 * k1)
        k3 = lorenz(jnp, p, x + DT / 2 * k2)
        k4 = lorenz(jnp, p, x + DT * k3)
        return x + DT / 6 * (k1 + 2 * k2 + 2 * k3 + k4)

    def push(carry, _):
        x, v = carry
        moved = jax.vmap(lambda column: jax.jvp(step, (x,), (column,))[1], 1, 1)(v)
        return (step(x), moved), None

    def stretch(carry, _):
        x, v = jax.lax.scan(push, carry, None, length=every)[0]
        v, r = jnp.linalg.qr(v)
        return (x, v), jnp.log(jnp.abs(jnp.diagonal(r)))

    run = jax.jit(
        lambda x: jax.lax.scan(stretch, (x, jnp.eye(3)), None, length=steps // every)[1].sum(0)
    )
    x0 = jnp.asarray(x0)
    return lambda: jax.block_until_ready(run(x0))


def contests():
    x0 = torch.tensor([[1.0, 1.0, 25.0]], dtype=torch.float64)
    f = Lorenz()
    t, h = torch.zeros(()), torch.tensor(DT, dtype=torch.float64)
    yield (
        "Lorenz 63",
        {
            "takens": (compiled(f, x0, 1_000_000, 10, RK4.tableau), 1_000_000),
            "a loop over Jacobians": (loop(lambda x: RK4().step(f, t, x, h), x0[0], 20), 20),
            "JAX scan": (jax_scan(x0[0].numpy(), 100_000, 10), 100_000),
        },
    )
    torch.manual_seed(0)
    model = takens.models.create("shallow_plrnn", obs_dim=3, latent_dim=20, hidden_dim=50)
    step = takens.plugin.latent_map(model.double().requires_grad_(False), 1.0)  # pyright: ignore[reportAttributeAccessIssue] - every model has weights
    for starts in (1, 100):
        x0 = torch.rand((starts, 20), dtype=torch.float64) - 0.5
        steps = 20_000 // starts
        yield (
            f"shallow PLRNN, {starts}",
            {
                "takens": (compiled(step, x0, steps, 5), steps * starts),
                "a loop over Jacobians": (loop(step, x0[0], 20), 20),
            },
        )


def main() -> None:
    torch.set_num_threads(1)
    for title, contestants in contests():
        steps = {name: count for name, (_, count) in contestants.items()}
        runs = {name: run for name, (run, _) in contestants.items() if run is not None}
        times = {name: each / steps[name] for name, (each, _) in medians(runs).items()}
        ours = times.pop("takens")
        line = f"{title}: takens {ours * 1e6:.3f} us a step"
        for name, each in times.items():
            line += f"; {name} {each * 1e6:.3g} us, {each / ours:.0f} x"
        print(line, flush=True)


if __name__ == "__main__":
    main()
