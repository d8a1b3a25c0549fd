"""Components that are built of a value with all their settings."""

import inspect
from typing import Any, ClassVar, Generic, TypeVar, cast, get_args

import attrs

from takens._plugins.parameter import called, parameters_of
from takens._plugins.parameters import refuse_unknown

S = TypeVar("S", bound=attrs.AttrsInstance)


class Configured(Generic[S]):
    """A component made of settings, or of their fields: ``Map(settings)``, ``Map(size=3)``.

    A subclass names the class of its settings, as in ``class Map(Configured[MapSettings],
    nn.Module)``, and sets itself up in ``build``. The settings are its ``config``.
    """

    _settings: ClassVar[type[Any]]
    config: S

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for base in cast(tuple[Any, ...], vars(cls).get("__orig_bases__", ())):
            for named in get_args(base):
                if attrs.has(named):
                    cls._settings = named
                    cls.__signature__ = inspect.signature(named)  # pyright: ignore[reportAttributeAccessIssue]

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__()
        settings = self._settings
        if not (len(given) == 1 and not named and isinstance(given[0], settings)):
            refuse_unknown(called(settings), parameters_of(settings), named)
            given = (settings(*given, **named),)
        self.config = cast(S, given[0])
        self.build()

    def build(self) -> None:
        """Set up what follows from ``config``."""
        raise NotImplementedError
