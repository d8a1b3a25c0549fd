"""Models by name, made for the data that they are to learn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from takens._data.time_series import TimeSeries
from takens._plugins.registry import models
from takens._protocols.model import Model

# Parameters that are not asked of the user.
SUPPLIED: Final = ("obs_dim", "seed")


def model_for(
    data: TimeSeries, name: str, parameters: Mapping[str, Any], *, seed: int
) -> Model:
    """Create a model, and give it what the data know where it asks for that.

    Raises: ComponentError, UnknownComponentError, AmbiguousComponentError.
    """
    known = dict(zip(SUPPLIED, (data.dim, seed), strict=True))
    wanted = {parameter.name for parameter in models.spec(name).parameters}
    supplied = {name: value for name, value in known.items() if name in wanted}
    return models.create(name, **(supplied | dict(parameters)))
