"""Reactions."""

# Names and letters are those of dysts.
# ruff: noqa: D103

import torch

from takens_dysts.entries import Entries, P, X


def belousov_zhabotinsky(
    x: X,
    z: X,
    v: X,
    c1: P,
    c10: P,
    c11: P,
    c12: P,
    c13: P,
    c2: P,
    c3: P,
    c4: P,
    c5: P,
    c6: P,
    c7: P,
    c8: P,
    c9: P,
    ci: P,
    kf: P,
    t0: P,
    y0: P,
    yb1: P,
    yb2: P,
    yb3: P,
    z0: P,
) -> Entries:
    ybar = (1 / y0) * yb1 * z * v / (yb2 * x + yb3 + kf)
    x = torch.clamp(x, min=0)
    rf = (ci - z0 * z) * torch.sqrt(x)
    xdot = c1 * x * ybar + c2 * ybar + c3 * x**2 + c4 * rf + c5 * x * z - kf * x
    zdot = (c6 / z0) * rf + c7 * x * z + c8 * z * v + c9 * z - kf * z
    vdot = c10 * x * ybar + c11 * ybar + c12 * x**2 + c13 * z * v - kf * v
    return xdot * t0, zdot * t0, vdot * t0


def forced_brusselator(x: X, y: X, z: X, a: P, b: P, f: P, w: P) -> Entries:
    return a + x**2 * y - (b + 1) * x + f * torch.cos(z), b * x - x**2 * y, w


def glycolytic_oscillation(
    a: X, b: X, c: X, d: P, k: P, l1: P, l2: P, nu: P, q1: P, q2: P, s1: P, s2: P
) -> Entries:
    phi = a * (1 + a) * (1 + b) ** 2 / (l1 + (1 + a) ** 2 * (1 + b) ** 2)
    eta = b * (1 + d * b) * (1 + c) ** 2 / (l2 + (1 + d * b) ** 2 * (1 + c) ** 2)
    return nu - s1 * phi, q1 * s1 * phi - s2 * eta, q2 * s2 * eta - k * c


def isothermal_chemical(
    alpha: X, beta: X, gamma: X, delta: P, kappa: P, mu: P, sigma: P
) -> Entries:
    alphadot = mu * (kappa + gamma) - alpha * beta**2 - alpha
    betadot = (alpha * beta**2 + alpha - beta) / sigma
    gammadot = (beta - gamma) / delta
    return alphadot, betadot, gammadot


def kawczynski_strizhak(x: X, y: X, z: X, beta: P, gamma: P, kappa: P, mu: P) -> Entries:
    xdot = gamma * y - gamma * x**3 + 3 * mu * gamma * x
    ydot = -2 * mu * x - y - z + beta
    zdot = kappa * x - kappa * z
    return xdot, ydot, zdot
