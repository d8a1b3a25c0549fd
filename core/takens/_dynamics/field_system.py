"""Fields of one's own, which are simulated without knowing themselves."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, final

import attrs
from torch import Tensor, nn

from takens._protocols.dynamics import Time
from takens._protocols.system import Facts


@final
@attrs.frozen(eq=False)
class FieldSystem:
    """A function or module `(t, x)`, or `(x)`, that is the velocity of a state from ``start``.

    A module is called in the precision of its weights, whatever that of the state is.
    """

    field: Callable[..., Tensor]
    start: tuple[float, ...]
    takes_time: bool = attrs.field(init=False)

    time = Time.CONTINUOUS

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "takes_time", _takes_time(self.field))

    @property
    def dim(self) -> int:
        """The number of state variables."""
        return len(self.start)

    def __call__(self, t: Tensor, x: Tensor, /) -> Tensor:
        """Return the velocity at `x: (..., d)`."""
        own = next(self.field.parameters(), x) if isinstance(self.field, nn.Module) else x
        state = x.to(own)
        found = self.field(t.to(own), state) if self.takes_time else self.field(state)
        return found.to(x)

    def initial(self) -> tuple[float, ...]:
        """Return the start that was given."""
        return self.start

    def facts(self) -> Facts:
        """Return nothing: nobody said what is known."""
        return Facts()


def _takes_time(field: Callable[..., Any]) -> bool:
    """Whether a field is called with the time and the state, and not with the state alone."""
    called = field.forward if isinstance(field, nn.Module) else field
    places = [
        parameter
        for parameter in inspect.signature(called).parameters.values()
        if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
        and parameter.default is parameter.empty
    ]
    return len(places) != 1
