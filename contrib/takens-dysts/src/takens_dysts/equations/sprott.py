"""Flows with few terms, found by searches of J. C. Sprott's and others'."""

# Names and letters are those of dysts.
# ruff: noqa: D103

import torch

from takens_dysts.entries import Entries, P, X


def nose_hoover(x: X, y: X, z: X, a: P) -> Entries:
    xdot = y
    ydot = -x + y * z
    zdot = a - y**2
    return xdot, ydot, zdot


def sprott_a(x: X, y: X, z: X) -> Entries:
    xdot = y
    ydot = -x + y * z
    zdot = 1 - y**2
    return xdot, ydot, zdot


def sprott_b(x: X, y: X, z: X) -> Entries:
    xdot = y * z
    ydot = x - y
    zdot = 1 - x * y
    return xdot, ydot, zdot


def sprott_c(x: X, y: X, z: X) -> Entries:
    xdot = y * z
    ydot = x - y
    zdot = 1 - x**2
    return xdot, ydot, zdot


def sprott_d(x: X, y: X, z: X) -> Entries:
    xdot = -y
    ydot = x + z
    zdot = x * z + 3 * y**2
    return xdot, ydot, zdot


def sprott_e(x: X, y: X, z: X) -> Entries:
    xdot = y * z
    ydot = x**2 - y
    zdot = 1 - 4 * x
    return xdot, ydot, zdot


def sprott_f(x: X, y: X, z: X, a: P) -> Entries:
    xdot = y + z
    ydot = -x + a * y
    zdot = x**2 - z
    return xdot, ydot, zdot


def sprott_g(x: X, y: X, z: X, a: P) -> Entries:
    xdot = a * x + z
    ydot = x * z - y
    zdot = -x + y
    return xdot, ydot, zdot


def sprott_h(x: X, y: X, z: X, a: P) -> Entries:
    xdot = -y + z**2
    ydot = x + a * y
    zdot = x - z
    return xdot, ydot, zdot


def sprott_i(x: X, y: X, z: X, a: P) -> Entries:
    xdot = -a * y
    ydot = x + z
    zdot = x + y**2 - z
    return xdot, ydot, zdot


def sprott_j(x: X, y: X, z: X) -> Entries:
    xdot = 2 * z
    ydot = -2 * y + z
    zdot = -x + y + y**2
    return xdot, ydot, zdot


def sprott_jerk(x: X, y: X, z: X, mu: P) -> Entries:
    xdot = y
    ydot = z
    zdot = -x + y**2 - mu * z
    return xdot, ydot, zdot


def sprott_k(x: X, y: X, z: X, a: P) -> Entries:
    xdot = x * y - z
    ydot = x - y
    zdot = x + a * z
    return xdot, ydot, zdot


def sprott_l(x: X, y: X, z: X, a: P, b: P) -> Entries:
    xdot = y + b * z
    ydot = a * x**2 - y
    zdot = 1 - x
    return xdot, ydot, zdot


def sprott_m(x: X, y: X, z: X, a: P) -> Entries:
    xdot = -z
    ydot = -(x**2) - y
    zdot = a + a * x + y
    return xdot, ydot, zdot


def sprott_more(x: X, y: X, z: X) -> Entries:
    xdot = y
    ydot = -x - torch.sign(z) * y
    zdot = y**2 - torch.exp(-(x**2))
    return xdot, ydot, zdot


def sprott_n(x: X, y: X, z: X) -> Entries:
    xdot = -2 * y
    ydot = x + z**2
    zdot = 1 + y - 2 * z
    return xdot, ydot, zdot


def sprott_o(x: X, y: X, z: X, a: P) -> Entries:
    xdot = y
    ydot = x - z
    zdot = x + x * z + a * y
    return xdot, ydot, zdot


def sprott_p(x: X, y: X, z: X, a: P) -> Entries:
    xdot = a * y + z
    ydot = -x + y**2
    zdot = x + y
    return xdot, ydot, zdot


def sprott_q(x: X, y: X, z: X, a: P, b: P) -> Entries:
    xdot = -z
    ydot = x - y
    zdot = a * x + y**2 + b * z
    return xdot, ydot, zdot


def sprott_r(x: X, y: X, z: X, a: P, b: P) -> Entries:
    xdot = a - y
    ydot = b + z
    zdot = x * y - z
    return xdot, ydot, zdot


def sprott_s(x: X, y: X, z: X) -> Entries:
    xdot = -x - 4 * y
    ydot = x + z**2
    zdot = 1 + x
    return xdot, ydot, zdot


def sprott_torus(x: X, y: X, z: X) -> Entries:
    xdot = y + 2 * x * y + x * z
    ydot = 1 - 2 * x**2 + y * z
    zdot = x - x**2 - y**2
    return xdot, ydot, zdot
