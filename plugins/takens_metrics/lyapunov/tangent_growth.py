"""The growth of tangent vectors along the orbits of a map."""

from collections.abc import Callable
from typing import Literal, final

import attrs
import torch
from torch import Tensor

import takens

# Tangents that grow or shrink by at most e^10 between two orthogonalisations neither
# overflow nor lose the smaller ones to rounding.
_LARGEST_LOG = 10.0
# An orbit this many times farther out than all starts has left.
_BOUND = 1e6
# An orbit at rest moves by less than this fraction of the largest step of any orbit.
_REST = 1e-3
# However slow the growth, it is recorded this often.
_RECORDS = 200
_LONGEST_INTERVAL = 1_000
# Growth is looked at, step by step, over this many steps to choose the interval.
_LOOK = 1_000
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
    d)`` and ``vectors: (starts, d, k)`` are where they ended.
    """

    logs: Tensor
    ends: Tensor
    diverged: Tensor
    frozen: Tensor
    qr_interval: int
    x: Tensor
    vectors: Tensor


def tangent_growth(
    step: takens.plugin.Map,
    x0: Tensor,
    *,
    tangents: int,
    transient: int,
    steps: int,
    qr_interval: int | Literal["auto"],
    most_steps: int = 0,
    enough: Callable[[Tensor, Tensor, Tensor], bool] | None = None,
) -> TangentGrowth:
    """Push tangent vectors along the orbits from `x0: (starts, d)`, with QR in between.

    The first ``transient`` steps (at least 1) bring the state onto its attractor, up to as
    many again part the starts, as many again let the tangents find their directions; then
    ``steps`` are measured. With
    ``"auto"`` two QRs are as far apart as the growth in the second transient allows.

    Where ``enough`` is given, it is asked with the logs and ends so far and with the starts
    that are still inside, `(starts,)`; until it agrees the steps are doubled, up to
    ``most_steps``.

    Source: Benettin, Galgani, Giorgilli, Strelcyn (1980), Lyapunov characteristic exponents
    for smooth dynamical systems, part 2, Meccanica 15, 21-30.
    """
    bound = _BOUND * x0.abs().amax().clamp(min=1)
    x, q = _parted(step, advance(step, x0, transient), transient), directions(x0, tangents)
    moves = [_move(step, x)]
    look = min(transient, _LOOK)
    settled = _push(step, x, q, 1, transient - look, 1, bound)
    settling = _push(step, settled.x, settled.vectors, 1, 1, look, bound)
    moves.append(_move(step, settling.x))
    often = max(1, min(steps // _RECORDS, _LONGEST_INTERVAL))
    if qr_interval == "auto":
        qr_interval = min(_safe_interval(settling.logs[:, settling.inside]), often)
    block = qr_interval * max(1, often // qr_interval)
    logs: list[Tensor] = []
    lengths: list[int] = []
    x, q, inside = settling.x, settling.vectors, settling.inside
    wanted, taken = steps, 0
    while True:
        for length, count in ((block, wanted // block), (wanted % block, 1)):
            part = _push(step, x, q, qr_interval, length, count, bound)
            logs.append(part.logs)
            lengths += [length] * len(part.logs)
            x, q, inside = part.x, part.vectors, inside & part.inside
        moves.append(_move(step, x))
        taken += wanted
        ends = torch.tensor(lengths).cumsum(0)
        # A remainder would make blocks of unequal length in the middle.
        wanted = min(taken, most_steps - taken) // block * block
        if enough is None or wanted <= 0 or not inside.any():
            break
        if enough(torch.cat(logs), ends, inside):
            break
    every_log = torch.cat(logs)
    frozen = torch.zeros_like(inside)
    if inside.any():
        frozen = inside & _at_rest(step, x, inside, torch.stack(moves), every_log, steps)
    return TangentGrowth(
        logs=every_log,
        ends=ends,
        diverged=~inside,
        frozen=frozen,
        qr_interval=qr_interval,
        x=x,
        vectors=q,
    )


def push(
    step: takens.plugin.Map, x: Tensor, vectors: Tensor, *, every: int, steps: int
) -> tuple[Tensor, Tensor]:
    """Return the logarithms of growth over ``steps`` steps, `(starts, k)`, and the last states.

    `x: (starts, d)`, `vectors: (starts, d, k)`; two QRs are ``every`` steps apart.
    """
    part = _push(step, x, vectors, every, steps, 1, torch.tensor(torch.inf).to(x))
    return part.logs.sum(0), part.x


def advance(step: takens.plugin.Map, x: Tensor, steps: int) -> Tensor:
    """Return the states `x: (starts, d)` after ``steps`` steps."""
    found = takens.backend.dispatch(
        takens.backend.MapIteration(map=step, x0=x, steps=steps, every=steps)
    )
    if found is not None:
        return found[..., -1, :]
    for _ in range(steps):
        x = step(x)
    return x


def orbit(step: takens.plugin.Map, x: Tensor, steps: int) -> Tensor:
    """Return `x: (starts, d)` and the ``steps`` next states: `(starts, 1 + steps, d)`."""
    found = takens.backend.dispatch(takens.backend.MapIteration(map=step, x0=x, steps=steps))
    if found is not None:
        return found
    states = [x]
    for _ in range(steps):
        states.append(step(states[-1]))
    return torch.stack(states, 1)


def directions(x: Tensor, k: int) -> Tensor:
    """Return k orthonormal tangent vectors for each of `x: (starts, d)`: `(starts, d, k)`.

    Generic ones: a coordinate axis can be an invariant direction, never to be left.
    """
    generator = torch.Generator().manual_seed(0)
    v = torch.randn(*x.shape, k, generator=generator, dtype=x.dtype)
    return _orthogonalise(v.to(x.device))[0]


@attrs.frozen(eq=False)
class _Growth:
    x: Tensor  # (starts, d), at the end
    vectors: Tensor  # (starts, d, k), at the end
    logs: Tensor  # (blocks, starts, k)
    inside: Tensor  # (starts,)


def _push(
    step: takens.plugin.Map,
    x: Tensor,
    q: Tensor,
    every: int,
    block: int,
    blocks: int,
    bound: Tensor,
) -> _Growth:
    k = q.shape[-1]
    inside = (x.abs() <= bound).all(-1)
    if block < 1 or blocks < 1:
        return _Growth(x, q, x.new_empty(0, len(x), k), inside)
    answer = takens.backend.dispatch(
        takens.backend.TangentGrowth(
            dynamics=step,
            x0=x,
            steps=block * blocks,
            count=k,
            every=min(every, block),
            blocks=blocks,
            vectors=q,
        )
    )
    if answer is not None:
        inside = inside & (answer.x.abs() <= bound).all(-1)
        return _Growth(answer.x, answer.vectors, answer.sums.transpose(0, 1), inside)
    logs: list[Tensor] = []
    for _ in range(blocks):
        grown = x.new_zeros(len(x), k)
        for i in range(1, block + 1):
            x, q = takens.plugin.jvp(step, x, q)
            if i % every == 0 or i == block:
                q, r = _orthogonalise(q)
                grown = grown + r.diagonal(dim1=-2, dim2=-1).abs().log()
        logs.append(grown)
        inside = inside & (x.abs() <= bound).all(-1)
        if not inside.any():
            break
    return _Growth(x, q, torch.stack(logs), inside)


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
        x = advance(step, x, apart)
        parted[i] = x[i]
    return parted


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
    followed = orbit(step, x, max(1, min(steps // 10, _FOLLOWED)))
    after = followed.diff(dim=1).abs().amax((1, 2))
    # An orbit that began at rest jitters by rounding; that is no motion.
    rounding = 1e-9 * x[inside].abs().amax()
    largest = torch.maximum(moves[:, inside].amax(), after[inside].amax())
    still = after <= _REST * torch.maximum(largest, rounding)
    # On an unstable fixed point an orbit stays only as long as rounding lets it.
    last = max(1, len(logs) // 10)
    return still & (logs[-last:, :, 0].sum(0) < 0)
