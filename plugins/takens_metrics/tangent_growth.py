"""The growth of tangent vectors along the orbits of a map."""

from collections.abc import Sequence
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


@final
@attrs.frozen(eq=False)
class TangentGrowth:
    """How k orthogonalised tangent vectors grew along the orbits of several starts.

    ``logs: (blocks, starts, k)`` are natural logarithms of the growth over each block of
    ``qr_interval`` steps (the last may be shorter), ``ends: (blocks,)`` the steps taken by
    its end. ``diverged: (starts,)`` marks orbits that stopped being finite or bounded: their
    logs mean nothing. ``frozen: (starts,)`` marks those that came to rest on a stable fixed
    point; one that is still on its way there cannot be told from others.
    """

    logs: Tensor
    ends: Tensor
    diverged: Tensor
    frozen: Tensor
    qr_interval: int


def tangent_growth(
    step: takens.Map,
    x0: Tensor,
    *,
    tangents: int,
    transient: int,
    steps: int,
    qr_interval: int | Literal["auto"],
) -> TangentGrowth:
    """Push tangent vectors along the orbits from `x0: (starts, d)`, with QR in between.

    The first ``transient`` steps (at least 1) bring the state onto its attractor, as many
    again let the tangents find their directions; then ``steps`` are measured. With
    ``"auto"`` two QRs are as far apart as the growth in the second transient allows.

    Source: Benettin, Galgani, Giorgilli, Strelcyn (1980), Lyapunov characteristic exponents
    for smooth dynamical systems, part 2, Meccanica 15, 21-30.
    """
    bound = _BOUND * x0.abs().amax().clamp(min=1)
    x = x0
    for _ in range(transient):
        x = step(x)
    settling = _push(step, x, _directions(x, tangents), [1] * transient, bound)
    if qr_interval == "auto":
        often = max(1, steps // _RECORDS)
        qr_interval = min(_safe_interval(settling.logs[:, settling.inside]), often)
    whole, rest = divmod(steps, qr_interval)
    lengths = [qr_interval] * whole + [rest] * (rest > 0)
    measured = _push(step, settling.x, settling.q, lengths, bound)
    inside = settling.inside & measured.inside
    moves = torch.cat((settling.moves, measured.moves))
    return TangentGrowth(
        logs=measured.logs,
        ends=torch.tensor(lengths).cumsum(0)[: len(measured.logs)],
        diverged=~inside,
        frozen=inside & _at_rest(measured, moves[:, inside]),
        qr_interval=qr_interval,
    )


@attrs.frozen(eq=False)
class _Stretch:
    x: Tensor  # (starts, d), at the end
    q: Tensor  # (starts, d, k), at the end
    logs: Tensor  # (blocks, starts, k)
    moves: Tensor  # (blocks, starts), by the last step of each block
    inside: Tensor  # (starts,), at the end of every block


def _push(
    step: takens.Map, x: Tensor, q: Tensor, lengths: Sequence[int], bound: Tensor
) -> _Stretch:
    logs: list[Tensor] = []
    moves: list[Tensor] = []
    inside = (x.abs() <= bound).all(-1)
    for length in lengths:
        before = x
        for _ in range(length):
            before = x
            x, q = takens.push_tangents(step, x, q)
        q, r = _orthogonalise(q)
        logs.append(r.diagonal(dim1=-2, dim2=-1).abs().log())
        moves.append((x - before).abs().amax(-1))
        inside = inside & (x.abs() <= bound).all(-1)
        if not inside.any():
            break
    return _Stretch(x, q, torch.stack(logs), torch.stack(moves), inside)


def _directions(x: Tensor, k: int) -> Tensor:
    # Generic ones: a coordinate axis can be an invariant direction, never to be left.
    generator = torch.Generator().manual_seed(0)
    v = torch.randn(*x.shape, k, generator=generator, dtype=x.dtype)
    return _orthogonalise(v.to(x.device))[0]


def _orthogonalise(v: Tensor) -> tuple[Tensor, Tensor]:
    q, r = torch.linalg.qr(v)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return q, r  # pyright: ignore[reportUnknownVariableType]


def _safe_interval(logs: Tensor) -> int:
    if not logs.numel():
        return 1
    fastest = float(logs.abs().nan_to_num(nan=torch.inf).amax())
    return max(1, int(_LARGEST_LOG / max(fastest, 1e-6)))


def _at_rest(stretch: _Stretch, moves: Tensor) -> Tensor:
    if not moves.numel():
        return torch.zeros_like(stretch.inside)
    # An orbit that began at rest jitters by rounding; that is no motion.
    rounding = 1e-9 * stretch.x[stretch.inside].abs().amax()
    scale = torch.maximum(moves.amax(), rounding)
    last = max(1, len(stretch.moves) // 10)
    still = stretch.moves[-last:].amax(0) <= _REST * scale
    # On an unstable fixed point an orbit stays only as long as rounding lets it.
    stable = stretch.logs[-last:, :, 0].sum(0) < 0
    return still & stable
