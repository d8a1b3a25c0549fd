"""The nearest known name, for who mistyped one or knows it by another."""

import difflib
from collections.abc import Iterable, Mapping
from typing import Final

# What others call the same thing, and what it may be called here.
_ELSEWHERE: Final[Mapping[str, tuple[str, ...]]] = {
    "epochs": ("steps",),
    "max_epochs": ("steps",),
    "num_epochs": ("steps",),
    "iterations": ("steps",),
    "length": ("steps",),
    "batch_size": ("batch",),
    "lr": ("learning_rate",),
    "step_size": ("learning_rate", "dt"),
    "seq_len": ("window",),
    "sequence_length": ("window",),
    "max_norm": ("gradient_clip",),
    "ensemble_size": ("members",),
    "sampling_interval": ("dt",),
    "h": ("dt",),
    "x0": ("initial", "context"),
    "u0": ("initial", "context"),
    "y0": ("initial", "context"),
    "solver": ("integrator",),
    "method": ("integrator",),
    "random_state": ("seed",),
    "burn_in": ("transient", "context"),
    "warmup": ("context", "transient"),
    "thin": ("keep_every",),
    "verbose": ("progress",),
    "input_size": ("obs_dim",),
    "hidden_size": ("hidden_dim",),
    "latent_size": ("latent_dim",),
    "weight_decay": ("regularisation",),
    "ground_truth": ("truth",),
}


def near(name: str, known: Iterable[str]) -> str:
    """Return `` Did you mean 'x'?`` for the closest known name, or nothing."""
    known = list(known)
    same = [ours for ours in _ELSEWHERE.get(name, ()) if ours in known]
    close = same or difflib.get_close_matches(name, known, n=1)
    if not close:
        return ""
    note = " (updates, not passes over the data)" if "epochs" in name and same else ""
    return f" Did you mean {close[0]!r}{note}?"
