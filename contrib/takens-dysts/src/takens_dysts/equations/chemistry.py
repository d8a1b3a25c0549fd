"""Reactions."""

# Names and letters are those of dysts.
# ruff: noqa: D103

import torch
from torch import Tensor

from takens_dysts.entries import Entries, Number


def belousov_zhabotinsky(
    x: Tensor,
    z: Tensor,
    v: Tensor,
    c1: Number,
    c10: Number,
    c11: Number,
    c12: Number,
    c13: Number,
    c2: Number,
    c3: Number,
    c4: Number,
    c5: Number,
    c6: Number,
    c7: Number,
    c8: Number,
    c9: Number,
    ci: Number,
    kf: Number,
    t0: Number,
    y0: Number,
    yb1: Number,
    yb2: Number,
    yb3: Number,
    z0: Number,
) -> Entries:
    ybar = (1 / y0) * yb1 * z * v / (yb2 * x + yb3 + kf)
    x = torch.clamp(x, min=0)
    rf = (ci - z0 * z) * torch.sqrt(x)
    xdot = c1 * x * ybar + c2 * ybar + c3 * x**2 + c4 * rf + c5 * x * z - kf * x
    zdot = (c6 / z0) * rf + c7 * x * z + c8 * z * v + c9 * z - kf * z
    vdot = c10 * x * ybar + c11 * ybar + c12 * x**2 + c13 * z * v - kf * v
    return xdot * t0, zdot * t0, vdot * t0


def forced_brusselator(
    x: Tensor, y: Tensor, z: Tensor, a: Number, b: Number, f: Number, w: Number
) -> Entries:
    xdot = a + x**2 * y - (b + 1) * x + f * torch.cos(z)
    ydot = b * x - x**2 * y
    zdot = w
    return xdot, ydot, zdot


def glycolytic_oscillation(
    a: Tensor,
    b: Tensor,
    c: Tensor,
    d: Number,
    k: Number,
    l1: Number,
    l2: Number,
    nu: Number,
    q1: Number,
    q2: Number,
    s1: Number,
    s2: Number,
) -> Entries:
    phi = a * (1 + a) * (1 + b) ** 2 / (l1 + (1 + a) ** 2 * (1 + b) ** 2)
    eta = b * (1 + d * b) * (1 + c) ** 2 / (l2 + (1 + d * b) ** 2 * (1 + c) ** 2)
    adot = nu - s1 * phi
    bdot = q1 * s1 * phi - s2 * eta
    cdot = q2 * s2 * eta - k * c
    return adot, bdot, cdot


def isothermal_chemical(
    alpha: Tensor,
    beta: Tensor,
    gamma: Tensor,
    delta: Number,
    kappa: Number,
    mu: Number,
    sigma: Number,
) -> Entries:
    alphadot = mu * (kappa + gamma) - alpha * beta**2 - alpha
    betadot = (alpha * beta**2 + alpha - beta) / sigma
    gammadot = (beta - gamma) / delta
    return alphadot, betadot, gammadot


def kawczynski_strizhak(
    x: Tensor, y: Tensor, z: Tensor, beta: Number, gamma: Number, kappa: Number, mu: Number
) -> Entries:
    xdot = gamma * y - gamma * x**3 + 3 * mu * gamma * x
    ydot = -2 * mu * x - y - z + beta
    zdot = kappa * x - kappa * z
    return xdot, ydot, zdot
