"""The configuration of a run."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final, final

import attrs

from takens._defaults import DEVICE, FIGURES, METRICS, MODEL, SCHEME
from takens._judging.criteria import Criteria
from takens._judging.noise import check_noise
from takens._plugins.choice import Component
from takens._plugins.parameter import parameter
from takens._plugins.warn import warn_outside
from takens._printed import Printed
from takens._training.settings import MOST, Training
from takens.errors import ConfigurationError

FORMAT: Final = 1
_OF_FILES: Final = (
    *("format", "id", "group", "columns", "inputs", "time", "rate", "missing", "test", "split"),
)


def _optional(given: Any) -> Component | None:
    return None if given is None else Component.of(given)


def _each(given: Sequence[Any]) -> list[Component]:
    return [Component.of(one) for one in given]


@final
@attrs.frozen(kw_only=True)
class Data:
    """Where the data come from: a known ``system``, a ``file`` or a ``source`` of known data.

    A system is sampled ``steps`` times, every ``dt``, and again for the truth to judge
    against; where ``dt`` and ``integrator`` are not given, they are those that it names, or
    rk4.

    A ``file`` is one, a list, a pattern (``trial*.csv``) or a folder of them. Of its columns,
    ``id`` tells recordings apart, ``group`` says what they belong to, ``columns`` are the
    variables, ``inputs`` act on the system and ``time`` holds the times, if not one that is
    called so; else samples are ``dt`` apart or have a ``rate``, as "250 Hz". ``missing`` lists
    numbers and texts that stand for gaps. What is judged against is the ``test`` file, or by
    ``split``: what follows the first fraction of each recording (0.5), or a time as a text, or
    the recordings that a list names. ``train`` is the older name of a fraction.

    A ``source`` is known data by a name, with what it takes; see ``takens.sources``. It is
    split as a file is.

    ``noise`` is added to what is learned from, as a fraction of each variable's standard
    deviation.

    ``prepare`` is done to the data first, in its order, and fitted to what is learned from;
    the model is judged on data so prepared, and free runs of the model that is kept speak the
    data's units.

    Raises: ConfigurationError where they are mixed up.
    """

    system: Component | None = attrs.field(default=None, converter=_optional)
    file: str | list[str] | None = None
    source: Component | None = attrs.field(default=None, converter=_optional)
    format: Component | None = attrs.field(default=None, converter=_optional)
    id: str | None = None
    group: str | None = None
    columns: list[str] | None = None
    inputs: list[str] = attrs.field(factory=list[str])
    time: str | None = None
    dt: float | None = parameter(None, unit="time units of the data", above=0, finite=True)
    rate: float | str | None = None
    missing: list[float | str] = attrs.field(factory=list[float | str])
    test: str | list[str] | None = None
    split: float | str | list[str] | None = None
    steps: int = parameter(50_000, unit="samples", at_least=10, at_most=MOST)
    integrator: Component | None = attrs.field(default=None, converter=_optional)
    noise: float = parameter(0.0, unit="standard deviations", at_least=0, finite=True)
    train: float | None = parameter(None, unit="fraction of the file", above=0, below=1)
    prepare: list[Component] = attrs.field(factory=list[Component], converter=_each)
    toml_table = "data"

    def __attrs_post_init__(self) -> None:
        given = [n for n in ("system", "file", "source") if getattr(self, n) is not None]
        if len(given) != 1:
            both = " and ".join(given) if given else "neither"
            raise ConfigurationError(
                f"[data] has either a system, a file or a source; got {both}."
            )
        if self.file is None:
            for name in _OF_FILES:
                split = name == "split" and self.source is not None
                if not split and getattr(self, name) not in (None, []):
                    raise ConfigurationError(f"data.{name} goes with a file, not a {given[0]}.")
        if self.train is not None:
            if self.split is not None:
                raise ConfigurationError(
                    "data.train is the older name of data.split; give split."
                )
            warn_outside("data.train will go; write data.split.", DeprecationWarning)
            object.__setattr__(self, "split", self.train)
            object.__setattr__(self, "train", None)
        if self.test is not None and self.split is not None:
            raise ConfigurationError(
                "data.test is judged against as a whole, and so goes without data.split."
            )


@final
@attrs.frozen(kw_only=True)
class Judge:
    """Which metrics judge the model, over how many free runs and starts.

    Each is warmed up on ``context`` samples.

    ``reference`` holds known values by metric name, for data whose system is not known.
    ``tolerance`` holds tolerances by kind that differ from those of the metrics, ``level`` is
    the share of true models that may be called wrong. ``noise`` is that of a file, in standard
    deviations, "estimate", or "learned" for what the scheme found while it trained; free runs
    are compared with as much added. ``power`` asks for what would have been noticed.

    Raises: ConfigurationError for numbers that are out of their range.
    """

    metrics: list[Component] = attrs.field(
        factory=lambda: _each(METRICS),
        converter=_each,
    )
    runs: int = parameter(8, at_least=1, at_most=MOST)
    starts: int = parameter(32, at_least=1, at_most=MOST)
    context: int = parameter(32, unit="samples", at_least=1)
    reference: dict[str, float] = attrs.field(factory=dict[str, float])
    tolerance: dict[str, float] = attrs.field(factory=dict[str, float])
    level: float = 0.05
    noise: float | str = 0.0
    power: bool = True
    toml_table = "judge"

    @property
    def criteria(self) -> Criteria:
        """What the verdict is held to."""
        return Criteria(tolerance=self.tolerance, level=self.level)

    def __attrs_post_init__(self) -> None:
        for name, value in self.reference.items():
            if not math.isfinite(value):
                raise ConfigurationError(
                    f"judge.reference.{name} is a finite number; got {value}."
                )
        check_noise(self.noise)
        Criteria(tolerance=self.tolerance, level=self.level)


def _seed(_: object, __: object, value: int) -> None:
    if not 0 <= value < 2**63:
        raise ConfigurationError(f"seed is a whole number from 0 to 2^63 - 1; got {value}.")


@final
@attrs.frozen(kw_only=True, repr=False)
class Configuration(Printed):
    """Everything that decides what a run does."""

    data: Data
    seed: int = attrs.field(default=0, validator=_seed)
    device: Component = attrs.field(default=Component(DEVICE), converter=Component.of)
    model: Component = attrs.field(default=Component(MODEL), converter=Component.of)
    scheme: Component = attrs.field(default=Component(SCHEME), converter=Component.of)
    training: Training = attrs.field(factory=Training)
    judge: Judge = attrs.field(factory=Judge)
    figures: list[Component] = attrs.field(
        factory=lambda: _each(FIGURES),
        converter=_each,
    )
    plugins: dict[str, dict[str, Any]] = attrs.field(factory=dict[str, dict[str, Any]])
    format: int = FORMAT
    versions: dict[str, str] = attrs.field(factory=dict[str, str])
