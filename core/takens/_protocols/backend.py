"""Backends: what may solve a whole problem at once, in place of a loop in Python."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, Protocol, final, runtime_checkable

import attrs

from takens._protocols.requests import SolveRequest


@final
@attrs.frozen
class Unsupported:
    """No answer; ``reason`` is a clause that completes "because ..."."""

    reason: str


@final
@attrs.frozen(eq=False)
class Compiled:
    """An answer, and which code has computed it.

    The first answer of each ``code`` is compared with plain torch; where a backend does not
    tell, that of each kind of dynamics.
    """

    answer: Any
    code: Hashable


@runtime_checkable
class Backend(Protocol):
    """Solves requests that it supports, and says of all others why not."""

    @property
    def preference(self) -> int:
        """Those with a higher number are asked first."""
        ...

    def solve(self, request: SolveRequest, /) -> Any | Compiled | Unsupported:
        """Return what the request asks for, or why not; never raise for a hard request."""
        ...


@runtime_checkable
class SupportsDiagnosis(Protocol):
    """Knows what it needs of a machine, for ``takens doctor``."""

    def diagnose(self) -> Mapping[str, str]:
        """Say by name what was found, and what follows where something is missing."""
        ...
