"""Systems learned with their drive, and run under a drive that they have never seen.

A Duffing oscillator and a FitzHugh-Nagumo cell are driven by sums of sines, learned, and run
under one sine of another strength. Exponents are conditional on that drive, for the model and
for the equations by the same metric.

    python benchmarks/inputs.py duffing 0 1 2
    python benchmarks/inputs.py fitzhugh_nagumo 0 1 2
"""

import json
import sys
import time
from typing import Any

import torch
from torch import Tensor

import takens

SAMPLES, TEST = 20_000, 10_000
SYSTEMS: dict[str, dict[str, Any]] = {
    "duffing": {
        "system": {"amplitude": 0.0, "input_dim": 1},
        "dt": 0.1,
        "learned": (0.3, 2.0, 0.5),
        "unseen": (0.4, 1.0),
    },
    "fitzhugh_nagumo": {
        "system": {"current": 0.3, "input_dim": 1},
        "dt": 0.5,
        "learned": (0.02, 0.5, 0.4),
        "unseen": (0.35, 0.19),
    },
}
MODELS: dict[str, dict[str, Any]] = {
    "shallow_rnn": {"latent_dim": 2, "hidden_dim": 50},
    "neural_ode": {"width": 50, "depth": 1, "activation": "silu"},
}


def sines(t: Tensor, low: float, high: float, size: float, seed: int) -> Tensor:
    """Return a sum of six sines of random frequencies and phases: `(T, 1)`."""
    generator = torch.Generator().manual_seed(seed)
    frequencies, phases = torch.rand(2, 6, generator=generator, dtype=torch.float64)
    frequencies = low * (high / low) ** frequencies
    waves = torch.sin(frequencies * t[:, None] + 2 * torch.pi * phases)
    return size / 3**0.5 * waves.sum(1, keepdim=True)


def data(name: str, seed: int) -> tuple[Any, takens.TimeSeries, takens.TimeSeries]:
    """Return the system, a record to learn from, and one under the drive that is unseen."""
    about = SYSTEMS[name]
    system: Any = takens.create("system", name, **about["system"])
    t = about["dt"] * torch.arange(SAMPLES + 1000, dtype=torch.float64)
    low, high, most = about["learned"]
    size, frequency = about["unseen"]
    unseen = size * torch.cos(frequency * t[: TEST + 1000]).unsqueeze(-1)
    drives = (sines(t, low, high, most, seed), unseen)
    learn, judge = (
        takens.simulate(system, dt=about["dt"], steps=len(u) - 1000, inputs=u, seed=seed)
        for u in drives
    )
    return system, learn, judge


def trial(name: str, model: str, seed: int, steps: int) -> dict[str, Any]:
    """Learn once, and judge under the drive that is unseen."""
    system, learn, judge = data(name, seed)
    began = time.perf_counter()
    fit = takens.fit(
        {"name": model, **MODELS[model]},
        learn,
        {"name": "generalised_teacher_forcing", "alpha": 0.1},
        steps=steps,
        window=50,
        check_every=0,
        final_learning_rate=1e-5,
        seed=seed,
    )
    seconds = time.perf_counter() - began
    metrics = {
        "exponent": takens.metrics.create("max_lyapunov", steps=5_000, transient=500),
        "error": takens.metrics.create("prediction_error"),
        "divergence": takens.metrics.create("state_space_divergence"),
    }
    scores = takens.evaluate(fit.model, judge, metrics, truth=system, starts=8)
    found: dict[str, Any] = {"system": name, "model": model, "seed": seed, "seconds": seconds}
    for key, score in scores.items():
        found[key] = score.value
        found[f"{key} floor"] = score.floor
    found["true exponent"] = scores["exponent"].truth
    found["loss"] = fit.history[-1]["loss"]
    return found


if __name__ == "__main__":
    _, name, *seeds = sys.argv
    for seed in seeds:
        for model in MODELS:
            print(json.dumps(trial(name, model, int(seed), 2_000)), flush=True)
