"""Fixed points and cycles of piecewise-linear maps, exactly, from their linear regions."""

import copy
import itertools
from collections.abc import Iterator
from typing import Final, Protocol, final, runtime_checkable

import attrs
import torch
from torch import Tensor

import takens
from takens_models.latent.typed import distinct, eigenvalues, solve_if_regular

# Two points are one, and a point lies on its orbit, within this share of their size.
_CLOSE: Final = 1e-8
_ENUMERABLE: Final = 4096
_ROUNDS: Final = 30


@runtime_checkable
class PiecewiseLinear(takens.plugin.Model, Protocol):
    """A model that is linear in each of finitely many regions, named by `g` bits.

    In a region it is `z' = J z + c`.
    """

    def region(self, z: Tensor, /) -> Tensor:
        """Say which region `z: (..., m)` is in: `(..., g)`, true or false."""
        ...

    def linear_map(self, region: Tensor, /) -> tuple[Tensor, Tensor]:
        """Return `J: (..., m, m)` and `c: (..., m)` in a region."""
        ...


@final
@attrs.frozen(eq=False)
class Cycle:
    """`points: (period, m)` that follow each other, and `eigenvalues: (m,)` of one round.

    Eigenvalues are those of the product of the Jacobians, in descending size. All is in
    float64. A cycle of period 1 is a fixed point.
    """

    points: Tensor
    eigenvalues: Tensor

    @property
    def period(self) -> int:
        """The number of points."""
        return self.points.shape[0]

    @property
    def stable(self) -> bool:
        """Whether orbits near it come nearer: all eigenvalues lie inside the unit circle."""
        return bool(self.eigenvalues.abs().max() < 1)

    @property
    def stability(self) -> str:
        """``"stable"``, ``"saddle"``, ``"unstable"`` in all directions, or ``"neutral"``."""
        sizes = self.eigenvalues.abs()
        if bool(((sizes - 1).abs() < 1e-9).any()):
            return "neutral"
        if self.stable:
            return "stable"
        return "unstable" if bool((sizes > 1).all()) else "saddle"


@final
@attrs.frozen(eq=False)
class CycleSearch:
    """What a search found; ``complete`` says that no other isolated one exists."""

    cycles: tuple[Cycle, ...]
    complete: bool
    regions_tried: int

    def __len__(self) -> int:
        return len(self.cycles)

    def __iter__(self) -> Iterator[Cycle]:
        return iter(self.cycles)

    def __getitem__(self, i: int) -> Cycle:
        return self.cycles[i]


def fixed_points(
    model: PiecewiseLinear | takens.TrainedModel,
    *,
    starts: Tensor | None = None,
    tries: int = 200,
    seed: int = 0,
) -> CycleSearch:
    """Find fixed points of a piecewise-linear map; see ``cycles``."""
    return cycles(model, 1, starts=starts, tries=tries, seed=seed)


def cycles(
    model: PiecewiseLinear | takens.TrainedModel,
    period: int,
    *,
    starts: Tensor | None = None,
    tries: int = 200,
    seed: int = 0,
) -> CycleSearch:
    """Find cycles whose least period is ``period`` in latent space, and their stability.

    In a sequence of regions the cycle is the solution of a linear equation; it exists where
    its points lie in these regions. All sequences are tried where there are at most 4,096.
    Otherwise the sequences that orbits visit are tried first, from `starts: (s, m)` or from
    normally distributed ones, and then ``tries`` times a random sequence; where a solution
    lies in other regions, those are tried next, up to thirty times over. Then what is found
    exists, and more may exist. Works in float64; the model is not changed.

    Raises: InputError for a model that is not piecewise linear, or a period below 1.

    Source: Eisenmann, Monfared, Goering, Durstewitz (2023), Bifurcations and loss jumps in
    RNN training, NeurIPS, for the search beyond visited regions.
    """
    inner = model.inner if isinstance(model, takens.TrainedModel) else model
    if not isinstance(inner, PiecewiseLinear):
        raise takens.InputError(
            f"{type(inner).__name__} is not piecewise linear, so its cycles do not follow from "
            "linear regions; use a PLRNN or an almost-linear RNN."
        )
    if period < 1:
        raise takens.InputError(f"A period is at least 1 step; got {period}.")
    search = _Search(inner, period)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        if 2 ** (search.bits * period) <= _ENUMERABLE:
            for sequence in search.all_sequences():
                search.try_once(sequence)
            return search.result(complete=True)
        if starts is None:
            starts = torch.randn(32, inner.latent_dim, generator=generator)
        for sequence in search.visited(starts):
            search.follow(sequence)
        for _ in range(tries):
            bits = torch.rand(period, search.bits, generator=generator) < 0.5
            search.follow(bits)
    return search.result(complete=False)


@final
class _Search:
    def __init__(self, model: PiecewiseLinear, period: int) -> None:
        # A copy: weights of a model in use stay where and as they are.
        self.model = copy.deepcopy(model).to(torch.device("cpu"), torch.float64)
        self.period = period
        origin = torch.zeros(model.latent_dim, dtype=torch.float64)
        self.bits = int(self.model.region(origin).shape[-1])
        self.found: list[Cycle] = []
        self.tried: set[bytes] = set()

    def all_sequences(self) -> Iterator[Tensor]:
        for bits in itertools.product((False, True), repeat=self.bits * self.period):
            yield torch.tensor(bits).reshape(self.period, self.bits)

    def visited(self, starts: Tensor, steps: int = 500) -> list[Tensor]:
        """List the sequences of regions that orbits pass through: `(period, g)` each."""
        z = starts.to("cpu", torch.float64)
        regions: list[Tensor] = []
        for _ in range(steps + self.period):
            regions.append(self.model.region(z))
            z = self.model(z)
        seen = torch.stack(regions).unfold(0, self.period, 1).movedim(-1, -2).flatten(0, 1)
        return list(distinct(seen))

    def try_once(self, sequence: Tensor) -> Tensor | None:
        """Solve in a sequence of regions; give where the solution lies, if not in these."""
        key = sequence.numpy().tobytes()
        if key in self.tried:
            return None
        self.tried.add(key)
        slopes, constants = self.model.linear_map(sequence)
        points = self._solve(slopes, constants)
        if points is None:
            return None
        regions = self.model.region(points)
        if torch.equal(regions, sequence):
            self._keep(points, slopes)
            return None
        return regions

    def follow(self, sequence: Tensor) -> None:
        """Go from a sequence of regions to where its solution lies, again and again."""
        following: Tensor | None = sequence
        for _ in range(_ROUNDS):
            following = self.try_once(following)
            if following is None:
                return

    def _solve(self, slopes: Tensor, constants: Tensor) -> Tensor | None:
        """Return the points `(period, m)` of the linear maps' own cycle, where isolated."""
        shift, product = constants[0], slopes[0]
        for slope, constant in zip(slopes[1:], constants[1:], strict=True):
            product, shift = slope @ product, slope @ shift + constant
        eye = torch.eye(len(shift), dtype=shift.dtype, device=shift.device)
        z = solve_if_regular(eye - product, shift)
        if z is None:
            return None
        points = [z]
        for slope, constant in zip(slopes[:-1], constants[:-1], strict=True):
            points.append(slope @ points[-1] + constant)
        stacked = torch.stack(points)
        closing = slopes[-1] @ stacked[-1] + constants[-1]
        size = 1 + stacked.abs().max()
        good = stacked.isfinite().all() and (closing - z).abs().max() <= _CLOSE * size
        return stacked if bool(good) else None

    def _keep(self, points: Tensor, slopes: Tensor) -> None:
        near = _CLOSE * (1 + float(points.abs().max()))
        for shift in range(1, self.period):
            if bool((points - points.roll(shift, 0)).abs().max() <= near):
                return  # of a shorter period
        for cycle in self.found:
            for shift in range(self.period):
                if bool((cycle.points - points.roll(shift, 0)).abs().max() <= near):
                    return
        product = slopes[0]
        for slope in slopes[1:]:
            product = slope @ product
        values = eigenvalues(product)
        self.found.append(Cycle(points, values[values.abs().argsort(descending=True)]))

    def result(self, *, complete: bool) -> CycleSearch:
        return CycleSearch(tuple(self.found), complete, len(self.tried))
