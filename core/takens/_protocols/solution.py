"""What became of a solve, sample by sample."""

from __future__ import annotations

import math
from typing import cast, final

import attrs
import torch
from torch import Tensor

from takens._printed import Printed
from takens._protocols.status import Status
from takens.errors import InputError, IntegrationError


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
@attrs.frozen(eq=False, repr=False)
class Solution(Printed):
    """The states `x: (..., n, d)` at `ts: (n,)` or `(..., n)`, and how they were obtained.

    Everything else has one entry per sample, `(...)`: ``status`` (a `Status`), ``reached``
    (how many of the times were reached; from there on the last good state is repeated),
    ``time`` (the last time reached), ``steps`` (accepted), ``rejected`` and
    ``evaluations`` (of the field, without those of the backward pass). ``component`` is
    the state variable that asked for the smallest step where the solve failed, -1 where a
    solver does not tell.
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

    def check(self, advice: str = "") -> None:
        """Refuse a solution with a sample that did not reach its last time.

        ``advice`` is what else to try than what every method has, in a sentence.

        Raises: IntegrationError, naming the first such sample, its time and what to try.
        """
        # A good solve pays for one look only. Under a transform of torch.func, its samples
        # are looked at too.
        status = torch.func.debug_unwrap(self.status)
        if not status.numel() or int(status.max()) < Status.MAX_STEPS:
            return
        ends = self.ts[..., -1].detach().expand(self.status.shape)
        tries = self.steps + self.rejected
        parts = (self.status, self.time.detach(), ends, self.component, tries)
        # Stacked first, so that batches of a transform are samples of all of them alike.
        table = torch.func.debug_unwrap(
            torch.stack([part.to(self.time.dtype) for part in parts], -1)
        )
        rows = table.reshape(-1, len(parts))
        failed = (rows[:, 0] >= Status.MAX_STEPS).nonzero().flatten()
        i = int(failed[0])
        code, time, end, component, steps = cast(list[float], rows[i].tolist())  # pyright: ignore[reportUnknownMemberType]
        others = f" ({len(failed)} of {len(rows)} samples failed)" if len(failed) > 1 else ""
        why = Status(int(code)).sentence.format(  # pyright: ignore[reportCallIssue]
            steps=int(steps),
            component=f"component {component:.0f}" if component >= 0 else "some component",
            others=others,
        )
        if int(code) in (Status.MAX_STEPS, Status.UNDERFLOW) and advice:
            why = f"{why} {advice}"
        sample = name_sample(i, table.shape[:-1])
        raise IntegrationError(
            f"{sample} stopped at t = {time:.6g} on its way to {end:.6g}: {why}"
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
    sample = name_sample(i, bad.shape[:-2])
    if j == 0:
        raise InputError(
            f"{sample} starts from a state that is not finite in component {component}; give "
            "finite numbers."
        )
    raise IntegrationError(
        f"{sample} is no longer finite in component {component} at t = {float(times[j]):.6g} "
        f"(it was at t = {float(times[j - 1]):.6g}). The step is too long for this field, or "
        "the field grows without bound or gives NaN there: take shorter steps, by substeps or "
        "by an adaptive method with its tolerances, or end before."
    )


def name_sample(i: int, shape: torch.Size) -> str:
    """Return what to call sample ``i`` of a batch: its index, where it has one."""
    if not shape:
        return "The solution"
    index = [int(k) for k in torch.unravel_index(torch.tensor(i), shape)]
    return f"Sample {index[0] if len(index) == 1 else tuple(index)}"
