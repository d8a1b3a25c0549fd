"""What is kept of an adaptive loop while it runs."""

from typing import Final, Protocol, TypeAlias, final

import torch
from torch import Tensor

from takens.plugin import VectorField
from takens_integrators.adaptive.dense import interpolate
from takens_integrators.gradients.adjoint import Steps
from takens_integrators.step_method import StepMethod
from takens_integrators.under_transforms import largest_of

_ROUNDS: Final = 64
_Round: TypeAlias = tuple[Tensor, Tensor, Tensor, list[Tensor]]


class Recorder(Protocol):
    """Is told of every round of a loop."""

    def record(self, t: Tensor, dt: Tensor, x: Tensor, stages: list[Tensor], /) -> None:
        """Keep what it wants of a round, which began at `t: (...)` and `x: (..., d)`.

        `dt` is zero for samples whose step was rejected or that are done.
        """
        ...

    def close(self, next_step: Tensor, /) -> None:
        """Take the step sizes that would have come next: the loop is over."""
        ...


@final
class StateRecorder:
    """Writes the states at given times while the loop passes them, `xs: (..., n, d)`.

    Rounds are kept for a while and then interpolated together, in few operations.
    """

    def __init__(self, method: StepMethod, f: VectorField, x0: Tensor, ts: Tensor) -> None:
        self.method, self.f, self.sign = method, f, torch.sign(ts[..., -1] - ts[..., 0])
        self.sign = self.sign.expand(x0.shape[:-1])
        self.ts = ts.expand(*x0.shape[:-1], ts.shape[-1])
        self.xs = x0.unsqueeze(-2).repeat(*[1] * (x0.dim() - 1), ts.shape[-1], 1)
        self.rounds: list[_Round] = []

    def record(self, t: Tensor, dt: Tensor, x: Tensor, stages: list[Tensor], /) -> None:
        """Keep a round."""
        self.rounds.append((t, dt, x, stages))
        if len(self.rounds) == _ROUNDS:
            self._write()

    def close(self, next_step: Tensor, /) -> None:
        """Write what is left."""
        if self.rounds:
            self._write()

    def _write(self) -> None:
        (t, dt, x), stages = _stack(self.rounds)
        self.rounds.clear()
        edges = torch.cat((t, (t[-1] + dt[-1]).unsqueeze(0))).movedim(0, -1)
        where = find_steps(edges, self.ts, self.sign)
        here = (where >= 0) & (where < len(t))
        here &= self.ts * self.sign.unsqueeze(-1) > edges[..., :1] * self.sign.unsqueeze(-1)
        rows = here.reshape(-1).nonzero().flatten()
        if len(rows):
            values = states_at(self.method, self.f, (t, dt, x), stages, self.ts, where, rows)
            self.xs.view(-1, x.shape[-1])[rows] = values


@final
class StepRecorder:
    """Keeps the steps: times and sizes, and with ``whole`` states and stages too."""

    def __init__(self, *, whole: bool = False) -> None:
        self.whole = whole
        self.rounds: list[_Round] = []
        self.next_step: Tensor | None = None

    def record(self, t: Tensor, dt: Tensor, x: Tensor, stages: list[Tensor], /) -> None:
        """Keep a round."""
        if self.whole:
            self.rounds.append((t, dt, x, stages))
        else:
            self.rounds.append((t.detach(), dt.detach(), x[..., :0], []))

    def close(self, next_step: Tensor, /) -> None:
        """Keep what would have come next."""
        self.next_step = next_step

    def grid(self) -> tuple[Tensor, Tensor]:
        """Return `t, dt: (k, ...)` of the steps taken, each sample's own moved to the front."""
        t = torch.stack([time for time, _, _, _ in self.rounds])
        dt = torch.stack([step for _, step, _, _ in self.rounds])
        order = (dt == 0).to(torch.int8).argsort(stable=True, dim=0)
        most = largest_of((dt != 0).sum(0))
        t, dt = t.gather(0, order)[:most], dt.gather(0, order)[:most]
        # Samples with fewer steps stay where they have arrived.
        last = ((dt != 0).sum(0, keepdim=True) - 1).clamp_min(0)
        return torch.where(dt == 0, (t + dt).gather(0, last), t), dt

    def steps(self, last: Tensor) -> Steps:
        """Return all rounds, which were kept whole, as steps that end at `last: (..., d)`."""
        (t, dt, x), _ = _stack(self.rounds)
        return Steps(t, dt, x, last, self.next_step)


def find_steps(edges: Tensor, ts: Tensor, sign: Tensor) -> Tensor:
    """Return the number of the step that each of `ts: (..., n)` ends in, or lies within.

    `edges: (..., k + 1)` follow each other in the direction `sign: (...)`; steps of length
    zero are passed over.
    """
    along = sign.unsqueeze(-1)
    return torch.searchsorted((edges * along).contiguous(), (ts * along).contiguous()) - 1


def states_at(
    method: StepMethod,
    f: VectorField,
    rounds: tuple[Tensor, Tensor, Tensor],
    stages: list[Tensor],
    ts: Tensor,
    where: Tensor,
    rows: Tensor,
) -> Tensor:
    """Return the states at the times that ``rows`` number, of `ts: (..., n)` flattened.

    ``rounds`` are `t, dt: (k, ...)` and `x: (k, ..., d)`; `where: (..., n)` numbers the
    rounds; where it is none of theirs the state means nothing, and is finite.
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


def _stack(rounds: list[_Round]) -> tuple[tuple[Tensor, Tensor, Tensor], list[Tensor]]:
    ts, dts, xs, stages = zip(*rounds, strict=True)
    return (
        (torch.stack(ts), torch.stack(dts), torch.stack(xs)),
        [torch.stack(ks) for ks in zip(*stages, strict=True)],
    )
