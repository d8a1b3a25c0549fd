"""The settings of every model, which are its parameters: imported without torch."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias, cast, get_args

import attrs

import takens
from takens_models.sizes import sizes

InitialState: TypeAlias = Literal["zeros", "linear", "encoder", "warm_up"]
Activation: TypeAlias = Literal["tanh", "relu", "leaky_relu", "softplus", "silu"]
Interpolation: TypeAlias = Literal["constant", "linear", "cubic"]
Memory: TypeAlias = Literal["restarted", "carried"]
IntegratorChoice: TypeAlias = str | Mapping[str, Any]
"""A name, or a table with ``name`` and that integrator's parameters."""
LikelihoodChoice: TypeAlias = str | Mapping[str, Any] | Sequence[Any]
"""A name, a table ``{name = "ordinal", levels = 7}``, or a list of these for the variables."""
LIKELIHOODS: Final = ("gaussian", "log_normal", "poisson", "bernoulli", "ordinal")

_OBS_DIM: Final = takens.plugin.parameter(summary="observed variables", at_least=1)
_SEED: Final = takens.plugin.parameter(0, summary="of the initial weights", kw_only=True)
_INPUT_DIM: Final = takens.plugin.parameter(
    0, summary="inputs that act, as many as the data have", at_least=0, kw_only=True
)
_INTERPOLATION: Final = takens.plugin.parameter(
    "linear",
    summary="of inputs between samples; a map sees their mean from one to the next",
    kw_only=True,
)
_HIDDEN_DIM: Final = takens.plugin.parameter(100, summary="hidden units", at_least=1)
# Of models whose sizes may follow from data: before they are made, "auto" stands for a number.
_SIZED: Final[Any] = {"types": (int,), "choices": ("auto",), "at_least": 1}
_AUTO_HIDDEN_DIM: Final = takens.plugin.parameter(
    100, summary="hidden units; auto follows from the data", **_SIZED
)
_RIDGE: Final = takens.plugin.parameter(1e-6, summary="penalty of the closed form", at_least=0)
_DEPTH: Final = takens.plugin.parameter(2, summary="hidden layers of the field", at_least=0)
_ACTIVATION: Final = takens.plugin.parameter("tanh", summary="of the hidden units")
_WIDTHS: Final = takens.plugin.parameter(
    [],
    summary="units of each hidden layer, in place of width and depth",
    converter=list[int],
    kw_only=True,
)
_ACTIVATIONS: Final = takens.plugin.parameter(
    [],
    summary="of each hidden layer, in place of one for all",
    converter=list[str],
    kw_only=True,
)
_INTEGRATOR: Final = takens.plugin.parameter(
    "rk4",
    summary="a name, or a table with name and that integrator's parameters",
    kw_only=True,
)


def name_of(settings: object) -> str:
    """Return the name of the model that settings are for."""
    return type(settings).__name__.removesuffix("Settings")


def _width(units: int) -> Any:
    return takens.plugin.parameter(
        units, summary="units of each hidden layer of the field", at_least=1
    )


def _initial_state(name: str) -> Any:
    return takens.plugin.parameter(
        name,
        summary="what fills the units that observations leave open at a start",
        kw_only=True,
    )


def _memory(kind: str) -> Any:
    return takens.plugin.parameter(
        kind,
        summary="the context is read anew at every step, or states go on from step to step",
    )


def likelihood_names(choice: Any, n: int) -> list[tuple[str, int]]:
    """Return the name and the number of levels for each of n variables, none where none is.

    Raises: ComponentError for what is no likelihood, or a list of another length.
    """
    if choice is None:
        return []
    single = isinstance(choice, str) or not isinstance(choice, Sequence)
    each: list[Any] = [choice] * n if single else list(cast("Sequence[Any]", choice))
    if len(each) != n:
        raise takens.errors.ComponentError(
            f"likelihood lists {len(each)} and there are {n} observed variables; list one for "
            "each, or name one for all."
        )
    return [_likelihood(one) for one in each]


def _likelihood(one: Any) -> tuple[str, int]:
    table = cast("Mapping[str, Any]", one if isinstance(one, Mapping) else {"name": one})
    name, levels = table.get("name"), table.get("levels", 0)
    if name not in LIKELIHOODS or set(table) - {"name", "levels"}:
        raise takens.errors.ComponentError(
            f"likelihood is one of {', '.join(LIKELIHOODS)}, or a list of these; got {one!r}."
        )
    if (name == "ordinal") != (type(levels) is int and levels >= 2):
        raise takens.errors.ComponentError(
            "likelihood 'ordinal', and no other, has levels, two or more: give "
            f'{{name = "ordinal", levels = 7}}; got {one!r}.'
        )
    return name, levels


@attrs.frozen
class WindowSettings:
    """How a latent state is observed and begun, for all latent models."""

    obs_dim: int = _OBS_DIM
    seed: int = _SEED
    observation: Literal["identity", "affine", "network"] = takens.plugin.parameter(
        "identity",
        summary="the first units, x = B z with forcing by the pseudo-inverse, or a network",
        kw_only=True,
    )
    likelihood: LikelihoodChoice | None = takens.plugin.parameter(
        None,
        summary=f"{', '.join(LIKELIHOODS)}, or a list for the variables: the law of what is "
        "observed, and the loss; by default the scheme's error is",
        kw_only=True,
    )
    smoothing: float | Literal["auto"] = takens.plugin.parameter(
        "auto",
        unit="samples",
        summary="over which a likelihood averages what a state is forced by; auto follows "
        "from the data",
        at_least=0,
        kw_only=True,
    )
    initial_state: InitialState = _initial_state("linear")
    context_length: int = takens.plugin.parameter(
        1,
        unit="samples",
        summary="that an encoder or a warm-up looks at",
        at_least=1,
        kw_only=True,
    )
    network_width: int = takens.plugin.parameter(
        64,
        summary="hidden units of network observation and encoder",
        at_least=1,
        kw_only=True,
    )
    input_dim: int = _INPUT_DIM
    interpolation: Interpolation = _INTERPOLATION

    @property
    def size(self) -> int:
        """The number of latent variables."""
        raise NotImplementedError

    def __attrs_post_init__(self) -> None:
        name = name_of(self)
        if self.observation == "identity" and self.size < self.obs_dim:
            raise takens.errors.ComponentError(
                f"{name} reads its {self.obs_dim} observed variables out of the first "
                f"latent ones; got latent_dim = {self.size}. Choose latent_dim = "
                f"{self.obs_dim} or more, or observation = 'affine'."
            )
        likely = likelihood_names(self.likelihood, self.obs_dim)
        if likely and self.observation == "identity":
            raise takens.errors.ComponentError(
                f"{name}: a likelihood needs a read-out that is not the state itself; choose "
                "observation = 'affine', or 'network'."
            )
        if likely and self.initial_state != "linear":
            raise takens.errors.ComponentError(
                f"{name}: with a likelihood a state begins by what is read out of the context; "
                "leave out initial_state."
            )
        if not likely and self.initial_state in ("zeros", "linear") and self.context_length > 1:
            raise takens.errors.ComponentError(
                f"{name}: initial_state {self.initial_state!r} looks at one observation; "
                f"got context_length = {self.context_length}. Choose initial_state = 'encoder' "
                "or 'warm_up'."
            )
        if self.initial_state == "warm_up" and self.context_length < 2:
            raise takens.errors.ComponentError(
                f"{name}: a warm-up needs a context_length of 2 or more; "
                f"got {self.context_length}."
            )


@attrs.frozen
class LatentSettings(WindowSettings):
    """The same for models that are given the number of their latent variables."""

    latent_dim: int = takens.plugin.parameter(20, summary="latent variables", at_least=1)

    @property
    def size(self) -> int:
        """The number of latent variables."""
        return self.latent_dim

    def __attrs_post_init__(self) -> None:
        if self.latent_dim is None:  # pyright: ignore[reportUnnecessaryComparison] - a default
            object.__setattr__(self, "latent_dim", self.obs_dim)
        WindowSettings.__attrs_post_init__(self)


@attrs.frozen
class SizedSettings(LatentSettings):
    """The same for models whose sizes and read-out may follow from data."""

    observation: Literal["identity", "affine", "network"] = takens.plugin.parameter(
        "identity",
        types=(str,),
        choices=("identity", "affine", "network", "auto"),
        summary="the first units, x = B z with forcing by the pseudo-inverse, or a network; "
        "auto follows from the data",
        kw_only=True,
    )
    latent_dim: int = takens.plugin.parameter(
        20, summary="latent variables; auto follows from the data", **_SIZED
    )
    hidden_dim: int = _AUTO_HIDDEN_DIM

    def __attrs_post_init__(self) -> None:
        for name in ("observation", "latent_dim", "hidden_dim"):
            if getattr(self, name) == "auto":
                raise takens.errors.ComponentError(
                    f"{name_of(self)}: {name} = 'auto' follows from data; give fit the model "
                    "by its name, as a table with its parameters."
                )
        LatentSettings.__attrs_post_init__(self)

    @classmethod
    def from_data(
        cls, scales: "takens.plugin.Scales", given: Mapping[str, Any]
    ) -> Mapping[str, tuple[Any, str]]:
        """Return values of parameters that are "auto", each with its reason."""
        return sizes(scales, given)


@attrs.frozen
class ShallowPLRNNSettings(SizedSettings):
    """Piecewise-linear recurrent network with one hidden layer.

    Source: Hess, Monfared, Brenner, Durstewitz (2023), ICML, eq. 4.
    """

    initialisation: Literal["uniform", "talathi"] = takens.plugin.parameter(
        "uniform", summary="how weights start"
    )
    clipped: bool = takens.plugin.parameter(
        False, summary="orbits stay bounded while |A| < 1", kw_only=True
    )


@attrs.frozen
class ShallowRNNSettings(SizedSettings):
    """Recurrent network with one smooth hidden layer: the default for flows.

    Source: Hess, Monfared, Brenner, Durstewitz (2023), ICML, eq. 4, made smooth.
    """

    activation: Literal["silu", "tanh", "softplus"] = takens.plugin.parameter(
        "silu", summary="of the hidden units; smooth, so that neutral directions stay neutral"
    )


@attrs.frozen
class PLRNNSettings(LatentSettings):
    """Piecewise-linear recurrent network, the plain form.

    Source: Koppe et al. (2019), PLoS Comput. Biol. 15; Brenner et al. (2022), ICML.
    """

    mean_centred: bool = takens.plugin.parameter(False, summary="relu(z - mean(z))")


@attrs.frozen
class DendriticPLRNNSettings(LatentSettings):
    """Piecewise-linear recurrent network whose units bend at several thresholds.

    Source: Brenner, Hess, Mikhaeil et al. (2022), ICML.
    """

    bases: int = takens.plugin.parameter(20, summary="thresholds of each unit", at_least=1)
    clipped: bool = takens.plugin.parameter(True, summary="orbits stay bounded while |A| < 1")


@attrs.frozen
class AlmostLinearRNNSettings(LatentSettings):
    """Recurrent network of linear units but for a few; few linear regions.

    Source: Brenner, Hemmer, Monfared, Durstewitz (2024), NeurIPS.
    """

    relu_dim: int = takens.plugin.parameter(
        2, summary="units with a relu, the last ones", at_least=0
    )

    def __attrs_post_init__(self) -> None:
        LatentSettings.__attrs_post_init__(self)
        if self.relu_dim > self.latent_dim:
            raise takens.errors.ComponentError(
                f"AlmostLinearRNN: relu_dim = {self.relu_dim} of the latent units are bent, "
                f"and there are {self.latent_dim}; choose latent_dim = {self.relu_dim} or more."
            )


@attrs.frozen
class RecurrentSettings:
    """What all networks of recurrent cells share."""

    obs_dim: int = _OBS_DIM
    hidden_dim: int = takens.plugin.parameter(64, summary="units of each layer", at_least=1)
    layers: int = takens.plugin.parameter(1, summary="layers of cells", at_least=1)
    context_length: int = takens.plugin.parameter(
        15, unit="samples", summary="observations that a start reads", at_least=1
    )
    memory: Memory = _memory("carried")
    seed: int = _SEED
    input_dim: int = _INPUT_DIM
    interpolation: Interpolation = _INTERPOLATION


@attrs.frozen
class RNNSettings(RecurrentSettings):
    """Plain recurrent network that reads a context of 15 samples.

    Source: Elman (1990), Cognitive Science 14, 179-211.
    """

    memory: Memory = _memory("restarted")
    activation: Literal["relu", "tanh"] = takens.plugin.parameter(
        "relu", summary="of the hidden units"
    )


@attrs.frozen
class LSTMSettings(RecurrentSettings):
    """Long short-term memory.

    Source: Hochreiter and Schmidhuber (1997), Neural Computation 9, 1735-1780.
    """


@attrs.frozen
class GRUSettings(RecurrentSettings):
    """Gated recurrent units.

    Source: Cho et al. (2014), EMNLP, 1724-1734, section 2.3.
    """


@attrs.frozen
class EchoStateNetworkSettings:
    """A random reservoir with a linear read-out, solved in closed form; a baseline.

    Source: Jaeger and Haas (2004), Science 304, 78-80.
    """

    obs_dim: int = _OBS_DIM
    hidden_dim: int = takens.plugin.parameter(300, summary="units of the reservoir", at_least=1)
    spectral_radius: float = takens.plugin.parameter(
        0.9, summary="of the reservoir's weights", at_least=0
    )
    input_scale: float = takens.plugin.parameter(
        0.5, summary="of input weights and constants", at_least=0
    )
    leak: float = takens.plugin.parameter(
        1.0, summary="share of a unit that is new", above=0, at_most=1
    )
    density: float = takens.plugin.parameter(
        0.1, summary="share of weights that are not zero", above=0, at_most=1
    )
    ridge: float = _RIDGE
    context_length: int = takens.plugin.parameter(
        100, unit="samples", summary="that wash the start out", at_least=1
    )
    seed: int = _SEED
    input_dim: int = _INPUT_DIM
    interpolation: Interpolation = _INTERPOLATION


@attrs.frozen
class LinearAutoregressionSettings:
    """A linear function of the last samples, solved in closed form; a baseline.

    Source: Yule (1927), Phil. Trans. R. Soc. A 226, 267-298.
    """

    obs_dim: int = _OBS_DIM
    context_length: int = takens.plugin.parameter(
        10, unit="samples", summary="that a prediction is made from", at_least=1
    )
    ridge: float = _RIDGE
    seed: int = _SEED
    input_dim: int = _INPUT_DIM
    interpolation: Interpolation = _INTERPOLATION


@attrs.frozen
class PersistenceSettings:
    """The last sample for ever; a baseline with nothing to learn."""

    obs_dim: int = _OBS_DIM


@attrs.frozen
class NeuralODESettings(LatentSettings):
    """A differential equation whose field is a network.

    Source: Chen, Rubanova, Bettencourt, Duvenaud (2018), NeurIPS, eq. 2.
    """

    latent_dim: int = takens.plugin.parameter(
        None, summary="latent variables; obs_dim by default", at_least=1
    )
    width: int = _width(64)
    depth: int = _DEPTH
    activation: Activation = _ACTIVATION
    widths: Sequence[int] = _WIDTHS
    activations: Sequence[str] = _ACTIVATIONS
    integrator: IntegratorChoice = _INTEGRATOR


@attrs.frozen
class AugmentedNeuralODESettings(WindowSettings):
    """A neural differential equation with variables beyond the observed ones.

    Source: Dupont, Doucet, Teh (2019), NeurIPS.
    """

    augmentation: int = takens.plugin.parameter(1, summary="further variables", at_least=1)
    width: int = _width(64)
    depth: int = _DEPTH
    activation: Activation = _ACTIVATION
    widths: Sequence[int] = _WIDTHS
    activations: Sequence[str] = _ACTIVATIONS
    integrator: IntegratorChoice = _INTEGRATOR
    initial_state: InitialState = _initial_state("zeros")

    @property
    def size(self) -> int:
        """The number of latent variables."""
        return self.obs_dim + self.augmentation


@attrs.frozen
class HierarchicalSettings:
    """Shared weights, and a few numbers for each recording, learned together.

    Source: Brenner, Weber, Koppe, Durstewitz (2025), ICLR, eq. 4.
    """

    obs_dim: int = _OBS_DIM
    base: str | Mapping[str, Any] = takens.plugin.parameter(
        "shallow_rnn", summary="the model of each recording, a name or a table"
    )
    features: int = takens.plugin.parameter(1, summary="numbers of each recording", at_least=1)
    recordings: Sequence[str] = takens.plugin.parameter(
        ["1", "2"], summary="names of the recordings; those of the data", converter=list[str]
    )
    shared: Sequence[str] = takens.plugin.parameter(
        ["observation.", "initial_state."],
        summary="beginnings of the names of weights that do not vary",
        converter=list[str],
    )
    feature_rate: float = takens.plugin.parameter(
        10.0, summary="how much faster than weights the numbers are learned", above=0
    )
    spread: float = takens.plugin.parameter(
        0.3, summary="of the first directions, as a share of the weights", above=0
    )
    seed: int = _SEED
    input_dim: int = _INPUT_DIM

    @property
    def base_name(self) -> str:
        """The name of the base."""
        return self.base if isinstance(self.base, str) else str(self.base.get("name"))

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.base, str) and not isinstance(self.base.get("name"), str):
            raise takens.errors.ComponentError(
                "Hierarchical: base is the name of a model, or a table with name = ...; "
                f"got {self.base!r}."
            )
        if len(set(self.recordings)) < len(self.recordings) or not self.recordings:
            raise takens.errors.ComponentError(
                "Hierarchical: recordings are names that differ, at least one; "
                f"got {self.recordings}."
            )


def _table(value: Mapping[str, Any] | None) -> dict[str, Any]:
    return dict(value or {})


def _bounds(value: Mapping[str, Sequence[float]] | None) -> dict[str, list[float]]:
    return {name: list(ends) for name, ends in (value or {}).items()}


@attrs.frozen
class KnownSettings:
    """What is known of a system, by its name, for the models that learn the rest."""

    system: str = takens.plugin.parameter(summary="name of the system")
    obs_dim: int | None = takens.plugin.parameter(
        None, summary="measured states, the first ones; all by default", at_least=1
    )
    parameters: Mapping[str, Any] = takens.plugin.parameter(
        {}, summary="where the system's parameters begin", converter=_table
    )
    learn: Sequence[str] = takens.plugin.parameter(
        [], summary="names of the parameters that are learned", converter=list[str]
    )
    positive: Sequence[str] = takens.plugin.parameter(
        [], summary="names of those that stay above zero", converter=list[str]
    )
    bounds: Mapping[str, Sequence[float]] = takens.plugin.parameter(
        {}, summary="lower and higher bound of others, by name", converter=_bounds
    )
    initial: Sequence[float] = takens.plugin.parameter(
        [],
        summary="where states begin that are not measured; learned from there",
        converter=list[float],
    )
    spread: float = takens.plugin.parameter(
        0.0,
        summary="share by which learned parameters begin off, drawn by the seed",
        at_least=0,
    )
    integrator: IntegratorChoice = _INTEGRATOR
    seed: int = _SEED


@attrs.frozen
class KnownODESettings(KnownSettings):
    """A system by its name, some of whose parameters are learned."""

    learn_initial: bool = takens.plugin.parameter(
        False, summary="correct the measured start, for one trajectory"
    )


@attrs.frozen
class UniversalODESettings(KnownSettings):
    """A known system plus a network that learns what it lacks.

    Source: Rackauckas et al. (2020), arXiv:2001.04385.
    """

    width: int = _width(32)
    depth: int = _DEPTH
    activation: Activation = _ACTIVATION
    widths: Sequence[int] = _WIDTHS
    activations: Sequence[str] = _ACTIVATIONS


@attrs.frozen(kw_only=True)
class NeuralODELayerSettings:
    """A neural differential equation for inputs that are no series."""

    input_dim: int = takens.plugin.parameter(
        summary="variables of an input", at_least=1, kw_only=False
    )
    output_dim: int | None = takens.plugin.parameter(
        None, summary="of a linear read-out; no read-out by default", kw_only=False
    )
    width: int = _width(64)
    depth: int = takens.plugin.parameter(1, summary="hidden layers of the field", at_least=0)
    activation: Activation = _ACTIVATION
    widths: Sequence[int] = _WIDTHS
    activations: Sequence[str] = _ACTIVATIONS
    augmentation: int = takens.plugin.parameter(0, summary="further variables", at_least=0)
    sees_depth: bool = takens.plugin.parameter(
        False, summary="whether the field is told the depth"
    )
    end: float = takens.plugin.parameter(1.0, summary="depth that inputs move to", above=0)
    integrator: IntegratorChoice = takens.plugin.parameter(
        "dopri5", summary="a name or a table"
    )
    field: Any = takens.plugin.parameter(None, summary="a module in place of the network")
    seed: int = _SEED


NetworkShape: TypeAlias = (
    NeuralODESettings
    | AugmentedNeuralODESettings
    | UniversalODESettings
    | NeuralODELayerSettings
)
"""What says of which layers a network is."""


def hidden_layers(shape: NetworkShape) -> tuple[list[int], list[str]]:
    """Return the units and the activation of each hidden layer.

    Raises: ComponentError where a layer has no unit, an activation is none that is known, or
    there is another number of them.
    """
    widths = list(shape.widths) or [shape.width] * shape.depth
    activations = list(shape.activations) or [shape.activation] * len(widths)
    name = name_of(shape)
    if min(widths, default=1) < 1:
        raise takens.errors.ComponentError(
            f"{name}: a hidden layer has one unit or more; got widths = {widths}."
        )
    known = get_args(Activation)
    for one in activations:
        if one not in known:
            raise takens.errors.ComponentError(
                f"{name}: an activation is one of {', '.join(known)}; got {one!r}."
            )
    if len(activations) != len(widths):
        raise takens.errors.ComponentError(
            f"{name}: {len(widths)} hidden layers have as many activations; got "
            f"{len(activations)}."
        )
    return widths, activations
