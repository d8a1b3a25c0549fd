"""The growth of tangent vectors along the orbits of a map."""

from collections.abc import Callable
from typing import Literal, final

import attrs
import numpy as np
import torch
from torch import Tensor

import takens
from takens_metrics.lyapunov.orbit_lengths import (
    LOOK,
    aligning,
    forgetting,
    mean_period,
    measuring,
)
from takens_metrics.records import Array

# Tangents that grow or shrink by at most e^10 between two orthogonalisations neither
# overflow nor lose the smaller ones to rounding.
_LARGEST_LOG = 10.0
# An orbit this many times farther out than all starts has left.
_BOUND = 1e6
# An orbit at rest moves by less than this fraction of the largest step of any orbit.
_REST = 1e-3
# However slow the growth, it is recorded this often.
_RECORDS = 200
# All directions are looked at where these are few, else one more than is measured.
_FEW = 8
_LONGEST_INTERVAL = 1_000
_FOLLOWED = 1_000


@final
@attrs.frozen(eq=False)
class TangentGrowth:
    """How k orthogonalised tangent vectors grew along the orbits of several starts.

    ``logs: (blocks, starts, k)`` are natural logarithms of the growth over each block, a whole
    number of ``qr_interval`` steps (the last may be shorter); ``ends: (blocks,)`` are the steps
    taken by its end. ``diverged: (starts,)`` marks orbits that stopped being finite or bounded:
    their logs mean nothing. ``frozen: (starts,)`` marks those that came to rest on a stable
    fixed point; one that is still on its way there cannot be told from others. ``x: (starts,
    d)`` and ``vectors: (starts, d, k)`` are where they ended. The state was left alone for
    ``transient`` steps, then its tangents for ``settling``; ``period`` is the mean period in
    steps, None where nothing follows from it.
    """

    logs: Tensor
    ends: Tensor
    diverged: Tensor
    frozen: Tensor
    qr_interval: int
    transient: int
    settling: int
    period: float | None
    x: Tensor
    vectors: Tensor


def tangent_growth(
    step: takens.plugin.Map,
    x0: Tensor,
    *,
    tangents: int,
    transient: int | Literal["auto"],
    steps: int | Literal["auto"],
    qr_interval: int | Literal["auto"],
    most_steps: int = 0,
    enough: Callable[[Tensor, Tensor, Tensor], bool] | None = None,
) -> TangentGrowth:
    """Push tangent vectors along the orbits from `x0: (starts, d)`, with QR in between.

    The first ``transient`` steps (at least 1) bring the state onto its attractor, up to as
    many again part the starts, as many again let the tangents find their directions; then
    ``steps`` are measured. What is ``"auto"`` follows from the mean period and from a first
    estimate of the exponents (of at least one more than asked for). With
    ``qr_interval="auto"`` two QRs are as far apart as the growth at first allows.

    Where ``enough`` is given, it is asked with the logs and ends so far and with the starts
    that are still inside, `(starts,)`; until it agrees the steps are doubled, up to
    ``most_steps``.

    Source: Benettin, Galgani, Giorgilli, Strelcyn (1980), Lyapunov characteristic exponents
    for smooth dynamical systems, part 2, Meccanica 15, 21-30.
    """
    bound = _BOUND * x0.abs().amax().clamp(min=1)
    alone = LOOK if transient == "auto" else transient
    x = _advance(step, x0, alone)
    period = mean_period(step, x) if "auto" in (transient, steps) else None
    if transient == "auto" and period is not None:
        rest = forgetting(period) - alone
        x, alone = _advance(step, x, rest), alone + rest
    x = _parted(step, x, alone)
    moves, dim = [_move(step, x)], takens.plugin.tangent_dim(step, x)
    looked = tangents if period is None else all_looked_at(tangents, dim)
    growth = _Growth.at(x, directions(x, looked, dim), bound)
    growth = growth.followed(step, 1, 1, min(alone, LOOK), bound)
    every = qr_interval
    if every == "auto":
        every = _safe_interval(growth.logs[:, growth.inside])
    wanted = steps
    while True:
        rates = growth.recent_rates()
        if steps == "auto" and period is not None:
            wanted = measuring(float(rates[0]), period)
        needed = alone
        if transient == "auto" and period is not None:
            needed = aligning(rates, period, int(wanted))
        taken = growth.steps
        if taken >= needed or not growth.inside.any():
            break
        ahead = min(needed - taken, taken) if transient == "auto" else needed - taken
        growth = growth.followed(step, every, max(1, ahead // _RECORDS), ahead, bound)
    settling, wanted = growth.steps, int(wanted)
    moves.append(_move(step, growth.x))
    often = max(1, min(wanted // _RECORDS, _LONGEST_INTERVAL))
    every = min(every, often) if qr_interval == "auto" else every
    block = every * max(1, often // every)
    growth = attrs.evolve(
        _Growth.at(growth.x, growth.vectors[..., :tangents], bound), inside=growth.inside
    )
    ahead = wanted
    while True:
        growth = growth.followed(step, every, block, ahead, bound)
        moves.append(_move(step, growth.x))
        # A remainder would make blocks of unequal length in the middle.
        ahead = min(growth.steps, most_steps - growth.steps) // block * block
        if enough is None or ahead <= 0 or not growth.inside.any():
            break
        if enough(growth.logs, growth.ends, growth.inside):
            break
    inside = growth.inside
    frozen = torch.zeros_like(inside)
    if inside.any():
        at_rest = _at_rest(step, growth.x, inside, torch.stack(moves), growth.logs, wanted)
        frozen = inside & at_rest
    return TangentGrowth(
        logs=growth.logs,
        ends=growth.ends,
        diverged=~inside,
        frozen=frozen,
        qr_interval=every,
        transient=alone,
        settling=settling,
        period=period,
        x=growth.x,
        vectors=growth.vectors,
    )


def push(
    step: takens.plugin.Map, x: Tensor, vectors: Tensor, *, every: int, steps: int
) -> tuple[Tensor, Tensor]:
    """Return the logarithms of growth over ``steps`` steps, `(starts, k)`, and the last states.

    `x: (starts, d)`, `vectors: (starts, d, k)`; two QRs are ``every`` steps apart.
    """
    bound = torch.tensor(torch.inf).to(x)
    part = _Growth.at(x, vectors, bound).followed(step, every, steps, steps, bound)
    return part.logs.sum(0), part.x


def directions(x: Tensor, k: int, dim: int) -> Tensor:
    """Return k orthonormal tangent vectors for each of `x: (starts, d)`: `(starts, d, k)`.

    Generic ones in the first ``dim`` states: a coordinate axis can be an invariant direction,
    never to be left.
    """
    generator = torch.Generator().manual_seed(0)
    v = torch.randn(*x.shape, k, generator=generator, dtype=x.dtype)
    v[:, dim:] = 0
    return _orthogonalise(v.to(x.device))[0]


def all_looked_at(k: int, dim: int) -> int:
    """Return in how many directions growth is looked at where that in k is measured."""
    return dim if dim <= _FEW else min(k + 1, dim)


def completed(x: Tensor, vectors: Tensor, dim: int) -> Tensor:
    """Return `vectors: (starts, d, k)` with others after them, as many as are looked at."""
    k = vectors.shape[-1]
    others = directions(x, all_looked_at(k, dim), dim)[..., k:]
    return _orthogonalise(torch.cat((vectors, others), -1))[0]


@final
@attrs.frozen(eq=False)
class _Growth:
    x: Tensor  # (starts, d), at the end
    vectors: Tensor  # (starts, d, k), at the end
    logs: Tensor  # (blocks, starts, k)
    ends: Tensor  # (blocks,), in steps
    inside: Tensor  # (starts,)

    @classmethod
    def at(cls, x: Tensor, vectors: Tensor, bound: Tensor) -> "_Growth":
        """Begin at `x: (starts, d)` with `vectors: (starts, d, k)`."""
        nothing = x.new_empty(0, len(x), vectors.shape[-1])
        ends = torch.empty(0, dtype=torch.int64)
        return cls(x, vectors, nothing, ends, (x.abs() <= bound).all(-1))

    @property
    def steps(self) -> int:
        """How many were taken."""
        return int(self.ends[-1]) if len(self.ends) else 0

    def recent_rates(self) -> Array:
        """Return the mean growth a step over the later half, `(k,)`, in descending order."""
        middle = len(self.logs) // 2
        steps = self.steps - (int(self.ends[middle - 1]) if middle else 0)
        rates = self.logs[middle:, self.inside].sum(0).mean(0) / max(steps, 1)
        return np.sort(rates.nan_to_num(nan=0.0, posinf=0.0, neginf=0.0).cpu().numpy())[::-1]

    def followed(
        self, step: takens.plugin.Map, every: int, block: int, steps: int, bound: Tensor
    ) -> "_Growth":
        """Follow on for ``steps`` steps, in blocks (the last may be shorter)."""
        so_far = self
        for length, count in ((block, steps // block), (steps % block, 1)):
            if length and count:
                so_far = so_far._pushed(step, every, length, count, bound)
        return so_far

    def _pushed(
        self, step: takens.plugin.Map, every: int, block: int, blocks: int, bound: Tensor
    ) -> "_Growth":
        x, q, inside = self.x, self.vectors, self.inside
        answer = takens.backend.dispatch(
            takens.backend.TangentGrowth(
                dynamics=step,
                x0=x,
                steps=block * blocks,
                count=q.shape[-1],
                every=min(every, block),
                blocks=blocks,
                vectors=q,
            )
        )
        if answer is not None:
            x, q, logs = answer.x, answer.vectors, answer.sums.transpose(0, 1)
            inside = inside & (x.abs() <= bound).all(-1)
        else:
            found: list[Tensor] = []
            for _ in range(blocks):
                grown = x.new_zeros(len(x), q.shape[-1])
                for i in range(1, block + 1):
                    x, q = takens.plugin.jvp(step, x, q)
                    if i % every == 0 or i == block:
                        q, r = _orthogonalise(q)
                        grown = grown + r.diagonal(dim1=-2, dim2=-1).abs().log()
                found.append(grown)
                inside = inside & (x.abs() <= bound).all(-1)
                if not inside.any():
                    break
            logs = torch.stack(found)
        ends = self.steps + block * torch.arange(1, len(logs) + 1)
        return _Growth(x, q, torch.cat((self.logs, logs)), torch.cat((self.ends, ends)), inside)


def _orthogonalise(v: Tensor) -> tuple[Tensor, Tensor]:
    q, r = torch.linalg.qr(v)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return q, r  # pyright: ignore[reportUnknownVariableType]


def _parted(step: takens.plugin.Map, x: Tensor, steps: int) -> Tensor:
    # Starts near each other keep a common phase for long where phases diffuse slowly, and
    # their spread would hide what their common beginning and end add to all of them.
    starts = len(x)
    apart = steps // starts
    if not apart:
        return x
    parted = x.clone()
    for i in range(1, starts):
        x = _advance(step, x, apart)
        parted[i] = x[i]
    return parted


def _advance(step: takens.plugin.Map, x: Tensor, steps: int) -> Tensor:
    return takens.plugin.orbit(step, x, steps, every=steps)[:, -1] if steps else x


def _move(step: takens.plugin.Map, x: Tensor) -> Tensor:
    return (step(x) - x).abs().amax(-1)


def _safe_interval(logs: Tensor) -> int:
    if not logs.numel():
        return 1
    fastest = float(logs.abs().nan_to_num(nan=torch.inf).amax())
    return max(1, int(_LARGEST_LOG / max(fastest, 1e-6)))


def _at_rest(
    step: takens.plugin.Map, x: Tensor, inside: Tensor, moves: Tensor, logs: Tensor, steps: int
) -> Tensor:
    # A slow passage of a cycle is no rest: the orbits are followed for a while.
    followed = takens.plugin.orbit(step, x, max(1, min(steps // 10, _FOLLOWED)))
    after = followed.diff(dim=1).abs().amax((1, 2))
    # An orbit that began at rest jitters by rounding; that is no motion.
    rounding = 1e-9 * x[inside].abs().amax()
    largest = torch.maximum(moves[:, inside].amax(), after[inside].amax())
    still = after <= _REST * torch.maximum(largest, rounding)
    # On an unstable fixed point an orbit stays only as long as rounding lets it.
    last = max(1, len(logs) // 10)
    return still & (logs[-last:, :, 0].sum(0) < 0)
