"""The forcing loop, which every teacher-forcing scheme shares."""

import torch
from torch import Tensor

import takens


def forced_predictions(
    model: takens.Model, windows: Tensor, dt: float, every: int, warm_up: int = 0
) -> Tensor:
    """Predict each sample of `windows: (b, T, n)` after the context: `(b, T - c, n)`.

    The state starts from the first `c = context_length` samples. It is forced to agree with
    the data at each of the ``warm_up`` samples after that, and then at every ``every``-th; a
    prediction is taken before it is forced. No gradient flows through what forcing replaces.
    """
    step = takens.latent_map(model, dt)
    c = model.context_length
    z = model.encode(windows[:, :c])
    states: list[Tensor] = []
    for i, x in enumerate(windows[:, c - 1 : -1].unbind(1)):
        if i and (i < warm_up or (i - warm_up) % every == 0):
            z = model.force(z, x)
        z = step(z)
        states.append(z)
    return model.observe(torch.stack(states, 1))


def forced_loss(
    model: takens.Model, windows: Tensor, times: Tensor, every: int, warm_up: int = 0
) -> Tensor:
    """Give the mean squared error of the predictions after the warm-up: `(b, T, n) -> ()`.

    Raises: InputError where the windows leave nothing to predict.
    """
    first = model.context_length + warm_up
    if windows.shape[1] <= first:
        raise takens.InputError(
            f"Windows of {windows.shape[1]} samples leave nothing to predict after a context "
            f"of {model.context_length} and a warm-up of {warm_up}; choose longer windows."
        )
    dt = float((times[..., 1] - times[..., 0]).flatten()[0])
    predictions = forced_predictions(model, windows, dt, every, warm_up)[:, warm_up:]
    return (predictions - windows[:, first:]).square().mean()
