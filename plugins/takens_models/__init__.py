"""Models that can be trained."""

import importlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import takens

if TYPE_CHECKING:
    from takens_models.almost_linear_rnn import AlmostLinearRNN as AlmostLinearRNN
    from takens_models.augmented_neural_ode import AugmentedNeuralODE as AugmentedNeuralODE
    from takens_models.cycle_search import (
        Cycle as Cycle,
        CycleSearch as CycleSearch,
        PiecewiseLinear as PiecewiseLinear,
        cycles as cycles,
        fixed_points as fixed_points,
    )
    from takens_models.dendritic_plrnn import DendriticPLRNN as DendriticPLRNN
    from takens_models.echo_state_network import EchoStateNetwork as EchoStateNetwork
    from takens_models.field_model import FieldModel as FieldModel
    from takens_models.gru import GRU as GRU
    from takens_models.known_ode import KnownODE as KnownODE
    from takens_models.linear_autoregression import LinearAutoregression as LinearAutoregression
    from takens_models.lstm import LSTM as LSTM
    from takens_models.neural_ode import NeuralODE as NeuralODE
    from takens_models.neural_ode_layer import NeuralODELayer as NeuralODELayer
    from takens_models.persistence import Persistence as Persistence
    from takens_models.plrnn import PLRNN as PLRNN
    from takens_models.rnn import RNN as RNN
    from takens_models.shallow_plrnn import ShallowPLRNN as ShallowPLRNN
    from takens_models.shallow_rnn import ShallowRNN as ShallowRNN
    from takens_models.universal_ode import UniversalODE as UniversalODE

TAKENS_API = 2

_HOME: Final = {
    "AlmostLinearRNN": "almost_linear_rnn",
    "AugmentedNeuralODE": "augmented_neural_ode",
    "Cycle": "cycle_search",
    "CycleSearch": "cycle_search",
    "DendriticPLRNN": "dendritic_plrnn",
    "EchoStateNetwork": "echo_state_network",
    "FieldModel": "field_model",
    "GRU": "gru",
    "KnownODE": "known_ode",
    "LSTM": "lstm",
    "LinearAutoregression": "linear_autoregression",
    "NeuralODE": "neural_ode",
    "NeuralODELayer": "neural_ode_layer",
    "PLRNN": "plrnn",
    "Persistence": "persistence",
    "PiecewiseLinear": "cycle_search",
    "RNN": "rnn",
    "ShallowPLRNN": "shallow_plrnn",
    "ShallowRNN": "shallow_rnn",
    "UniversalODE": "universal_ode",
    "cycles": "cycle_search",
    "fixed_points": "cycle_search",
}

_OBS_DIM: Final = takens.Parameter("obs_dim", types=(int,), summary="observed variables")
_LATENT_DIM: Final = takens.Parameter("latent_dim", 20, summary="latent variables")
_SEED: Final = takens.Parameter("seed", 0, summary="of the initial weights")


def _window(initial_state: str = "linear") -> tuple[takens.Parameter, ...]:
    return (
        takens.Parameter(
            "observation",
            "identity",
            choices=("identity", "affine", "network"),
            summary="the first units, x = B z with forcing by the pseudo-inverse, or a network",
        ),
        takens.Parameter(
            "initial_state",
            initial_state,
            choices=("zeros", "linear", "encoder", "warm_up"),
            summary="what fills the units that observations leave open at a start",
        ),
        takens.Parameter(
            "context_length", 1, unit="samples", summary="that an encoder or a warm-up looks at"
        ),
        takens.Parameter(
            "network_width", 64, summary="hidden units of network observation and encoder"
        ),
    )


_WINDOW: Final = _window()
_INTEGRATOR: Final = takens.Parameter(
    "integrator",
    "rk4",
    types=(str, dict),
    summary="a name, or a table with name and that integrator's parameters",
)


def _network(width: int) -> tuple[takens.Parameter, ...]:
    return (
        takens.Parameter("width", width, summary="units of each hidden layer of the field"),
        takens.Parameter("depth", 2, summary="hidden layers of the field"),
        takens.Parameter(
            "activation",
            "tanh",
            choices=("tanh", "relu", "leaky_relu", "softplus", "silu"),
            summary="of the hidden units",
        ),
    )


_KNOWN: Final = (
    takens.Parameter("system", types=(str,), summary="name of the system"),
    takens.Parameter(
        "obs_dim", None, types=(int,), summary="measured states, the first ones; all by default"
    ),
    takens.Parameter("parameters", {}, summary="where the system's parameters begin"),
    takens.Parameter("learn", [], summary="names of the parameters that are learned"),
    takens.Parameter("positive", [], summary="names of those that stay above zero"),
    takens.Parameter("bounds", {}, summary="lower and higher bound of others, by name"),
    takens.Parameter(
        "initial", [], summary="where states begin that are not measured; learned from there"
    ),
    takens.Parameter(
        "spread", 0.0, summary="share by which learned parameters begin off, drawn by the seed"
    ),
)
_CELLS: Final = (
    _OBS_DIM,
    takens.Parameter("hidden_dim", 64, summary="units of each layer"),
    takens.Parameter("layers", 1, summary="layers of cells"),
    takens.Parameter(
        "context_length", 15, unit="samples", summary="observations that a start reads"
    ),
)


def _memory(default: str) -> takens.Parameter:
    return takens.Parameter(
        "memory",
        default,
        choices=("restarted", "carried"),
        summary="the context is read anew at every step, or states go on from step to step",
    )


@takens.hookimpl
def takens_components() -> Iterator[takens.ComponentSpec]:
    """Offer the models of this package."""
    yield takens.ComponentSpec(
        kind="model",
        name="shallow_plrnn",
        target="takens_models.shallow_plrnn:ShallowPLRNN",
        summary="Piecewise-linear recurrent network with one hidden layer.",
        parameters=(
            _OBS_DIM,
            _LATENT_DIM,
            takens.Parameter("hidden_dim", 100, summary="hidden units"),
            takens.Parameter(
                "initialisation",
                "uniform",
                choices=("uniform", "talathi"),
                summary="how weights start",
            ),
            _SEED,
            takens.Parameter("clipped", False, summary="orbits stay bounded while |A| < 1"),
            *_WINDOW,
        ),
        supports=("tangent", "forcing_signal", "linear_regions"),
        source="Hess, Monfared, Brenner, Durstewitz (2023), ICML, eq. 4",
    )
    yield takens.ComponentSpec(
        kind="model",
        name="shallow_rnn",
        target="takens_models.shallow_rnn:ShallowRNN",
        summary="Recurrent network with one smooth hidden layer: the default for flows.",
        parameters=(
            _OBS_DIM,
            _LATENT_DIM,
            takens.Parameter("hidden_dim", 100, summary="hidden units"),
            takens.Parameter(
                "activation",
                "silu",
                choices=("silu", "tanh", "softplus"),
                summary="of the hidden units; smooth, so that neutral directions stay neutral",
            ),
            _SEED,
            *_WINDOW,
        ),
        supports=("tangent", "forcing_signal"),
        source="Hess, Monfared, Brenner, Durstewitz (2023), ICML, eq. 4, made smooth",
    )
    yield takens.ComponentSpec(
        kind="model",
        name="plrnn",
        target="takens_models.plrnn:PLRNN",
        summary="Piecewise-linear recurrent network, the plain form.",
        parameters=(
            _OBS_DIM,
            _LATENT_DIM,
            takens.Parameter("mean_centred", False, summary="relu(z - mean(z))"),
            _SEED,
            *_WINDOW,
        ),
        supports=("tangent", "forcing_signal", "linear_regions"),
        source="Koppe et al. (2019), PLoS Comput. Biol. 15; Brenner et al. (2022), ICML",
    )
    yield takens.ComponentSpec(
        kind="model",
        name="dendritic_plrnn",
        target="takens_models.dendritic_plrnn:DendriticPLRNN",
        summary="Piecewise-linear recurrent network whose units bend at several thresholds.",
        parameters=(
            _OBS_DIM,
            _LATENT_DIM,
            takens.Parameter("bases", 20, summary="thresholds of each unit"),
            takens.Parameter("clipped", True, summary="orbits stay bounded while |A| < 1"),
            _SEED,
            *_WINDOW,
        ),
        supports=("tangent", "forcing_signal", "linear_regions"),
        source="Brenner, Hess, Mikhaeil et al. (2022), ICML",
    )
    yield takens.ComponentSpec(
        kind="model",
        name="almost_linear_rnn",
        target="takens_models.almost_linear_rnn:AlmostLinearRNN",
        summary="Recurrent network of linear units but for a few; few linear regions.",
        parameters=(
            _OBS_DIM,
            _LATENT_DIM,
            takens.Parameter("relu_dim", 2, summary="units with a relu, the last ones"),
            _SEED,
            *_WINDOW,
        ),
        supports=("tangent", "forcing_signal", "linear_regions"),
        source="Brenner, Hemmer, Monfared, Durstewitz (2024), NeurIPS",
    )
    yield takens.ComponentSpec(
        kind="model",
        name="rnn",
        target="takens_models.rnn:RNN",
        summary="Plain recurrent network that reads a context of 15 samples.",
        parameters=(
            *_CELLS,
            _memory("restarted"),
            takens.Parameter(
                "activation", "relu", choices=("relu", "tanh"), summary="of the hidden units"
            ),
            _SEED,
        ),
        supports=("forcing_signal",),
        source="Elman (1990), Cognitive Science 14, 179-211",
    )
    for name, target, summary, source in (
        (
            "lstm",
            "takens_models.lstm:LSTM",
            "Long short-term memory.",
            "Hochreiter and Schmidhuber (1997), Neural Computation 9, 1735-1780",
        ),
        (
            "gru",
            "takens_models.gru:GRU",
            "Gated recurrent units.",
            "Cho et al. (2014), EMNLP, 1724-1734, section 2.3",
        ),
    ):
        yield takens.ComponentSpec(
            kind="model",
            name=name,
            target=target,
            summary=summary,
            parameters=(*_CELLS, _memory("carried"), _SEED),
            supports=("forcing_signal",),
            source=source,
        )
    yield takens.ComponentSpec(
        kind="model",
        name="echo_state_network",
        target="takens_models.echo_state_network:EchoStateNetwork",
        summary="A random reservoir with a linear read-out, solved in closed form; a baseline.",
        parameters=(
            _OBS_DIM,
            takens.Parameter("hidden_dim", 300, summary="units of the reservoir"),
            takens.Parameter("spectral_radius", 0.9, summary="of the reservoir's weights"),
            takens.Parameter("input_scale", 0.5, summary="of input weights and constants"),
            takens.Parameter("leak", 1.0, summary="share of a unit that is new, 0 to 1"),
            takens.Parameter("density", 0.1, summary="share of weights that are not zero"),
            takens.Parameter("ridge", 1e-6, summary="penalty of the closed form"),
            takens.Parameter(
                "context_length", 100, unit="samples", summary="that wash the start out"
            ),
            _SEED,
        ),
        supports=("forcing_signal", "closed_form"),
        source="Jaeger and Haas (2004), Science 304, 78-80",
    )
    yield takens.ComponentSpec(
        kind="model",
        name="linear_autoregression",
        target="takens_models.linear_autoregression:LinearAutoregression",
        summary="A linear function of the last samples, solved in closed form; a baseline.",
        parameters=(
            _OBS_DIM,
            takens.Parameter(
                "context_length", 10, unit="samples", summary="that a prediction is made from"
            ),
            takens.Parameter("ridge", 1e-6, summary="penalty of the closed form"),
            _SEED,
        ),
        supports=("tangent", "forcing_signal", "closed_form"),
        source="Yule (1927), Phil. Trans. R. Soc. A 226, 267-298",
    )
    yield takens.ComponentSpec(
        kind="model",
        name="persistence",
        target="takens_models.persistence:Persistence",
        summary="The last sample for ever; a baseline with nothing to learn.",
        parameters=(_OBS_DIM,),
        supports=("tangent", "forcing_signal", "closed_form"),
    )
    yield takens.ComponentSpec(
        kind="model",
        name="neural_ode",
        target="takens_models.neural_ode:NeuralODE",
        summary="A differential equation whose field is a network.",
        parameters=(
            _OBS_DIM,
            takens.Parameter(
                "latent_dim", None, types=(int,), summary="latent variables; obs_dim by default"
            ),
            *_network(64),
            _INTEGRATOR,
            _SEED,
            *_WINDOW,
        ),
        supports=("jacobian", "forcing_signal"),
        source="Chen, Rubanova, Bettencourt, Duvenaud (2018), NeurIPS, eq. 2",
    )
    yield takens.ComponentSpec(
        kind="model",
        name="augmented_neural_ode",
        target="takens_models.augmented_neural_ode:AugmentedNeuralODE",
        summary="A neural differential equation with variables beyond the observed ones.",
        parameters=(
            _OBS_DIM,
            takens.Parameter("augmentation", 1, summary="further variables"),
            *_network(64),
            _INTEGRATOR,
            _SEED,
            *_window("zeros"),
        ),
        supports=("jacobian", "forcing_signal"),
        source="Dupont, Doucet, Teh (2019), NeurIPS",
    )
    yield takens.ComponentSpec(
        kind="model",
        name="known_ode",
        target="takens_models.known_ode:KnownODE",
        summary="A system by its name, some of whose parameters are learned.",
        parameters=(
            *_KNOWN,
            takens.Parameter(
                "learn_initial", False, summary="correct the measured start, for one trajectory"
            ),
            _INTEGRATOR,
            _SEED,
        ),
        supports=("jacobian", "forcing_signal", "adopt_units"),
    )
    yield takens.ComponentSpec(
        kind="model",
        name="universal_ode",
        target="takens_models.universal_ode:UniversalODE",
        summary="A known system plus a network that learns what it lacks.",
        parameters=(*_KNOWN, *_network(32), _INTEGRATOR, _SEED),
        supports=("jacobian", "forcing_signal", "adopt_units"),
        source="Rackauckas et al. (2020), arXiv:2001.04385",
    )


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"takens_models.{home}"), name)
