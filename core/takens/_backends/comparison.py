"""Comparing what backends answer with plain torch, over a short piece of what was asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, cast, final

import attrs
import torch
from torch import Tensor
from torch.autograd.graph import Node

from takens._backends.rows import coupled_dims
from takens._protocols.backend import Compiled, Unsupported
from takens._protocols.requests import (
    AdaptiveSolve,
    FixedStepSolve,
    ForcedIteration,
    MapIteration,
    SolveRequest,
    TangentGrowth,
    TangentGrowthResult,
)
from takens._protocols.solution import Solution
from takens._protocols.status import Status
from takens._protocols.tableau import Tableau

# So many steps of forced iterations are compared, and orbits of tangents.
_FORCED_STEPS: Final = 3
_ORBITS: Final = 3
# So many neighbours of a state, within rounding of it, tell how far rounding alone goes, which
# another order of the same operations may exceed by so much.
_NEIGHBOURS: Final = 4
_EXCEEDED: Final = 30.0
# A step of adaptive solves is made so many times shorter at most.
_SHORTER: Final = 12


@final
class Incomparable(Exception):  # noqa: N818 - it is nobody's error
    """There is nothing to compare an answer with, for a reason given as a clause."""


def misfit(request: SolveRequest, answer: object) -> str | None:
    """Say how an answer differs in kind, shape or dtype from what was asked for, or None."""
    x0 = request.x0
    lead, d = x0.shape[:-1], x0.shape[-1]
    found, dtype = answer, x0.dtype
    if isinstance(request, AdaptiveSolve):
        if not isinstance(answer, Solution):
            return f"it gave {_short(answer)} and not a Solution"
        if answer.status.shape != lead:
            return f"it gave a status of shape {tuple(answer.status.shape)}, not {tuple(lead)}"
        found, shape = answer.x, (*lead, request.ts.shape[-1], d)
    elif isinstance(request, FixedStepSolve):
        shape = (*lead, request.ts.shape[-1], d)
    elif isinstance(request, MapIteration):
        shape = (*lead, request.steps // request.every + 1, d)
    elif isinstance(request, ForcedIteration):
        shape = (*lead, request.strength.shape[-1], d)
    else:
        if not isinstance(answer, TangentGrowthResult):
            return f"it gave {_short(answer)} and not a TangentGrowthResult"
        found, dtype, shape = answer.sums, torch.float64, (*lead, request.blocks, request.count)
    if not isinstance(found, Tensor):
        return f"it gave {_short(found)} and not a Tensor"
    if found.shape != shape or found.dtype != dtype:
        return (
            f"it gave {found.dtype} {tuple(found.shape)} where {dtype} {tuple(shape)} was "
            "asked for"
        )
    return None


def comparable(request: SolveRequest) -> bool:
    """Whether the request has a step that can be compared."""
    if isinstance(request, (FixedStepSolve, AdaptiveSolve)):
        return request.ts.shape[-1] > 1
    if isinstance(request, ForcedIteration):
        return request.strength.shape[-1] > 0
    return request.steps > 0


def rows_are_coupled(request: SolveRequest) -> bool:
    """Whether rows of a request's state act on one another, so that none is solved alone."""
    x0 = request.x0
    if isinstance(request, MapIteration):
        return coupled_dims(request.map, x0) > 0
    if isinstance(request, ForcedIteration):
        return coupled_dims(request.maps[0], x0[0]) > 0
    if isinstance(request, TangentGrowth):
        function: Any = request.dynamics
        times = x0.new_tensor([request.t0, request.t0 + request.dt])
        if request.method is None:
            return coupled_dims(function, x0) > 0
    else:
        function, ts = request.field, request.ts.detach().reshape(-1, request.ts.shape[-1])
        times = (ts[0, 0] + (ts[0, -1] - ts[0, 0]) * ts.new_tensor([0.0, 0.4, 1.0])).to(x0)
    return coupled_dims(lambda x: torch.cat([function(t, x) for t in times], -1), x0) > 0


def disagreement(
    solve: Callable[[SolveRequest], Any], request: SolveRequest, gradient: bool
) -> str | None:
    """Say how a backend differs from plain torch over a piece of a request, or None.

    ``gradient`` tells whether its answer has one.

    Raises: Incomparable where plain torch fails.
    """
    x0 = request.x0.detach()
    starts = [x0.clone()]
    if isinstance(request, ForcedIteration):
        # A kink within rounding of a state makes gradients differ: then another start agrees.
        starts.append(0.99 * x0 + 0.003)
    reason = None
    for start in starts:
        start.requires_grad_(gradient or (torch.is_grad_enabled() and request.x0.requires_grad))
        reason = _difference(solve, _piece(request, start))
        if reason is None:
            break
    return reason


def _piece(request: SolveRequest, x0: Tensor) -> SolveRequest:
    if isinstance(request, ForcedIteration):
        signal, strength = (
            request.signal[:, :, :_FORCED_STEPS],
            request.strength[:, :_FORCED_STEPS],
        )
        return attrs.evolve(request, x0=x0, signal=signal, strength=strength, eager=None)
    if isinstance(request, MapIteration):
        return attrs.evolve(request, x0=x0, steps=1, every=1, eager=None)
    if isinstance(request, TangentGrowth):
        x0 = x0.detach().reshape(-1, x0.shape[-1])[:_ORBITS].contiguous()
        d, count = x0.shape[-1], request.count
        rates = torch.linspace(1, 2, d * count, dtype=x0.dtype, device=x0.device)
        start = torch.eye(d, dtype=x0.dtype, device=x0.device)[:, :count]
        start = start + torch.sin(37 * rates).view(d, count) / d
        vectors = start.expand(len(x0), d, count)
        return attrs.evolve(request, x0=x0, steps=1, transient=0, blocks=1, vectors=vectors)
    ts = request.ts.detach()
    ts = ts if ts.ndim == 1 else ts.reshape(-1, ts.shape[-1])[0]
    if isinstance(request, FixedStepSolve):
        return attrs.evolve(request, x0=x0, ts=ts[:2].contiguous(), substeps=1, eager=None)
    # Whatever its error, the only step is taken.
    ts = torch.stack((ts[0], ts[0] + _sensible(request, x0.detach(), ts)))
    controller = attrs.evolve(
        request.controller, rtol=0.0, atol=1e30, first_step=float((ts[1] - ts[0]).abs())
    )
    return attrs.evolve(request, x0=x0, ts=ts, controller=controller, eager=None)


def _sensible(request: AdaptiveSolve, x0: Tensor, ts: Tensor) -> Tensor:
    """Return a step that changes the state little: others of stiff fields blow rounding up."""
    h = (ts[-1] - ts[0]).clamp(-0.01, 0.01)
    most = 0.1 * (1e-2 + x0.abs().max()) if x0.numel() else 0.0
    with torch.no_grad():
        for _ in range(_SHORTER):
            try:
                end = _step(request.field, request.method, ts[0].to(x0), x0, h.to(x0))
            except Exception:
                break
            if bool(((end - x0).abs() <= most).all()):
                break
            h = h / 10
    return h


def _difference(solve: Callable[[SolveRequest], Any], piece: SolveRequest) -> str | None:
    answer = solve(piece)
    answer = answer.answer if isinstance(answer, Compiled) else answer
    if isinstance(answer, Unsupported):
        raise Incomparable(answer.reason)
    reason = misfit(piece, answer)
    if reason:
        return reason
    try:
        if isinstance(piece, TangentGrowth):
            return _difference_of_tangents(piece, answer)
        theirs = _plain(piece)
    except Exception as error:
        # It is for the eager loop to say so.
        raise Incomparable(f"eager torch gives {type(error).__name__}") from error
    ours = cast(Tensor, answer.x if isinstance(answer, Solution) else answer)
    ours = ours if isinstance(piece, ForcedIteration) else ours[..., -1, :]
    if isinstance(answer, Solution):
        done = answer.status == Status.DONE
        if bool((done & ((answer.reached != 2) | (answer.steps != 1))).any()):
            return "it took other steps than eager torch"
        # Where the field is not finite both say so, each in its own way.
        lost = (~done & ~theirs.isfinite().all(-1)).unsqueeze(-1)
        ours, theirs = ours.masked_fill(lost, 0.0), theirs.masked_fill(lost, 0.0)
    reason = _beyond_rounding(ours.detach(), theirs.detach(), lambda: _near(piece, _plain))
    if reason or not theirs.requires_grad:
        return reason
    if not ours.requires_grad:
        # A field that calls autograd inside may leave a graph that leads to nothing outside.
        lasting = {id(leaf) for leaf in _leaves(theirs)} & {
            id(leaf) for leaf in _leaves(_plain(piece))
        }
        return "no gradient" if lasting else None
    weight = torch.linspace(0.5, 1.5, theirs.numel(), dtype=theirs.dtype, device=theirs.device)
    wanted, weight = _leaves(theirs), weight.view_as(theirs)
    grad = cast(Callable[..., tuple[Tensor | None, ...]], torch.autograd.grad)

    def slopes(states: Tensor, leaves: Sequence[Tensor]) -> list[Tensor]:
        # What the dynamics were computed from is differentiated again by whoever asked.
        found = grad(states, leaves, weight, allow_unused=True, retain_graph=True)
        pairs = zip(leaves, found, strict=True)
        return [torch.zeros_like(leaf) if each is None else each for leaf, each in pairs]

    for i, (mine, exact) in enumerate(
        zip(slopes(ours, wanted), slopes(theirs, wanted), strict=True)
    ):

        def again(near: SolveRequest, i: int = i) -> Tensor:
            leaf = near.x0 if wanted[i] is piece.x0 else wanted[i]
            return slopes(_plain(near), [leaf])[0]

        reason = _beyond_rounding(mine, exact, lambda again=again: _near(piece, again))
        if reason:
            return f"a gradient with {reason}"
    return None


def _beyond_rounding(
    ours: Tensor, theirs: Tensor, near: Callable[[], Iterator[Tensor]]
) -> str | None:
    """Say how results differ by more than rounding, which ill-conditioned dynamics blow up.

    ``near`` gives what plain torch answers from starts that are the same but for rounding.
    """
    reason = difference(ours, theirs)
    if reason is None:
        return None
    moved = [
        float(gaps.max())
        for each in near()
        if (gaps := (each.detach() - theirs).double().abs().nan_to_num(0.0, 0.0)).numel()
    ]
    return difference(ours, theirs, _EXCEEDED * max(moved, default=0.0))


def _near(piece: SolveRequest, compute: Callable[[Any], Tensor]) -> Iterator[Tensor]:
    """Give what is computed from starts within rounding of that of a piece."""
    x0 = piece.x0.detach()
    numbers = torch.arange(1, x0.numel() + 1, device=x0.device).view_as(x0).to(x0)
    for i in range(_NEIGHBOURS):
        off = 2 * torch.finfo(x0.dtype).eps * torch.sin((37.0 + 5 * i) * numbers)
        start = (x0 * (1 + off)).requires_grad_(piece.x0.requires_grad)
        yield compute(attrs.evolve(piece, x0=start))


def _plain(piece: SolveRequest) -> Tensor:
    """Compute a piece in plain torch: the last states, or all of forced iterations."""
    if isinstance(piece, ForcedIteration):
        runs = zip(piece.maps, piece.x0, piece.signal, piece.strength, strict=True)
        return torch.stack([_forced(*run) for run in runs])
    if isinstance(piece, MapIteration):
        return piece.map(piece.x0)
    if isinstance(piece, TangentGrowth):
        t, h = (piece.x0.new_tensor(value) for value in (piece.t0, piece.dt))
        return _step(piece.dynamics, piece.method, t, piece.x0, h)
    t, h = piece.ts[0].to(piece.x0), (piece.ts[1] - piece.ts[0]).to(piece.x0)
    return _step(piece.field, piece.method, t, piece.x0, h)


def _step(function: Any, method: Tableau | None, t: Tensor, x: Tensor, h: Tensor) -> Tensor:
    """Return the state after one step from `x: (..., d)`; a map is its own step."""
    if method is None:
        return function(x)
    ks = list[Tensor]()
    for i in range(method.stages):
        y = x
        for a, k in zip(method.a[i], ks, strict=True):
            y = y + h * a * k if a else y
        ks.append(function(t + method.c[i] * h, y))
    for b, k in zip(method.b, ks, strict=True):
        x = x + h * b * k if b else x
    return x


def _forced(function: Any, z: Tensor, signal: Tensor, strength: Tensor) -> Tensor:
    """Return the states of one member after each step, `(b, T, m)`."""
    states, k = list[Tensor](), signal.shape[-1]
    for i, share in enumerate(cast(list[float], strength.tolist())):
        if share:
            x = signal[:, i]
            kept = z[:, :k] * (1 - share) if share != 1 else 0.0
            forced = torch.where(x.isnan(), z[:, :k], kept + share * x)
            z = torch.cat((forced, z[:, k:]), -1)
        z = function(z)
        states.append(z)
    return torch.stack(states, 1)


def _difference_of_tangents(piece: TangentGrowth, made: TangentGrowthResult) -> str | None:
    """Compare one step, and what it makes of tangent vectors."""
    y, moved = _tangents(piece)
    # What is left of a vector that was pushed into the span of those before it is rounding.
    triangle = cast(Tensor, torch.linalg.qr(moved)[1])
    sizes = triangle.diagonal(dim1=1, dim2=2).abs()
    fine = int((sizes > 1e-2 * sizes[:, :1]).all(0).cumprod(0).sum())
    moved, vectors = moved[..., :fine], made.vectors[..., :fine]
    # Vectors are orthonormal where they span what was pushed, and have no part of what came
    # before them; lengths are what is left of each in its own direction.
    parts = vectors.mT @ moved
    lengths = parts.diagonal(dim1=1, dim2=2)

    def near() -> Iterator[Tensor]:
        return _near(piece, lambda each: _tangents(each)[1][..., :fine])

    return (
        _beyond_rounding(made.x, y, lambda: _near(piece, _plain))
        or _beyond_rounding(vectors @ parts.triu(), moved, near)
        or difference(made.sums[:, 0, :fine].exp().to(y.dtype), lengths)
    )


def _tangents(piece: TangentGrowth) -> tuple[Tensor, Tensor]:
    """Return the state after a step of a piece, and its tangent vectors."""
    x = piece.x0.detach().clone().requires_grad_()
    with torch.enable_grad():
        y = _plain(attrs.evolve(piece, x0=x))
        rows = [
            torch.autograd.grad(y[:, i].sum(), x, retain_graph=True, materialize_grads=True)[0]
            for i in range(y.shape[1])
        ]
    return y.detach(), torch.stack(rows, 1) @ cast(Tensor, piece.vectors)


def difference(ours: Tensor, theirs: Tensor, blown_up: float = 0.0) -> str | None:
    """Say how two results differ by more than rounding; None where they do not.

    ``blown_up`` is how far rounding is known to go besides.
    """
    if ours.shape != theirs.shape:
        return f"the shape {tuple(ours.shape)} where eager torch gives {tuple(theirs.shape)}"
    if ours.dtype != theirs.dtype:
        return f"{ours.dtype} where eager torch gives {theirs.dtype}"
    tolerance = 2000 * torch.finfo(ours.dtype).eps
    ours, theirs = ours.double(), theirs.double()
    fine = theirs.isfinite()
    if not bool((ours.isfinite() == fine).all()):
        return "numbers that are not finite where those of eager torch are, or the reverse"
    if not bool(fine.any()):
        return None
    gap = float((ours - theirs)[fine].abs().max())
    if gap <= tolerance * max(1e-2, float(theirs[fine].abs().max())) + blown_up:
        return None
    return f"a difference of {gap:.2g} from eager torch"


def _leaves(y: Tensor) -> Sequence[Tensor]:
    """List the tensors that a gradient of `y` goes to."""
    found: dict[Node, None] = {}
    todo = [y.grad_fn]
    while todo:
        node = todo.pop()
        if node is not None and node not in found:
            found[node] = None
            todo += [following for following, _ in node.next_functions]
    return [cast(Any, node).variable for node in found if hasattr(node, "variable")]


def _short(answer: object) -> str:
    text = repr(answer)
    return text if len(text) <= 40 else f"a {type(answer).__name__}"
