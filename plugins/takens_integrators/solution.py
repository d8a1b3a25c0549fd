"""What became of a solve, sample by sample."""

import enum
import math
from typing import Final, cast, final

import attrs
import torch
from torch import Tensor

import takens
from takens_integrators.looking import largest


class IntegrationError(takens.TakensError):
    """A solve did not reach its last time."""


class Status(enum.IntEnum):
    """How the solve of one sample ended; the values are those of `Solution.status`."""

    RUNNING = 0
    DONE = 1
    EVENT = 2
    MAX_STEPS = 3
    UNDERFLOW = 4
    NOT_FINITE = 5

    @property
    def failed(self) -> bool:
        """Whether the sample did not get where it should."""
        return self in (Status.MAX_STEPS, Status.UNDERFLOW, Status.NOT_FINITE)


_FAILED: Final = int(Status.MAX_STEPS)


@final
@attrs.frozen(eq=False)
class Crossings:
    """Where an event's function crossed zero.

    `t: (..., m)` and `x: (..., m, d)` hold the crossings of each sample in order, `m` being
    the most that any sample has; `count: (...)` says how many of them each one has, and the
    rest repeats the last state.
    """

    t: Tensor
    x: Tensor
    count: Tensor


@final
@attrs.frozen(eq=False)
class Solution:
    """The states `x: (..., n, d)` at `ts: (n,)` or `(..., n)`, and how they were obtained.

    Everything else has one entry per sample, `(...)`: ``status`` (a `Status`), ``reached``
    (how many of the times were reached; from there on the last good state is repeated),
    ``time`` (the last time reached), ``steps`` (accepted), ``rejected`` and
    ``evaluations`` (of the field, without those of the backward pass). ``component`` is
    the state variable that asked for the smallest step where the solve failed.
    """

    ts: Tensor
    x: Tensor
    status: Tensor
    reached: Tensor
    time: Tensor
    steps: Tensor
    rejected: Tensor
    evaluations: Tensor
    component: Tensor
    crossings: tuple[Crossings, ...] = ()

    def check(self) -> None:
        """Refuse a solution with a sample that did not reach its last time.

        Raises: IntegrationError, naming the first such sample, its time and what to try.
        """
        # A good solve pays for one look only.
        if largest(self.status) < _FAILED:
            return
        ends = self.ts[..., -1].detach().expand(self.status.shape)
        tries = self.steps + self.rejected
        parts = (self.status, self.time.detach(), ends, self.component, tries)
        # Stacked first, so that batches of a transform are samples of all of them alike.
        table = torch.func.debug_unwrap(
            torch.stack([part.to(self.time.dtype) for part in parts], -1)
        )
        rows = table.reshape(-1, len(parts))
        failed = (rows[:, 0] >= _FAILED).nonzero().flatten()
        i = int(failed[0])
        status, time, end, component, steps = cast(list[float], rows[i].tolist())  # pyright: ignore[reportUnknownMemberType]
        kind, component = Status(int(status)), int(component)
        where = f"{_sample(table[..., 0], i)} stopped at t = {time:.6g} on its way to {end:.6g}"
        others = f" ({len(failed)} of {len(rows)} samples failed)" if len(failed) > 1 else ""
        if kind is Status.MAX_STEPS:
            raise IntegrationError(
                f"{where}: {int(steps)} steps were not enough{others}; component {component} "
                "asks for the smallest ones. Raise max_steps or the tolerances, or, where the "
                "field is stiff, use 'rodas4'."
            )
        if kind is Status.UNDERFLOW:
            raise IntegrationError(
                f"{where}: the step size underflowed, because component {component} changes "
                f"faster than any step resolves{others}. It may grow without bound there, or "
                "be discontinuous; loosen the tolerances, end before, or, where the field is "
                "stiff, use 'rodas4'."
            )
        raise IntegrationError(
            f"{where}: the field gives no finite value in component {component} from "
            f"there{others}. Look at its terms at this time, or end before."
        )


def check_finite(ts: Tensor, xs: Tensor) -> None:
    """Refuse states `xs: (..., n, d)` of a fixed-step method that are not finite.

    Raises: IntegrationError, naming sample, component and the last good time.
    """
    # A sum is finite where all terms are, up to overflow: one cheap question for all.
    if math.isfinite(float(xs.detach().sum())):
        return
    bad = ~torch.isfinite(xs.detach())
    if not bool(bad.any()):
        return
    flat = bad.reshape(-1, *bad.shape[-2:])
    when = torch.where(
        flat.any(-1), torch.arange(flat.shape[1], device=xs.device), flat.shape[1]
    )
    i = int(when.amin(-1).argmin())
    j = int(when[i].amin())
    component = int(flat[i, j].to(torch.int8).argmax())
    times = ts.expand(*bad.shape[:-1]).reshape(-1, ts.shape[-1])[i]
    sample = _sample(bad[..., 0, 0], i)
    if j == 0:
        raise takens.InputError(
            f"{sample} starts from a state that is not finite in component {component}; give "
            "finite numbers."
        )
    raise IntegrationError(
        f"{sample} is no longer finite in component {component} at t = {float(times[j]):.6g} "
        f"(it was at t = {float(times[j - 1]):.6g}). The step is too long for this field, or "
        "the field grows without bound or gives NaN there: use more substeps, an adaptive "
        "method, or end before."
    )


def _sample(like: Tensor, i: int) -> str:
    if like.dim() == 0:
        return "The solution"
    index = [int(k) for k in torch.unravel_index(torch.tensor(i), like.shape)]
    return f"Sample {index[0] if len(index) == 1 else tuple(index)}"
