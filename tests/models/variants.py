"""Every model, small, and its variants."""

from typing import Any, Final

import torch

import takens

SMALL: Final[dict[str, dict[str, Any]]] = {
    "almost_linear_rnn": {"latent_dim": 5, "relu_dim": 2},
    "augmented_neural_ode": {"width": 6},
    "dendritic_plrnn": {"latent_dim": 5, "bases": 3},
    "echo_state_network": {"hidden_dim": 12, "context_length": 4},
    "gru": {"hidden_dim": 4, "layers": 2, "context_length": 3},
    "hierarchical": {"base": {"name": "shallow_rnn", "latent_dim": 3, "hidden_dim": 6}},
    "known_ode": {
        "system": "fitzhugh_nagumo",
        "parameters": {"a": 0.6},
        "learn": ["a", "tau", "current"],
        "positive": ["tau"],
        "bounds": {"current": [0.1, 3.0]},
    },
    "linear_autoregression": {"context_length": 3},
    "lstm": {"hidden_dim": 4, "layers": 2, "context_length": 3},
    "neural_ode": {"width": 6},
    "persistence": {},
    "plrnn": {"latent_dim": 5},
    "rnn": {"hidden_dim": 4, "layers": 2, "context_length": 3},
    "shallow_plrnn": {"latent_dim": 5, "hidden_dim": 6},
    "shallow_rnn": {"latent_dim": 5, "hidden_dim": 6},
    "universal_ode": {
        "system": "fitzhugh_nagumo",
        "width": 5,
        "learn": ["a"],
    },
}
VARIANTS: Final[list[tuple[str, dict[str, Any]]]] = [
    *SMALL.items(),
    ("augmented_neural_ode", {"width": 6, "initial_state": "linear"}),
    ("dendritic_plrnn", {"latent_dim": 5, "bases": 3, "clipped": False}),
    ("hierarchical", {"base": {"name": "neural_ode", "width": 5}, "features": 2}),
    ("hierarchical", {"base": {"name": "dendritic_plrnn", "latent_dim": 4, "bases": 3}}),
    ("known_ode", {"system": "lorenz63", "learn": ["rho"], "learn_initial": True}),
    ("known_ode", {"system": "harmonic_oscillator", "learn": ["frequency"]}),
    ("neural_ode", {"width": 6, "activation": "softplus", "observation": "affine"}),
    ("neural_ode", {"width": 6, "integrator": {"name": "midpoint", "substeps": 2}}),
    ("plrnn", {"latent_dim": 5, "mean_centred": True}),
    ("plrnn", {"latent_dim": 5, "initial_state": "zeros"}),
    ("plrnn", {"latent_dim": 5, "initial_state": "encoder", "context_length": 3}),
    ("plrnn", {"latent_dim": 5, "initial_state": "warm_up", "context_length": 3}),
    ("rnn", {"hidden_dim": 4, "context_length": 3, "memory": "carried", "activation": "tanh"}),
    ("shallow_plrnn", {"latent_dim": 5, "hidden_dim": 6, "clipped": True}),
    ("shallow_plrnn", {"latent_dim": 5, "hidden_dim": 6, "observation": "affine"}),
    ("shallow_plrnn", {"latent_dim": 1, "hidden_dim": 6, "observation": "affine"}),
    ("shallow_plrnn", {"latent_dim": 5, "hidden_dim": 6, "observation": "network"}),
    ("shallow_plrnn", {"latent_dim": 2, "hidden_dim": 6}),
    ("shallow_rnn", {"latent_dim": 5, "hidden_dim": 6, "activation": "softplus"}),
    ("shallow_rnn", {"latent_dim": 3, "hidden_dim": 6, "activation": "tanh"}),
    ("universal_ode", {"system": "lorenz63", "width": 5}),
]


def label(variant: tuple[str, dict[str, Any]]) -> str:
    name, settings = variant
    words = [f"{k}={v}" for k, v in settings.items() if SMALL[name].get(k) != v]
    return "-".join([name, *words])


def make(variant: tuple[str, dict[str, Any]], seed: int = 3) -> Any:
    name, settings = variant
    wanted = {p.name for p in takens.models.spec(name).parameters}
    seeded = {"seed": seed} if "seed" in wanted else {}
    model = takens.create("model", name, obs_dim=2, **settings | seeded)
    return model.to(torch.device("cpu"), torch.float64)


def numbers(*shape: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def call(model: Any, z: torch.Tensor) -> torch.Tensor:
    """Apply the latent dynamics, whatever the model's time is."""
    if model.time is takens.plugin.Time.CONTINUOUS:
        return model(z.new_zeros(()), z)
    return model(z)
