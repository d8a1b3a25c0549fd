"""What is kept of an adaptive loop while it runs."""

from typing import Final, final

import torch
from torch import Tensor

import takens
from takens_integrators.adjoint import Steps
from takens_integrators.attempt import Method
from takens_integrators.dense import interpolate
from takens_integrators.looking import largest

_ROUNDS: Final = 64


@final
class Outputs:
    """Writes the states at given times while the loop passes them, `(..., n, d)`.

    Rounds are kept for a while and then answered together, in few operations.
    """

    def __init__(
        self, method: Method, f: takens.VectorField, x0: Tensor, ts: Tensor, sign: Tensor
    ) -> None:
        self.method, self.f, self.sign = method, f, sign
        self.ts = ts.expand(*x0.shape[:-1], ts.shape[-1])
        self.xs = x0.unsqueeze(-2).repeat(*[1] * (x0.dim() - 1), ts.shape[-1], 1)
        self.rounds: list[tuple[Tensor, Tensor, Tensor, list[Tensor]]] = []

    def __call__(self, t: Tensor, dt: Tensor, x: Tensor, stages: list[Tensor]) -> None:
        """Keep a round."""
        self.rounds.append((t, dt, x, stages))
        if len(self.rounds) == _ROUNDS:
            self.flush()

    def flush(self) -> None:
        """Answer all times that the kept rounds pass."""
        if not self.rounds:
            return
        (t, dt, x), stages = _stack(self.rounds)
        self.rounds.clear()
        edges = torch.cat((t, (t[-1] + dt[-1]).unsqueeze(0))).movedim(0, -1)
        where = find_steps(edges, self.ts, self.sign)
        here = (where >= 0) & (where < len(t))
        here &= self.ts * self.sign.unsqueeze(-1) > edges[..., :1] * self.sign.unsqueeze(-1)
        rows = here.reshape(-1).nonzero().flatten()
        if len(rows):
            values = answer(self.method, self.f, (t, dt, x), stages, self.ts, where, rows)
            self.xs.view(-1, x.shape[-1])[rows] = values


def find_steps(edges: Tensor, ts: Tensor, sign: Tensor) -> Tensor:
    """Give the number of the step that each of `ts: (..., n)` ends in, or lies within.

    `edges: (..., k + 1)` follow each other in the direction `sign: (...)`; steps of length
    zero are passed over.
    """
    along = sign.unsqueeze(-1)
    return torch.searchsorted((edges * along).contiguous(), (ts * along).contiguous()) - 1


def answer(
    method: Method,
    f: takens.VectorField,
    rounds: tuple[Tensor, Tensor, Tensor],
    stages: list[Tensor],
    ts: Tensor,
    where: Tensor,
    rows: Tensor,
) -> Tensor:
    """Give the states at the times that ``rows`` number, of `ts: (..., n)` flattened.

    ``rounds`` are `t, dt: (k, ...)` and `x: (k, ..., d)`; `where: (..., n)` numbers the
    rounds; where it is none of theirs the answer means nothing, and is finite.
    """
    t, dt, x = rounds
    n, d = ts.shape[-1], x.shape[-1]
    pieces = method.increments(f, t, x, dt, stages)
    samples = max(t[0].numel(), 1)
    flat = where.clamp(0, len(t) - 1).reshape(-1)[rows] * samples + rows // n
    start, length = t.reshape(-1)[flat], dt.reshape(-1)[flat]
    theta = (ts.reshape(-1)[rows] - start) / torch.where(length == 0, 1.0, length)
    weights = x.new_tensor(method.dense)
    parts = pieces.reshape(len(pieces), -1, d)[:, flat]
    return interpolate(x.reshape(-1, d)[flat], parts, weights, theta)


def _stack(
    rounds: list[tuple[Tensor, Tensor, Tensor, list[Tensor]]],
) -> tuple[tuple[Tensor, Tensor, Tensor], list[Tensor]]:
    ts, dts, xs, stages = zip(*rounds, strict=True)
    return (
        (torch.stack(ts), torch.stack(dts), torch.stack(xs)),
        [torch.stack(ks) for ks in zip(*stages, strict=True)],
    )


@final
class Rounds:
    """Keeps the rounds: times and step sizes, and with ``whole`` states and stages too."""

    def __init__(self, *, whole: bool = False) -> None:
        self.whole = whole
        self.rounds: list[tuple[Tensor, Tensor, Tensor, list[Tensor]]] = []

    def __call__(self, t: Tensor, dt: Tensor, x: Tensor, stages: list[Tensor]) -> None:
        """Keep a round."""
        if self.whole:
            self.rounds.append((t, dt, x, stages))
        else:
            self.rounds.append((t.detach(), dt.detach(), x[..., :0], []))

    def grid(self) -> tuple[Tensor, Tensor]:
        """Give `t, dt: (k, ...)` of the steps taken, each sample's own moved to the front."""
        t = torch.stack([time for time, _, _, _ in self.rounds])
        dt = torch.stack([step for _, step, _, _ in self.rounds])
        order = (dt == 0).to(torch.int8).argsort(stable=True, dim=0)
        most = largest((dt != 0).sum(0))
        t, dt = t.gather(0, order)[:most], dt.gather(0, order)[:most]
        # Samples with fewer steps stay where they have arrived.
        last = ((dt != 0).sum(0, keepdim=True) - 1).clamp_min(0)
        return torch.where(dt == 0, (t + dt).gather(0, last), t), dt

    def steps(self, last: Tensor, next_step: Tensor) -> Steps:
        """Give the rounds as steps that end at `last: (..., d)`."""
        (t, dt, x), _ = _stack(self.rounds)
        return Steps(t, dt, x, last, next_step)
