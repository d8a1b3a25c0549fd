"""Recipes: ways to learn, with settings that follow from what data are like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol, final, runtime_checkable

import attrs

from takens._protocols.backend import Unsupported

if TYPE_CHECKING:
    from takens._examining.examination import Examination


@final
@attrs.frozen
class Proposal:
    """Settings for data: ``model``, ``scheme`` and ``training`` as a configuration has them.

    ``reason`` is a clause that completes "because ...".
    """

    settings: Mapping[str, Any]
    reason: str


@runtime_checkable
class Recipe(Protocol):
    """A family of models with the scheme that suits it, set for the data at hand."""

    def propose(self, data: Examination, /) -> Proposal | Unsupported:
        """Return the settings for such data, or why this family is not for them."""
        ...
