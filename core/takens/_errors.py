"""The errors that takens raises on purpose, and the exit code of each."""

import difflib
from collections.abc import Iterable, Mapping
from typing import Final


class TakensError(Exception):
    """The work failed; the message is one sentence for the person who asked for it."""

    exit_code = 1


class InputError(TakensError, ValueError):
    """What was given cannot be used; the message says what was given, expected and to do."""

    exit_code = 2


class ConfigurationError(InputError):
    """A configuration file, or a ``--set`` option, cannot be used."""


class DataError(InputError):
    """A time series, or the file that it was to be read from, cannot be used."""


class DeviceError(InputError):
    """A device was asked for that this machine does not have."""


class CheckpointError(InputError):
    """A checkpoint cannot be read, or does not belong to this run."""


class ComponentError(InputError):
    """A component could not be made."""


class UnknownComponentError(ComponentError, LookupError):
    """No enabled plugin offers a component of that kind and name."""


class AmbiguousComponentError(ComponentError, LookupError):
    """Two plugins offer the name; say which, as ``plugin:name``."""


class IntegrationError(TakensError):
    """A solve did not reach its last time."""


class TrainingError(TakensError):
    """Training stopped before its last step."""


class PluginError(TakensError):
    """The code of a plugin failed; the message names it, its distribution and what to do."""


class PluginWarning(UserWarning):
    """An installed plugin could not be used, or failed in one of its hooks."""


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
