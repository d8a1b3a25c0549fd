"""The settings of kernels and models, which are their parameters: imported without torch."""

import functools
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

import attrs

import takens

if TYPE_CHECKING:
    from torch import Tensor

Number: TypeAlias = "float | Tensor"
Numbers: TypeAlias = "float | tuple[float, ...] | Tensor"

# Wide enough for data of any sensible scale, and away from overflow.
RANGE: Final = (1e-5, 1e5)


def _as_tuple(value: Any) -> Any:
    """Take a list, as configurations write it, for a tuple."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return tuple(cast(Sequence[float], value))
    return value


def _number(unit: str, summary: str) -> Any:
    return takens.plugin.parameter(1.0, unit=unit, summary=summary, above=0, finite=True)


def _numbers(unit: str, summary: str) -> Any:
    return takens.plugin.parameter(
        1.0,
        unit=unit,
        summary=summary,
        types=(float, list),
        above=0,
        finite=True,
        converter=_as_tuple,
    )


_VARIANCE: Final = _number("y^2", "at every point")
_LENGTHSCALE: Final = _numbers(
    "x", "distance over which values change, one or one for each dimension"
)


@functools.cache
def _ranges(settings: type[Any]) -> Mapping[str, tuple[float, float]]:
    return MappingProxyType({field.name: RANGE for field in attrs.fields(settings)})


@attrs.frozen
class KernelSettings:
    """Hyperparameters, all of which can be learned; Tensors come from optimisation."""

    @property
    def bounds(self) -> Mapping[str, tuple[float, float]]:
        """The usual bounds of each hyperparameter."""
        return _ranges(type(self))


@attrs.frozen
class RadialSettings(KernelSettings):
    """What kernels of a distance in lengthscales have in common."""

    variance: Number = _VARIANCE
    lengthscale: Numbers = _LENGTHSCALE


@attrs.frozen
class SquaredExponentialSettings(RadialSettings):
    """Smooth functions with one lengthscale, or one for each dimension.

    Source: Rasmussen and Williams (2006), Gaussian processes for machine learning, eq. 4.9.
    """


@attrs.frozen
class Matern12Settings(RadialSettings):
    """Rough, continuous functions (Matern 1/2).

    Source: Rasmussen and Williams (2006), Gaussian processes for machine learning, section
    4.2.1.
    """


@attrs.frozen
class Matern32Settings(RadialSettings):
    """Functions with one derivative (Matern 3/2).

    Source: Rasmussen and Williams (2006), Gaussian processes for machine learning, section
    4.2.1.
    """


@attrs.frozen
class Matern52Settings(RadialSettings):
    """Functions with two derivatives (Matern 5/2).

    Source: Rasmussen and Williams (2006), Gaussian processes for machine learning, section
    4.2.1.
    """


@attrs.frozen
class RationalQuadraticSettings(RadialSettings):
    """Smooth functions with many lengthscales at once.

    Source: Rasmussen and Williams (2006), Gaussian processes for machine learning, eq. 4.19.
    """

    shape: Number = _number("1", "large for a single lengthscale")


@attrs.frozen
class PeriodicSettings(KernelSettings):
    """Functions that repeat themselves.

    Source: MacKay (1998), Introduction to Gaussian processes, eq. 47.
    """

    variance: Number = _VARIANCE
    lengthscale: Number = _number("1", "small for wiggly periods")
    period: Number = _number("x", "after which values return")


@attrs.frozen
class LinearSettings(KernelSettings):
    """Linear functions through the origin.

    Source: Rasmussen and Williams (2006), Gaussian processes for machine learning, eq. 2.15.
    """

    variance: Numbers = _numbers("y^2 / x^2", "of slopes, one or one for each dimension")


@attrs.frozen
class ConstantSettings(KernelSettings):
    """Functions that are the same everywhere.

    Source: Rasmussen and Williams (2006), Gaussian processes for machine learning, table 4.1.
    """

    variance: Number = _VARIANCE


@attrs.frozen
class BrownianSettings(KernelSettings):
    """Brownian motion from 0, along one time.

    Source: Rasmussen and Williams (2006), Gaussian processes for machine learning, section
    B.2.1.
    """

    variance: Number = _number("y^2 / x", "gained per time")


@attrs.frozen
class WhiteSettings(KernelSettings):
    """A value of its own at every point.

    Source: Rasmussen and Williams (2006), Gaussian processes for machine learning, section
    4.2.3.
    """

    variance: Number = _VARIANCE


@attrs.frozen
class ProcessSettings:
    """What models that learn by Gaussian processes have in common."""

    obs_dim: int = takens.plugin.parameter(summary="observed variables", at_least=1)
    kernel: str = takens.plugin.parameter(
        "squared_exponential", summary="names of kernels, joined by + and *"
    )
    points: int = takens.plugin.parameter(
        500, summary="the most states that are learned from", at_least=1
    )
    inducing: int = takens.plugin.parameter(
        0, summary="inducing points, through which all states are; 0 for none", at_least=0
    )
    seed: int = takens.plugin.parameter(0, summary="of the starts of the search", kw_only=True)


@attrs.frozen
class GaussianProcessMapSettings(ProcessSettings):
    """Gaussian process of the step to the next sample; scheme closed_form.

    Source: Girard, Rasmussen, Quinonero Candela, Murray-Smith (2002), NIPS, section 3.
    """

    smooth: bool = takens.plugin.parameter(True, summary="whether noise is taken out first")


@attrs.frozen
class GaussianProcessFieldSettings(ProcessSettings):
    """Gaussian process of the velocity at each state; scheme closed_form.

    Source: Heinonen and others (2018), ICML, section 3.2.
    """

    integrator: str = takens.plugin.parameter("rk4", summary="one step a sampling interval")
