"""Odd vector fields through every integrator: solved as scipy solves them, or refused."""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable
from typing import Any, Final, TypeAlias

import numpy as np
import torch
from scipy.integrate import solve_ivp
from torch import Tensor, nn

import takens

from .harness import Counts, sizes

Field: TypeAlias = Callable[[Tensor, Tensor], Any]
TIMES: Final = torch.tensor([0.0, 0.3, 1.0, 1.5], dtype=torch.float64)
_TURN: Final = torch.tensor(
    [[-0.3, 1.0, 0.2], [-1.0, -0.3, 0.5], [0.1, -0.4, -0.8]], dtype=torch.float64
)


# What is to be solved. Each is a function of t and of x: (..., d), written as one should.


def turning(t: Tensor, x: Tensor) -> Tensor:
    d = x.shape[-1]
    return x @ _TURN[:d, :d].T


def saturating(t: Tensor, x: Tensor) -> Tensor:
    return torch.tanh(x.roll(1, -1)) - x**3


def driven(t: Tensor, x: Tensor) -> Tensor:
    return torch.cos(3 * t)[..., None] - x if t.dim() else torch.cos(3 * t) - x


def constant(t: Tensor, x: Tensor) -> Tensor:
    return torch.linspace(0.5, 1.5, x.shape[-1], dtype=x.dtype).expand(x.shape)


def rowwise(t: Tensor, x: Tensor) -> Tensor:
    rows = x.mean(-2, keepdim=True) if x.dim() > 1 else x
    return rows - x - 0.2 * x


BASES: Final = (turning, saturating, driven, constant, rowwise)


# Odd ways to write them: what is made of a field is the same field, or nothing one can solve.


def plain(field: Field, draw: random.Random) -> Field:
    return field


def of_time_as_number(field: Field, draw: random.Random) -> Field:
    return lambda t, x: field(torch.as_tensor(float(t), dtype=x.dtype), x)


def branching(field: Field, draw: random.Random) -> Field:
    at = draw.uniform(0, 1.5)
    return lambda t, x: field(t, x) if bool((t < at).all()) else 1.0 * field(t, x)


def writing(field: Field, draw: random.Random) -> Field:
    factor = draw.choice((-1.0, 0.5, 0.0))

    def odd(t: Tensor, x: Tensor) -> Tensor:
        velocity = field(t, x)
        x *= factor
        return velocity

    return odd


def writing_a_copy(field: Field, draw: random.Random) -> Field:
    def odd(t: Tensor, x: Tensor) -> Tensor:
        y = x.clone()
        y[..., 0] += 1
        y[..., 0] -= 1
        return field(t, y)

    return odd


def writing_its_answer(field: Field, draw: random.Random) -> Field:
    def odd(t: Tensor, x: Tensor) -> Tensor:
        velocity = torch.zeros_like(x)
        velocity += field(t, x)
        return velocity

    return odd


def keeping_its_answer(field: Field, draw: random.Random) -> Field:
    kept: dict[torch.Size, Tensor] = {}

    def odd(t: Tensor, x: Tensor) -> Tensor:
        buffer = kept.setdefault(x.shape, torch.empty_like(x.detach()))
        return buffer.copy_(field(t, x).detach())

    return odd


def of_dtype(field: Field, draw: random.Random) -> Field:
    dtype = draw.choice((torch.float32, torch.float16, torch.int64, torch.bool, torch.cfloat))
    return lambda t, x: field(t, x).to(dtype)


def through_numpy(field: Field, draw: random.Random) -> Field:
    def odd(t: Tensor, x: Tensor) -> Any:
        found = field(t, torch.from_numpy(np.array(x.detach().numpy())))
        return torch.from_numpy(found.numpy())

    return odd


def as_array(field: Field, draw: random.Random) -> Field:
    kind = draw.choice(("numpy", "list", "tuple", "none", "text", "scalar"))

    def odd(t: Tensor, x: Tensor) -> Any:
        v = field(t, x)
        made: dict[str, Any] = {
            "numpy": v.detach().numpy(),
            "list": v.tolist(),
            "tuple": tuple(v.unbind(-1)),
            "none": None,
            "text": "fast",
            "scalar": 0.5,
        }
        return made[kind]

    return odd


def of_shape(field: Field, draw: random.Random) -> Field:
    kind = draw.randrange(6)

    def odd(t: Tensor, x: Tensor) -> Tensor:
        v = field(t, x)
        return (
            v[..., :1],
            torch.cat((v, v[..., :1]), -1),
            v[..., None],
            v.sum(-1),
            v.reshape(-1),
            v[None],
        )[kind]

    return odd


def broadcasting(field: Field, draw: random.Random) -> Field:
    return lambda t, x: (field(t, x) + torch.zeros(1, dtype=x.dtype)).contiguous()


def of_views(field: Field, draw: random.Random) -> Field:
    return lambda t, x: field(t, x.flip(-1).flip(-1)).mT.mT if x.dim() > 1 else field(t, x)


def not_finite(field: Field, draw: random.Random) -> Field:
    number, at = draw.choice((torch.nan, torch.inf, -torch.inf)), draw.choice((-1.0, 0.7))
    return lambda t, x: torch.where(t > at, number, 1.0).reshape(()) * field(t, x)


def by_autograd(field: Field, draw: random.Random) -> Field:
    def odd(t: Tensor, x: Tensor) -> Tensor:
        with torch.enable_grad():
            y = x if x.requires_grad else x.detach().requires_grad_()
            (zero,) = torch.autograd.grad((y**2).sum(), y, create_graph=True)
        return field(t, x) + 0 * zero

    return odd


def by_func(field: Field, draw: random.Random) -> Field:
    return lambda t, x: field(t, x) + 0 * torch.func.grad(lambda y: (y**2).sum())(x)


def without_graph(field: Field, draw: random.Random) -> Field:
    def odd(t: Tensor, x: Tensor) -> Tensor:
        with torch.no_grad():
            return field(t, x)

    return odd


def of_parts(field: Field, draw: random.Random) -> Field:
    def odd(t: Tensor, x: Tensor) -> Tensor:
        v = field(t, x)
        return torch.stack([v[..., i] for i in range(v.shape[-1])], -1)

    return odd


def counting(field: Field, draw: random.Random) -> Field:
    calls = [0]

    def odd(t: Tensor, x: Tensor) -> Tensor:
        calls[0] += 1
        return field(t, x)

    return odd


def as_module(field: Field, draw: random.Random) -> Field:
    class Module(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.one = nn.Parameter(torch.ones((), dtype=torch.float64))
            self.register_buffer("zero", torch.zeros((), dtype=torch.float64))

        def forward(self, t: Tensor, x: Tensor) -> Tensor:
            return self.one * field(t, x) + self.get_buffer("zero")

    return Module()


def of_other_dtype(field: Field, draw: random.Random) -> Field:
    weight = torch.eye(8, dtype=torch.float32)
    return lambda t, x: field(t, x @ weight[: x.shape[-1], : x.shape[-1]])


def of_arguments(field: Field, draw: random.Random) -> Field:
    made: tuple[Any, ...] = (
        lambda x: field(torch.zeros(()), x),
        lambda t, x, more: field(t, x),
        lambda *both: field(*both),
    )
    return draw.choice(made)


WAYS: Final = (
    plain, of_time_as_number, branching, writing, writing_a_copy, writing_its_answer,
    keeping_its_answer, of_dtype, through_numpy, as_array, of_shape, broadcasting, of_views,
    not_finite, by_autograd, by_func, without_graph, of_parts, counting, as_module,
    of_other_dtype, of_arguments,
)  # fmt: skip
# Whose answer need not be that of the field they are made of: another one, or none.
OTHERS: Final = (of_dtype, as_array, of_shape, of_arguments, not_finite)
METHODS: Final[tuple[dict[str, Any], ...]] = (
    {"name": "rk4", "substeps": 30},
    {"name": "euler", "substeps": 400},
    {"name": "heun", "substeps": 100},
    {"name": "bosh3", "rtol": 1e-6, "atol": 1e-8},
    {"name": "dopri5", "rtol": 1e-6, "atol": 1e-8},
    {"name": "tsit5", "rtol": 1e-6, "atol": 1e-8},
    {"name": "dop853", "rtol": 1e-6, "atol": 1e-8},
    {"name": "rodas4", "rtol": 1e-6, "atol": 1e-8},
    {"name": "scipy", "rtol": 1e-6, "atol": 1e-8},
    {"name": "torchdiffeq", "rtol": 1e-6, "atol": 1e-8},
)


def reference(field: Field, x0: Tensor) -> Tensor:
    """Solve by scipy, the whole state as one: `(..., times, d)`."""

    def flat(t: float, x: Any) -> Any:
        state = torch.from_numpy(np.array(x)).reshape(x0.shape)
        return field(torch.tensor(t, dtype=torch.float64), state).reshape(-1).numpy()

    solved: Any = solve_ivp(
        flat, (0, 1.5), x0.reshape(-1).numpy(), "DOP853", TIMES.numpy(), rtol=1e-9, atol=1e-11
    )
    return torch.from_numpy(solved.y).reshape(*x0.shape, len(TIMES)).movedim(-1, -2)


@sizes(150, 1_000)
def test_fields_are_solved_or_refused(
    count: int, record_property: Callable[[str, object], None]
) -> None:
    counts = Counts(record_property, "vector fields")
    for draw in counts.inputs(count):
        base, way = draw.choice(BASES), draw.choice(WAYS)
        method = dict(draw.choice(METHODS))
        if method["name"] not in ("rodas4", "scipy", "torchdiffeq"):
            method["backend"] = draw.choice(("auto", "auto", "eager"))
        shape = draw.choice(((1,), (2,), (3,), (1, 2), (4, 2), (2, 3, 2)))
        numbers = torch.Generator().manual_seed(draw.randrange(2**31))
        x0 = torch.randn(shape, generator=numbers, dtype=torch.float64)
        x0.requires_grad_(draw.random() < 0.2)
        kept, told = x0.detach().clone(), (base.__name__, way.__name__, method, shape)
        field = way(base, draw)

        def solve(method: Any = method, field: Any = field, x0: Tensor = x0) -> Tensor:
            solver: Any = takens.integrators.get(method)
            return solver.solve(field, x0, TIMES).detach()

        found = counts.call(told, solve)
        if not torch.equal(x0.detach(), kept):
            counts.fault(told, "the start was changed")
        if found is None:
            # Not every method has gradients, and those that have none say so.
            solvable = way in (plain, counting, of_parts, writing_its_answer)
            if solvable and not x0.requires_grad:
                counts.fault(told, "is refused, and could be solved")
            continue
        if found.shape != (*shape[:-1], len(TIMES), shape[-1]):
            counts.fault(told, f"has shape {tuple(found.shape)}")
            continue
        if way in OTHERS:
            # Where it is taken, it is taken for a field that is what it says.
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    right = reference(lambda t, x, field=field: _double(field(t, x)), kept)
                except Exception:
                    counts.fault(told, "is solved, and scipy cannot")
                    continue
        else:
            right = reference(base, kept)
        worst = 0.1 if method["name"] == "euler" or way is of_dtype else 1e-3
        off = float((found - right).abs().max()) if found.numel() else 0.0
        if not off < worst:
            counts.fault(told, f"is off by {off:.2g}")


def _double(velocity: Any) -> Tensor:
    if not isinstance(velocity, Tensor):
        velocity = torch.as_tensor(velocity)
    return velocity.to(torch.float64)
