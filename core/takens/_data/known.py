"""Data that are known by a name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from takens._arguments import arguments
from takens._data.recordings import Recordings
from takens._plugins.choice import Component
from takens._plugins.isolation import isolated
from takens._plugins.registry import sources

if TYPE_CHECKING:
    from takens._protocols.source import Source


@arguments(source=sources.get)
@isolated
def known_data(
    source: Source | str | Mapping[str, Any] | Component, *, seed: int = 0
) -> Recordings:
    """Return the recordings of a source, by its name or as a table with its parameters.

    ``takens.sources`` lists them, as hudson_bay or sunspots; what a source draws at random
    follows from ``seed``.

    Raises: ComponentError for an unknown name or parameter; DataError where the library that
    holds the data is missing, with the command that installs it.
    """
    return cast("Source", source).recordings(seed)
