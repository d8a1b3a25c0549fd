"""Updates of an ensemble by observations.

Ensembles are `(problems, members, m)`, what they predict `(problems, members, p)`. Where an
observation is missing its row of the predictions and of the innovations is zero, and its error
has no correlation with others: then it has no effect, exactly.
"""

from __future__ import annotations

import functools
import math
from typing import final

import attrs
import torch
from torch import Tensor

from takens_assimilation.draws import Draws
from takens_assimilation.linear_algebra import (
    cholesky,
    eigh,
    inverse_times,
    lower_inverse_times,
    qr,
)


@final
@attrs.frozen(eq=False)
class Innovation:
    """What observations say against a forecast.

    `difference: (problems, p)` is the observation less the mean prediction, `anomalies:
    (problems, members, p)` are the predictions less their mean, `noise: (problems, p, p)` is
    the covariance of the observations' errors, and `present: (problems, p)` says which there
    are.
    """

    difference: Tensor
    anomalies: Tensor
    noise: Tensor
    present: Tensor

    @classmethod
    def between(cls, observed: Tensor, predicted: Tensor, noise: Tensor) -> Innovation:
        """Compare `observed: (problems, p)`, NaN for none, with `(problems, members, p)`."""
        present = ~observed.isnan()
        mean = predicted.mean(-2)
        both = present.unsqueeze(-1) & present.unsqueeze(-2)
        alone = torch.eye(observed.shape[-1], dtype=noise.dtype)
        return cls(
            torch.where(present, observed - mean, 0.0),
            (predicted - mean.unsqueeze(-2)) * present.unsqueeze(-2),
            torch.where(both, noise, alone),
            present,
        )

    def whitened(self) -> tuple[Tensor, Tensor]:
        """Return `(problems, p)` and anomalies `(problems, p, members)`, in units of noise."""
        root = cholesky(self.noise)
        together = torch.cat((self.difference.unsqueeze(-1), self.anomalies.mT), -1)
        white = lower_inverse_times(root, together)
        return white[..., 0], white[..., 1:]


def stochastic_update(
    ensemble: Tensor,
    innovation: Innovation,
    draws: Draws,
    tapers: tuple[Tensor, Tensor] | None = None,
) -> Tensor:
    """Move every member towards observations that are perturbed for it alone.

    The perturbations have mean zero over the members. ``tapers`` multiply the covariances of
    state and predictions `(m, p)`, and of predictions `(p, p)`.

    Source: Evensen (1994), Sequential data assimilation with a nonlinear quasi-geostrophic
    model, J. Geophys. Res. 99; Burgers, van Leeuwen and Evensen (1998), Analysis scheme in the
    ensemble Kalman filter, Mon. Wea. Rev. 126, for the perturbations; Houtekamer and Mitchell
    (2001), A sequential ensemble Kalman filter, Mon. Wea. Rev. 129, for the tapers.
    """
    members, p = innovation.anomalies.shape[-2:]
    root = cholesky(innovation.noise)
    drawn = draws.normal(members, p) @ root.mT
    drawn = (drawn - drawn.mean(-2, keepdim=True)) * math.sqrt(members / (members - 1))
    towards = innovation.difference.unsqueeze(-2) - innovation.anomalies + drawn
    towards = towards * innovation.present.unsqueeze(-2)
    anomalies = ensemble - ensemble.mean(-2, keepdim=True)
    cross = anomalies.mT @ innovation.anomalies / (members - 1)
    among = innovation.anomalies.mT @ innovation.anomalies / (members - 1)
    if tapers is not None:
        cross, among = cross * tapers[0], among * tapers[1]
    weights = inverse_times(among + innovation.noise, towards.mT)
    return ensemble + (cross @ weights).mT


def transform_update(ensemble: Tensor, innovation: Innovation) -> Tensor:
    """Transform the ensemble to the mean and covariance of the analysis, without any draw.

    Source: Bishop, Etherton and Majumdar (2001), Adaptive sampling with the ensemble transform
    Kalman filter, Mon. Wea. Rev. 129; Hunt, Kostelich and Szunyogh (2007), Efficient data
    assimilation for spatiotemporal chaos, Physica D 230, eqs. 20-24, for the symmetric root.
    """
    mean = ensemble.mean(-2, keepdim=True)
    difference, anomalies = innovation.whitened()
    return mean + _transformed(ensemble - mean, difference, anomalies)


def local_transform_update(ensemble: Tensor, innovation: Innovation, taper: Tensor) -> Tensor:
    """Transform every variable of the state by the observations near it alone.

    The precision of an observation is multiplied by the `taper: (m, p)`.

    Source: Hunt, Kostelich and Szunyogh (2007), Physica D 230, section 4.
    """
    mean = ensemble.mean(-2, keepdim=True)
    difference, anomalies = innovation.whitened()
    # As many as the variable with most neighbours has; the others get some of no weight.
    most = int((taper > 0).sum(-1).max())
    weights, near = taper.topk(max(most, 1), dim=-1)
    root = weights.sqrt()
    each = (ensemble - mean).mT.unsqueeze(-1)
    seen = anomalies[:, near] * root.unsqueeze(-1)
    return mean + _transformed(each, difference[:, near] * root, seen).squeeze(-1).mT


def _transformed(states: Tensor, difference: Tensor, anomalies: Tensor) -> Tensor:
    """Return the analysis less the mean of the forecast, whose anomalies are ``states``.

    `states: (..., members, m)`, and whitened `difference: (..., p)` and `anomalies: (..., p,
    members)`. The eigenproblem is that of the smaller of two matrices which share their
    eigenvalues; with more members than observations no square matrix of members is made.
    """
    p, members = anomalies.shape[-2:]
    a = members - 1
    if p < members:
        values, vectors = eigh(anomalies @ anomalies.mT)
        values = values.clamp(min=0).unsqueeze(-2)
        turned = anomalies.mT @ vectors
        along = turned.mT @ states
        mean = ((vectors.mT @ difference.unsqueeze(-1)) / (a + values).mT).mT @ along
        # (sqrt(a / (a + v)) - 1) / v, without a division by zero.
        shrink = -1 / ((a + values) * (1 + (a / (a + values)).sqrt()))
        return states + (turned * shrink) @ along + mean
    values, vectors = eigh(anomalies.mT @ anomalies)
    values = values.clamp(min=0).unsqueeze(-2)
    weights = (vectors / (a + values)) @ (
        vectors.mT @ (anomalies.mT @ difference.unsqueeze(-1))
    )
    root = (vectors * (a / (a + values)).sqrt()) @ vectors.mT
    return (root + weights.mT) @ states


def rotate(ensemble: Tensor, draws: Draws) -> Tensor:
    """Rotate the anomalies at random, which keeps mean and covariance.

    The work grows with the cube of the number of members.

    Source: Sakov and Oke (2008), Implications of the form of the ensemble transformation in
    the ensemble square root filters, Mon. Wea. Rev. 136, 1042-1053.
    """
    members = ensemble.shape[-2]
    mean = ensemble.mean(-2, keepdim=True)
    drawn, upper = qr(draws.normal(members - 1, members - 1))
    drawn = drawn * upper.diagonal(dim1=-2, dim2=-1).sign().unsqueeze(-2)
    basis = _basis(members).to(ensemble.dtype)
    return mean + basis @ (drawn @ (basis.mT @ (ensemble - mean)))


@functools.cache
def _basis(members: int) -> Tensor:
    """Return an orthonormal basis of what is orthogonal to (1, ..., 1)."""
    first = torch.eye(members, dtype=torch.float64)
    first[:, 0] = 1.0
    return qr(first)[0][:, 1:]
