"""The forcing loop, which every teacher-forcing scheme shares."""

import torch
from torch import Tensor

import takens
from takens_schemes.objective import Objective


def forced_loss(
    model: takens.Model,
    windows: Tensor,
    times: Tensor,
    strength: Tensor,
    objective: Objective,
    *,
    warm_up: int = 0,
    step: int = 0,
) -> Tensor:
    """Give the loss, `(...)`, of the predictions of `windows: (..., b, T, n)`.

    `strength: (..., T - c)` says how far the state is made to agree with the data before
    each prediction; see ``takens.forced_run``. The first ``warm_up`` are left out.

    Raises: InputError where the windows leave nothing to predict, or their samples are not
    equally spaced.
    """
    noisy = objective.inputs(windows, step)
    states = takens.forced_run(
        model, noisy, dt=interval(times), strength=strength, skip=warm_up
    )
    targets = objective.targets(windows, noisy)[..., model.context_length + warm_up :, :]
    return objective.value(model, model.observe(states), targets)


def predicted(model: takens.Model, windows: Tensor, warm_up: int) -> int:
    """Give how many samples of each window are predicted, with those of the warm-up.

    Raises: InputError where nothing is left.
    """
    count = windows.shape[-2] - model.context_length
    if count <= warm_up:
        raise takens.InputError(
            f"Windows of {windows.shape[-2]} samples leave nothing to predict after a context "
            f"of {model.context_length} and a warm-up of {warm_up}; choose longer windows."
        )
    return count


def interval(times: Tensor) -> float:
    """Give the interval between samples.

    Raises: InputError where they are not equally spaced.
    """
    steps = times.diff()
    dt = float(steps.flatten()[0])
    if float((steps - dt).abs().max()) > 1e-3 * dt:
        raise takens.InputError(
            "Forcing needs samples that are equally spaced, and these are not; resample them, "
            "or choose trajectory_matching with a model that is continuous in time."
        )
    return dt


def every_nth(count: int, every: int, warm_up: int) -> Tensor:
    """Force throughout the warm-up and at every n-th sample after it: `(count,)`.

    The state at the start agrees with the data already, and is not forced.
    """
    strength = torch.zeros(count, dtype=torch.float64)
    strength[:warm_up] = 1
    strength[warm_up::every] = 1
    strength[0] = 0
    return strength


def refuse_below(scheme: str, **least: tuple[float, float]) -> None:
    """Refuse arguments below their least value, given as (value, least) by name.

    Raises: ComponentError.
    """
    for name, (value, lowest) in least.items():
        if not value >= lowest:
            raise takens.ComponentError(
                f"{scheme}: {name} is at least {lowest:g}; got {value}."
            )
