"""How equations are looked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import attrs

import takens

OPTIMISERS = ("ssr", "stlsq", "sr3")
DIFFERENTIATIONS = ("weak", "finite_difference", "smoothed")


def at_least(low: float, below: float = float("inf")) -> Callable[[Any, Any, Any], None]:
    """Make a check that refuses other numbers.

    Raises: ComponentError.
    """
    limits = f"at least {low:g}" + ("" if below == float("inf") else f" and below {below:g}")

    def check(config: Any, attribute: Any, value: float) -> None:
        if not low <= value < below:
            raise takens.ComponentError(
                f"{config.model}: {attribute.name} is {limits}; got {value}."
            )

    return check


def one_of(*choices: str) -> Callable[[Any, Any, Any], None]:
    """Make a check that refuses other words.

    Raises: ComponentError.
    """

    def check(config: Any, attribute: Any, value: str) -> None:
        if value not in choices:
            raise takens.ComponentError(
                f"{config.model}: {attribute.name} is one of {', '.join(choices)}; "
                f"got {value!r}."
            )

    return check


def _none_or_several(config: Any, _: Any, value: int) -> None:
    if value < 0 or value == 1:
        raise takens.ComponentError(
            f"{config.model}: resamples is 0 for none, or at least 2; got {value}."
        )


@attrs.frozen(kw_only=True)
class SparseConfig:
    """Settings of all sparse models.

    Raises: ComponentError where one makes no sense.
    """

    model: ClassVar[str]
    obs_dim: int = attrs.field(validator=at_least(1))
    degree: int = attrs.field(validator=at_least(1))
    frequencies: int = attrs.field(validator=at_least(0))
    optimiser: str = attrs.field(validator=one_of(*OPTIMISERS))
    threshold: float = attrs.field(validator=at_least(0))
    normalise: bool
    ridge: float = attrs.field(validator=at_least(0))
    resamples: int = attrs.field(validator=_none_or_several)
    seed: int
