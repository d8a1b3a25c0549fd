"""Finding the learning rate, by short trainings at several."""

from __future__ import annotations

import math
from copy import deepcopy
from typing import Final

import attrs
import torch

from takens._dynamics.ensemble import Ensemble
from takens._protocols.scheme import SupportsEnsembles
from takens._training.preparation import Prepared
from takens._training.updates import Updates
from takens._training.windows import WindowDraws
from takens.errors import InputError, TrainingError

RATES: Final = (2e-2, 1e-2, 3e-3, 1e-3)
# Updates at each rate: a tenth of the training, within these.
_FEWEST, _MOST = 50, 300
# Losses of the last part of a short training are compared, and a higher rate goes before a
# lower one that is no better by so much, since it gets further in the same number of updates.
_PART: Final = 4
_BETTER: Final = 0.9


def with_found_rate(prepared: Prepared, seed: int) -> Prepared:
    """Return the training with a learning rate, where it is to be found, and say why.

    Copies of the first model are trained at once for a tenth of the updates, on the same
    windows, at rates that fall to the final one as in the training itself.

    Raises: InputError where the scheme cannot train so many copies.
    """
    training = prepared.training
    if training.learning_rate != "auto":
        return prepared
    steps = min(max(training.steps // 10, _FEWEST), _MOST)
    try:
        losses = _losses(prepared, steps, seed)
    except InputError as error:
        raise InputError(
            f'training.learning_rate = "auto" trains {len(RATES)} copies of the model at once, '
            f"which {type(prepared.scheme).__name__} does not as it is set; give a number. "
            f"({error})"
        ) from error
    finite = [(rate, loss) for rate, loss in zip(RATES, losses, strict=True) if loss < math.inf]
    rate, least = finite[0] if finite else (RATES[-1] / 10, math.inf)
    for lower, loss in finite[1:]:
        if loss < _BETTER * least:
            rate, least = lower, loss
    told = ", ".join(
        f"{loss:.3g} at {each:g}" if loss < math.inf else f"none at {each:g}"
        for each, loss in zip(RATES, losses, strict=True)
    )
    remark = f"training.learning_rate = {rate:g}: losses after {steps} updates were {told}."
    return attrs.evolve(
        prepared,
        training=attrs.evolve(training, learning_rate=rate),
        remarks=(*prepared.remarks, remark),
    )


def _losses(prepared: Prepared, steps: int, seed: int) -> list[float]:
    """Return the mean loss at the end of a short training at each rate; inf where none."""
    members = tuple(deepcopy(prepared.members[0]) for _ in RATES)
    scheme = deepcopy(prepared.scheme)
    together = isinstance(scheme, SupportsEnsembles)
    trial = attrs.evolve(
        prepared,
        members=members,
        scheme=scheme,
        learner=Ensemble([member.inner for member in members]) if together else None,
        training=attrs.evolve(
            prepared.training,
            members=len(RATES),
            learning_rate=RATES,
            steps=steps,
            check_every=0,
            step_backs=0,
        ),
    )
    updates = Updates.begin(trial, seed)
    updates.draws = WindowDraws(prepared.windows, [seed] * len(RATES), bootstrap=False)
    found: list[torch.Tensor] = []
    try:
        for step in range(steps):
            figures = updates.make(step)
            if step >= steps - steps // _PART:
                losses = figures()["member_loss"]
                known = [math.nan if loss is None else loss for loss in losses]
                found.append(torch.tensor(known, dtype=torch.float64))
    except TrainingError:
        return [math.inf] * len(RATES)
    finally:
        updates.weights.release()
    mean = torch.stack(found).mean(0).nan_to_num(math.inf)
    return [float(loss) for loss in mean]
