"""The steps that an adaptive loop has chosen, taken once more for their gradient."""

import torch
from torch import Tensor

from takens.plugin import VectorField
from takens_integrators.adaptive.recorder import find_steps, states_at
from takens_integrators.gradients.checkpointing import checkpointed
from takens_integrators.step_method import StepMethod
from takens_integrators.under_transforms import is_constant, is_plain


def differentiable_states(
    method: StepMethod,
    f: VectorField,
    x0: Tensor,
    ts: Tensor,
    grid: tuple[Tensor, Tensor],
    done: Tensor,
    queries: Tensor,
    *,
    smooth: bool = True,
) -> tuple[Tensor, Tensor]:
    """Return the state at the end and at `queries: (..., q)`: `(..., d)`, `(..., q, d)`.

    ``grid`` holds `t, dt: (k, ...)` of the steps, which are constants but for the first
    and the last time of `ts: (..., n)` (the last where the sample is ``done``): choosing
    steps is not part of the gradient.
    """
    t, dt = _attached(grid, ts, done)
    n, d = queries.shape[-1], x0.shape[-1]
    sign = torch.sign(dt.detach().sum(0))
    edges = torch.cat((t, (t[-1] + dt[-1]).unsqueeze(0))).detach().movedim(0, -1)
    where = find_steps(edges, queries.detach(), sign)

    def run(x: Tensor, start: int, stop: int) -> list[Tensor]:
        rounds, parts, x = differentiable_steps(
            method, f, x, t[start:stop], dt[start:stop], smooth
        )
        inside = ((where >= start) & (where < stop)).reshape(-1)
        # A transform allows no look at where: all are answered there, and some not used.
        plain = is_plain(inside)
        rows = inside.nonzero().flatten() if plain else every
        if not len(rows):
            return [x]
        values = states_at(method, f, rounds, parts, queries, where - start, rows)
        if not plain:
            values = torch.where(inside.unsqueeze(-1), values, out)
        return [rows, values, x]

    out = x0.unsqueeze(-2).expand(*x0.shape[:-1], n, d).reshape(-1, d)
    every = torch.arange(len(out), device=x0.device)
    kept, last = checkpointed(run, x0, len(t), per_step=20 * x0.numel())
    if kept:
        out = out.index_put((torch.cat(kept[::2]),), torch.cat(kept[1::2]))
    return last, out.reshape(*x0.shape[:-1], n, d)


def differentiable_steps(
    method: StepMethod, f: VectorField, x: Tensor, t: Tensor, dt: Tensor, smooth: bool
) -> tuple[tuple[Tensor, Tensor, Tensor], list[Tensor], Tensor]:
    """Take the steps `t, dt: (k, ...)` from `x: (..., d)`.

    Where the field is ``smooth`` a step goes on with the slope that the one before ended with.
    Return them with their states `(k, ..., d)`, their stages, each `(k, ..., d)`, and the last
    state.
    """
    xs, stages = list[Tensor](), list[list[Tensor]]()
    slope = None
    for k in range(len(t)):
        trial = method.step(f, t[k].to(x.dtype), x, dt[k], slope)
        xs.append(x)
        stages.append(trial.stages)
        x, slope = trial.x, trial.slope if smooth else None
    parts = [torch.stack(ks) for ks in zip(*stages, strict=True)]
    return (t, dt, torch.stack(xs)), parts, x


def _attached(grid: tuple[Tensor, Tensor], ts: Tensor, done: Tensor) -> tuple[Tensor, Tensor]:
    """Return the grid, made to move with the first and the last time."""
    t, dt = grid
    if is_constant(ts):
        return grid
    moved_start = ts[..., 0] - ts[..., 0].detach()
    moved_end = torch.where(done, ts[..., -1] - ts[..., -1].detach(), 0.0)
    number = torch.arange(len(t), device=t.device).reshape(-1, *[1] * (t.dim() - 1))
    first, last = number == 0, number == (dt != 0).sum(0) - 1
    return t + first * moved_start, dt - first * moved_start + last * moved_end
