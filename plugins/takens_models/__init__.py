"""Models that can be trained."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

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

_MODELS: Final = {
    "shallow_plrnn:ShallowPLRNN": ("tangent", "forcing_signal", "linear_regions"),
    "shallow_rnn:ShallowRNN": ("tangent", "forcing_signal"),
    "plrnn:PLRNN": ("tangent", "forcing_signal", "linear_regions"),
    "dendritic_plrnn:DendriticPLRNN": ("tangent", "forcing_signal", "linear_regions"),
    "almost_linear_rnn:AlmostLinearRNN": ("tangent", "forcing_signal", "linear_regions"),
    "rnn:RNN": ("forcing_signal",),
    "lstm:LSTM": ("forcing_signal",),
    "gru:GRU": ("forcing_signal",),
    "echo_state_network:EchoStateNetwork": ("forcing_signal", "closed_form"),
    "linear_autoregression:LinearAutoregression": ("tangent", "forcing_signal", "closed_form"),
    "persistence:Persistence": ("tangent", "forcing_signal", "closed_form"),
    "neural_ode:NeuralODE": ("jacobian", "forcing_signal"),
    "augmented_neural_ode:AugmentedNeuralODE": ("jacobian", "forcing_signal"),
    "known_ode:KnownODE": ("jacobian", "forcing_signal", "adopt_units"),
    "universal_ode:UniversalODE": ("jacobian", "forcing_signal", "adopt_units"),
}


@takens.plugin.hookimpl
def takens_components() -> Iterator[takens.plugin.ComponentSpec]:
    """Offer the models of this package."""
    for place, supports in _MODELS.items():
        name, _, model = place.partition(":")
        yield takens.plugin.ComponentSpec(
            kind="model",
            name=name,
            target=f"takens_models.{place}",
            settings=f"takens_models.settings:{model}Settings",
            supports=supports,
        )


if not TYPE_CHECKING:
    __getattr__ = takens.plugin.LazyNames(__name__)
