"""What state variables are called."""

from takens.plugin import Variable


def named(*names: str) -> tuple[Variable, ...]:
    """Return variables without units, by their names."""
    return tuple(Variable(name) for name in names)


def mechanical(position: str, velocity: str, driven: bool) -> tuple[Variable, ...]:
    """Return a position, its velocity and, where there is a drive, its phase."""
    phase = (Variable("p", "rad", angle=True),) if driven else ()
    return (*named(position, velocity), *phase)
