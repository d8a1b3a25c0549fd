"""What the settings of all models with a latent state have in common."""

from collections.abc import Callable
from typing import Any, ClassVar, TypedDict

import attrs

import takens

OBSERVATIONS = ("identity", "affine", "network")
INITIAL_STATES = ("zeros", "linear", "encoder", "warm_up")


class WindowOptions(TypedDict, total=False):
    """How a latent state is observed and begun, as keyword arguments of every latent model."""

    observation: str
    initial_state: str
    context_length: int
    network_width: int


def at_least(low: float) -> Callable[[Any, Any, Any], None]:
    """Make a check that refuses smaller numbers.

    Raises: ComponentError.
    """

    def check(config: Any, attribute: Any, value: float) -> None:
        if not value >= low:
            raise takens.ComponentError(
                f"{config.model}: {attribute.name} is at least {low}; got {value}."
            )

    return check


def one_of(*choices: str) -> Callable[[Any, Any, Any], None]:
    """Make a check that refuses other words.

    Raises: ComponentError.
    """
    *most, last = map(repr, choices)
    allowed = f"{', '.join(most)} or {last}"

    def check(config: Any, attribute: Any, value: str) -> None:
        if value not in choices:
            raise takens.ComponentError(
                f"{config.model}: {attribute.name} is {allowed}; got {value!r}."
            )

    return check


@attrs.frozen(kw_only=True)
class WindowConfig:
    """How a latent state is observed and begun, for all latent models.

    Raises: ComponentError where a setting makes no sense.
    """

    model: ClassVar[str]
    obs_dim: int = attrs.field(validator=at_least(1))
    seed: int = 0
    observation: str = attrs.field(default="identity", validator=one_of(*OBSERVATIONS))
    initial_state: str = attrs.field(default="linear", validator=one_of(*INITIAL_STATES))
    context_length: int = attrs.field(default=1, validator=at_least(1))
    network_width: int = attrs.field(default=64, validator=at_least(1))

    def check(self, latent_dim: int) -> None:
        """Refuse settings that do not go together.

        Raises: ComponentError.
        """
        if self.observation == "identity" and latent_dim < self.obs_dim:
            raise takens.ComponentError(
                f"{self.model} reads its {self.obs_dim} observed variables out of the first "
                f"latent ones; got latent_dim = {latent_dim}. Choose latent_dim = "
                f"{self.obs_dim} or more, or observation = 'affine'."
            )
        if self.initial_state in ("zeros", "linear") and self.context_length > 1:
            raise takens.ComponentError(
                f"{self.model}: initial_state {self.initial_state!r} looks at one observation; "
                f"got context_length = {self.context_length}. Choose initial_state = 'encoder' "
                "or 'warm_up'."
            )
        if self.initial_state == "warm_up" and self.context_length < 2:
            raise takens.ComponentError(
                f"{self.model}: a warm-up needs a context_length of 2 or more; "
                f"got {self.context_length}."
            )


@attrs.frozen(kw_only=True)
class LatentConfig(WindowConfig):
    """The same for models that are given the number of their latent variables.

    Raises: ComponentError where settings do not go together.
    """

    latent_dim: int = attrs.field(default=20, validator=at_least(1))

    def __attrs_post_init__(self) -> None:
        self.check(self.latent_dim)
