"""Checks, and the table of those that a kind has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import UnionType
from typing import Any, TypeAlias, cast, final

import attrs

from takens.testing.asking import NothingAskedError, counted
from takens.testing.process import left_alone

Condition: TypeAlias = type | UnionType | Callable[[Any], bool]


def _always(_: object) -> bool:
    return True


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

    ask: Callable[[Any], None]
    where: Condition = _always
    slow: bool = False

    @property
    def __name__(self) -> str:
        return self.ask.__name__

    @property
    def name(self) -> str:
        """The name, without the ``check_`` that all share."""
        return self.ask.__name__.removeprefix("check_")

    @property
    def promise(self) -> str:
        """What is promised, in a sentence."""
        return (self.ask.__doc__ or "").partition("\n")[0].removeprefix("Check ")

    def applies(self, component: object) -> bool:
        """Return whether the component promises this."""
        return _holds(self.where, component)

    def __call__(self, component: Any, /) -> int:
        """Ask, and return how many questions were answered as they should be."""
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
    be a function that tells; where it does not, no other is of use.
    """

    def __init__(self, protocol: Any = object) -> None:
        self._protocol = protocol
        self._all: list[Check] = []

    def add(self, ask: Callable[[Any], None], /) -> Check:
        """Add a function that asks questions by ``require``, as a decorator."""
        self._all.append(Check(ask))
        return self._all[-1]

    def where(self, where: Condition, *, slow: bool = False) -> Callable[..., Check]:
        """Return a decorator that adds a function for the components of a protocol."""

        def add(ask: Callable[[Any], None], /) -> Check:
            self._all.append(Check(ask, where, slow))
            return self._all[-1]

        return add

    def __iter__(self) -> Iterator[Check]:
        return iter(self._all)

    def __call__(self, component: object, /) -> Iterator[Check]:
        """Return the checks that apply to a component."""
        first, *others = self._all
        yield first
        if _holds(self._protocol, component):
            yield from (check for check in others if check.applies(component))


def as_check(given: Any, /) -> Check:
    """Make a check of a function that asks by ``require``, as another kind brings it."""
    return given if isinstance(given, Check) else Check(given)
