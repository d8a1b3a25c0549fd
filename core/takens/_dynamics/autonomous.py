"""Fields that depend on time: noticed where nothing tells the time, and made autonomous."""

from __future__ import annotations

import itertools
import math
import weakref
from collections.abc import Iterator
from typing import Any, ClassVar, Final, cast, final

import attrs
import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from takens._protocols.dynamics import SupportsKinks, SupportsOwnTimes, Time, VectorField
from takens._protocols.system import Facts, System
from takens.errors import InputError

# What decides by a time may change at one that nobody tries.
_DECIDING: Final = frozenset(
    (
        "gt",
        "lt",
        "ge",
        "le",
        "__bool__",
        "__float__",
        "__int__",
        "item",
        "tolist",
        "searchsorted",
    )
)


@final
@attrs.frozen(eq=False)
class Autonomous:
    """A field that depends on time with a period, the phase of which is the last state.

    The phase p is in radians, `p' = 2 pi / period`, and the field sees `t = p period / (2 pi)`
    within its first period.
    """

    field: VectorField
    period: float
    start: tuple[float, ...] = ()

    time = Time.CONTINUOUS

    @property
    def dim(self) -> int:
        """The number of state variables, the phase included."""
        return len(self.initial())

    def __call__(self, t: Tensor, x: Tensor, /) -> Tensor:
        """Return the velocity at `x: (..., d + 1)`, whatever the time."""
        turn = 2 * math.pi
        times = torch.remainder(x[..., -1], turn) * (self.period / turn)
        state = x[..., :-1]
        velocity = self._at(times, state)
        phase = torch.zeros_like(x[..., -1:]) + turn / self.period
        return torch.cat((velocity, phase), -1)

    def _at(self, t: Tensor, x: Tensor) -> Tensor:
        if not t.ndim:
            return self.field(t, x)
        if isinstance(self.field, SupportsOwnTimes):
            return self.field.at_own_times(t, x)
        each = cast(VectorField, torch.func.vmap(self.field))
        return each(t.reshape(-1), x.reshape(-1, x.shape[-1])).reshape(x.shape)

    def initial(self) -> tuple[float, ...]:
        """Return where the field begins, at the phase zero.

        Raises: InputError where nobody said where that is.
        """
        if self.start:
            return (*self.start, 0.0)
        if isinstance(self.field, System):
            return (*self.field.initial(), 0.0)
        raise InputError(
            "The field does not say where it begins: give its own states, without the phase, "
            "as takens.autonomous(field, period, initial=(0.0, 0.0))."
        )

    def facts(self) -> Facts:
        """Return nothing: facts of the field are not facts of this one."""
        return Facts()


def autonomous(
    field: VectorField, period: float, *, initial: tuple[float, ...] = ()
) -> Autonomous:
    """Make the phase of a field that depends on time the last state of a system.

    ``period`` is in the field's time unit. ``initial`` is a state of the field, `(d,)`, which
    systems know by themselves. The phase of what is returned is in radians.

    Raises: InputError for a period that is not positive and finite.
    """
    if not (period > 0 and math.isfinite(period)):
        raise InputError(f"A period is a positive time; got {period!r}.")
    return Autonomous(field, float(period), tuple(map(float, initial)))


def refuse_time(field: VectorField, x: Tensor) -> None:
    """Refuse a field that depends on time, found by what it does at `x: (..., d)`.

    Symbols and what is being compiled are not looked at.

    Raises: InputError.
    """
    if type(x) in (Tensor, torch.nn.Parameter) and not torch.compiler.is_compiling():
        _Known.look(field, x)


class _Known:
    """The fields that were looked at and do not depend on time, while they live."""

    fields: ClassVar[dict[int, Any]] = {}

    @classmethod
    def look(cls, field: VectorField, x: Tensor) -> None:
        found = cls.fields.get(id(field))
        if found is not None and found() is field:
            return
        with torch.no_grad():
            depends = _depends_on_time(field, x.detach().clone())
        if depends:
            name = getattr(field, "__name__", type(field).__name__)
            raise InputError(
                f"{name} depends on time, and what is asked here knows the state alone. Where "
                "the dependence is periodic, make its phase a state: takens.autonomous(field, "
                "period); for a model, give its data the columns cos(phase) and sin(phase). "
                "takens.simulate and the solve of an integrator tell a field its time."
            )
        number = id(field)
        try:
            cls.fields[number] = weakref.ref(field, lambda _: cls.fields.pop(number, None))
        except TypeError:
            cls.fields[number] = lambda: field


def _depends_on_time(field: VectorField, x: Tensor) -> bool:
    watch = _Watch(x.new_zeros(()))
    with watch:
        here = field(watch.watched, x)
    if not watch.used or watch.decides:
        return watch.decides
    aside = x + 0.1 * (1 + x.abs()) * torch.linspace(0.5, 1, x.shape[-1]).to(x)
    beside = field(watch.watched, aside)
    return any(
        not torch.equal(before.nan_to_num(), field(x.new_tensor(t), at).nan_to_num())
        for t in _times(field)
        for before, at in ((here, x), (beside, aside))
    )


def _times(field: VectorField) -> Iterator[float]:
    """Yield times of every size, and those between which a field says that it jumps."""
    if isinstance(field, SupportsKinks):
        kinks = cast(list[float], field.kinks().detach().double().tolist())  # pyright: ignore[reportUnknownMemberType]
        yield from ((before + after) / 2 for before, after in itertools.pairwise(kinks))
    for k in range(-6, 13):
        yield from (math.sqrt(2) * 10 ** (k / 2), -math.sqrt(3) * 10 ** (k / 2))


@final
class _Watch(TorchFunctionMode):
    """Notices what a function of torch does with one Tensor beside asking for its kind."""

    def __init__(self, watched: Tensor) -> None:
        super().__init__()
        self.watched, self.used, self.decides = watched, False, False

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        if any(each is self.watched for each in _leaves((args, kwargs))):
            name = getattr(func, "__name__", "")
            self.used = self.used or not (
                name.startswith(("__get__", "new_")) or "_like" in name
            )
            self.decides = self.decides or name in _DECIDING
        return func(*args, **kwargs)


def _leaves(nested: Any) -> Iterator[Any]:
    if isinstance(nested, dict):
        nested = tuple(cast(dict[Any, Any], nested).values())
    if isinstance(nested, (tuple, list)):
        for each in cast(tuple[Any, ...], nested):
            yield from _leaves(each)
    else:
        yield nested
