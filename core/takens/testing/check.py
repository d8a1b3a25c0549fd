"""Checks, and the table of those that a kind has."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from types import UnionType
from typing import Any, TypeAlias, cast, final

import attrs

from takens.testing.asking import NothingAskedError, counted, require_instance
from takens.testing.process import left_alone

Ask: TypeAlias = Callable[[Any], None]
Condition: TypeAlias = type | UnionType | Callable[[Any], object]


def _holds(where: Any, component: object) -> bool:
    isa = isinstance(where, type | UnionType)
    return isinstance(component, cast(type, where)) if isa else bool(where(component))


@final
@attrs.frozen(eq=False)
class Check:
    """A promise of a kind: called with a component, it asks whether the promise is kept.

    It returns how many questions it asked. ``where`` is a protocol, or a function that tells
    whether there is anything to ask a component; ``slow`` ones run when they are asked for.

    Raises: CheckFailedError where the promise is not kept, where something is changed that all
        of the process share, and, as a NothingAskedError, where no question was asked.
    """

    name: str
    promise: str
    ask: Ask
    where: Condition = object
    slow: bool = False

    @classmethod
    def of(cls, ask: Ask, where: Condition = object, *, slow: bool = False) -> Check:
        """Make a check of a function, whose name and docstring are its name and promise."""
        name = ask.__name__.removeprefix("check_")
        promise = (ask.__doc__ or name).partition("\n")[0].removeprefix("Check that ")
        return cls(name, promise, ask, where, slow)

    @property
    def __name__(self) -> str:
        return f"check_{self.name}"

    def __call__(self, component: Any, /) -> int:
        """Ask, and return how many questions were answered as they should be."""
        with warnings.catch_warnings():
            # torch's own use of what it deprecates, on the first forward-mode derivative.
            text = "`torch.jit.script` is (deprecated|not supported)"
            warnings.filterwarnings("ignore", text, DeprecationWarning)
            with counted() as asked, left_alone():
                self.ask(component)
        if not asked.count:
            why = "; ".join(dict.fromkeys(asked.unanswered)) or "there is nothing to look at"
            raise NothingAskedError(f"Nothing was asked: {why}.")
        return asked.count


@final
class Checks:
    """The checks of a kind; called with a component, it gives those that apply to it.

    The first one tells whether a component satisfies the ``protocol`` of the kind, which may
    be a function that tells; where it does not, no other is of use. With a ``name`` it is made
    here.
    """

    def __init__(self, protocol: Any = object, name: str = "", lacks: str = "") -> None:
        self._protocol = protocol
        self._all: list[Check] = []
        if name:
            promise = "every member of its protocol is there"
            self.table(name, promise, lambda given: require_instance(given, protocol, lacks))

    def add(self, ask: Ask, /) -> Check:
        """Add a function that asks questions by ``require``, as a decorator."""
        return self.where(object)(ask)

    def where(self, where: Condition, *, slow: bool = False) -> Callable[[Ask], Check]:
        """Return a decorator that adds a function for the components of a protocol."""

        def add(ask: Ask, /) -> Check:
            self._all.append(Check.of(ask, where, slow=slow))
            return self._all[-1]

        return add

    def table(self, name: str, promise: str, ask: Ask, where: Condition = object) -> None:
        """Add a row of a table: a check by its name and its promise."""
        self._all.append(Check(name, promise, ask, where))

    def apply(self, component: object, /) -> bool:
        """Whether a component satisfies the protocol of the kind."""
        return _holds(self._protocol, component)

    def __iter__(self) -> Iterator[Check]:
        return iter(self._all)

    def __call__(self, component: object, /) -> Iterator[Check]:
        """Return the checks that apply to a component."""
        first, *others = self._all
        yield first
        if self.apply(component):
            yield from (check for check in others if _holds(check.where, component))
