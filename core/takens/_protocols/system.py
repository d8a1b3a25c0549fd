"""Systems: dynamics given by equations."""

from typing import Protocol, final, runtime_checkable

import attrs

from takens._protocols.dynamics import Time


@final
@attrs.frozen
class Facts:
    """What is known of a system at one choice of its parameters, and where it was published.

    ``lyapunov_spectrum`` is in 1 / time unit (for maps: per step), in descending order.
    """

    lyapunov_spectrum: tuple[float, ...] | None = None
    source: str = ""


@runtime_checkable
class System(Protocol):
    """A vector field or a map, as ``time`` says, that knows itself.

    Besides these members it is callable: as `(t, x)` where continuous, as `(x)` where
    discrete, on any leading dimensions. Parameters are its fields, numbers or Tensors.
    """

    @property
    def dim(self) -> int:
        """The number of state variables."""
        ...

    @property
    def time(self) -> Time:
        """Whether it is called as a field or as a map."""
        ...

    def initial(self) -> tuple[float, ...]:
        """Give a state on or near the attractor, of length ``dim``."""
        ...

    def facts(self) -> Facts:
        """Give what is known for exactly these parameters; empty where nothing is."""
        ...
