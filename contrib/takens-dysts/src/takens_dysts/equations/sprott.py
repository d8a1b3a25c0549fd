"""Flows with few terms, found by searches of J. C. Sprott's and others'."""

# Names and letters are those of dysts.
# ruff: noqa: D103

import torch

from takens_dysts.entries import Entries, P, X


def nose_hoover(x: X, y: X, z: X, a: P) -> Entries:
    return y, -x + y * z, a - y**2


def sprott_a(x: X, y: X, z: X) -> Entries:
    return y, -x + y * z, 1 - y**2


def sprott_b(x: X, y: X, z: X) -> Entries:
    return y * z, x - y, 1 - x * y


def sprott_c(x: X, y: X, z: X) -> Entries:
    return y * z, x - y, 1 - x**2


def sprott_d(x: X, y: X, z: X) -> Entries:
    return -y, x + z, x * z + 3 * y**2


def sprott_e(x: X, y: X, z: X) -> Entries:
    return y * z, x**2 - y, 1 - 4 * x


def sprott_f(x: X, y: X, z: X, a: P) -> Entries:
    return y + z, -x + a * y, x**2 - z


def sprott_g(x: X, y: X, z: X, a: P) -> Entries:
    return a * x + z, x * z - y, -x + y


def sprott_h(x: X, y: X, z: X, a: P) -> Entries:
    return -y + z**2, x + a * y, x - z


def sprott_i(x: X, y: X, z: X, a: P) -> Entries:
    return -a * y, x + z, x + y**2 - z


def sprott_j(x: X, y: X, z: X) -> Entries:
    return 2 * z, -2 * y + z, -x + y + y**2


def sprott_jerk(x: X, y: X, z: X, mu: P) -> Entries:
    return y, z, -x + y**2 - mu * z


def sprott_k(x: X, y: X, z: X, a: P) -> Entries:
    return x * y - z, x - y, x + a * z


def sprott_l(x: X, y: X, z: X, a: P, b: P) -> Entries:
    return y + b * z, a * x**2 - y, 1 - x


def sprott_m(x: X, y: X, z: X, a: P) -> Entries:
    return -z, -(x**2) - y, a + a * x + y


def sprott_more(x: X, y: X, z: X) -> Entries:
    return y, -x - torch.sign(z) * y, y**2 - torch.exp(-(x**2))


def sprott_n(x: X, y: X, z: X) -> Entries:
    return -2 * y, x + z**2, 1 + y - 2 * z


def sprott_o(x: X, y: X, z: X, a: P) -> Entries:
    return y, x - z, x + x * z + a * y


def sprott_p(x: X, y: X, z: X, a: P) -> Entries:
    return a * y + z, -x + y**2, x + y


def sprott_q(x: X, y: X, z: X, a: P, b: P) -> Entries:
    return -z, x - y, a * x + y**2 + b * z


def sprott_r(x: X, y: X, z: X, a: P, b: P) -> Entries:
    return a - y, b + z, x * y - z


def sprott_s(x: X, y: X, z: X) -> Entries:
    return -x - 4 * y, x + z**2, 1 + x


def sprott_torus(x: X, y: X, z: X) -> Entries:
    return y + 2 * x * y + x * z, 1 - 2 * x**2 + y * z, x - x**2 - y**2
