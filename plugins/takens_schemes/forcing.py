"""The forcing loop, which every teacher-forcing scheme shares."""

import torch
from torch import Tensor

import takens
from takens_schemes.objective import Objective, objective_of
from takens_schemes.settings import GeneralisedTeacherForcingSettings


def forced_loss(
    model: takens.plugin.Model,
    windows: Tensor,
    times: Tensor,
    strength: Tensor,
    objective: Objective,
    *,
    warm_up: int = 0,
    step: int = 0,
    drive: Tensor | None = None,
) -> Tensor:
    """Return the loss, `(...)`, of the predictions of `windows: (..., b, T, n)`.

    `strength: (..., T - c)` says how far the state is made to agree with the data before
    each prediction, and ``drive`` what acts; see ``takens.plugin.forced_run``. The first
    ``warm_up`` are left out.

    Raises: InputError where the windows leave nothing to predict, or a map is to be trained on
    samples that are not equally spaced.
    """
    noisy = objective.inputs(windows, step)
    states = takens.plugin.forced_run(
        model, noisy, dt=steps_of(times), strength=strength, skip=warm_up, drive=drive
    )
    targets = objective.targets(windows, noisy)[..., model.context_length + warm_up :, :]
    return objective.value(model, states, targets)


def pulled_loss(
    scheme: GeneralisedTeacherForcingSettings,
    alpha: Tensor,
    model: takens.plugin.Model,
    windows: Tensor,
    times: Tensor,
    step: int,
    drive: Tensor | None = None,
) -> Tensor:
    """Return the loss of generalised forcing at the strength `alpha: ()` or `(members,)`.

    Where only a share k of the windows is known, alpha becomes `1 - (1 - alpha)^(1 / k)`.

    Raises: InputError where there are not as many strengths as members; see ``forced_loss``.
    """
    members, every = windows.shape[:-3], scheme.every
    if isinstance(every, str):
        raise takens.InputError(
            "every = 'auto' is chosen from the data: call set_up(x, dt) first, as fit does."
        )
    if alpha.ndim and alpha.shape != members:
        raise takens.InputError(
            f"generalised_teacher_forcing lists {len(alpha)} alphas and there are "
            f"{members.numel()} models; list one for each, and set training.members."
        )
    warm_up = scheme.warm_up
    count = predicted(model, windows, warm_up)
    if takens.plugin.has_gaps(windows):
        # What is known pulls as much in a given time as all would.
        known = (~windows.isnan()).double().mean((-3, -2, -1)).cpu()
        alpha = 1 - (1 - alpha.double()) ** (1 / known)
    pulled = every_nth(count, every, warm_up)
    strength = alpha.double().unsqueeze(-1) * pulled
    strength[..., 1:warm_up] = 1
    objective = objective_of(scheme)
    return forced_loss(
        model, windows, times, strength, objective, warm_up=warm_up, step=step, drive=drive
    )


def predicted(model: takens.plugin.Model, windows: Tensor, warm_up: int) -> int:
    """Return how many samples of each window are predicted, with those of the warm-up.

    Raises: InputError where nothing is left.
    """
    count = windows.shape[-2] - model.context_length
    if count <= warm_up:
        raise takens.InputError(
            f"Windows of {windows.shape[-2]} samples leave nothing to predict after a context "
            f"of {model.context_length} and a warm-up of {warm_up}; choose longer windows."
        )
    return count


def steps_of(times: Tensor) -> float | Tensor:
    """Return the interval between samples, or each of them where they differ."""
    steps = times.diff()
    dt = float(steps.flatten()[0])
    return dt if float((steps - dt).abs().max()) <= 1e-3 * dt else steps


def interval(times: Tensor) -> float:
    """Return the interval between samples.

    Raises: InputError where they are not equally spaced.
    """
    dt = steps_of(times)
    if isinstance(dt, Tensor):
        raise takens.InputError(
            "This scheme needs samples that are equally spaced, and these are not; resample "
            "them, or choose trajectory_matching or generalised_teacher_forcing with a model "
            "that is continuous in time."
        )
    return dt


def every_nth(count: int, every: int, warm_up: int) -> Tensor:
    """Force throughout the warm-up and at every n-th sample after it: `(count,)`.

    The state at the start agrees with the data already, and is not forced.

    Raises: InputError where windows are so short that nothing is ever forced.
    """
    if every > count:
        raise takens.InputError(
            f"Forcing every {every} samples never happens in windows of which {count} are "
            "predicted; shorten the interval or lengthen the windows."
        )
    strength = torch.zeros(count, dtype=torch.float64)
    strength[:warm_up] = 1
    strength[warm_up::every] = 1
    strength[0] = 0
    return strength
