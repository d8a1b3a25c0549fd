"""Scrolls, bands and labyrinths, most with quadratic terms."""

# Names and letters are those of dysts.
# ruff: noqa: D103

import torch

from takens_dysts.entries import Entries, P, X


def aizawa(x: X, y: X, z: X, a: P, b: P, c: P, d: P, e: P, f: P) -> Entries:
    xdot = x * z - b * x - d * y
    ydot = d * x + y * z - b * y
    zdot = c + a * z - 1 / 3 * z**3 - x**2 - y**2 - e * z * x**2 - e * z * y**2 + f * z * x**3
    return xdot, ydot, zdot


def arneodo(x: X, y: X, z: X, a: P, b: P, c: P, d: P) -> Entries:
    return y, z, -a * x - b * y - c * z + d * x**3


def bouali2(x: X, y: X, z: X, a: P, b: P, bb: P, c: P, g: P, m: P, y0: P) -> Entries:
    xdot = a * y0 * x - a * x * y - b * z
    ydot = -g * y + g * y * x**2
    zdot = -1.5 * m * x + m * bb * x * z - c * z
    return xdot, ydot, zdot


def burke_shaw(x: X, y: X, z: X, e: P, n: P) -> Entries:
    return -n * x - n * y, y - n * x * z, n * x * y + e


def chen(x: X, y: X, z: X, a: P, b: P, c: P) -> Entries:
    return a * y - a * x, (c - a) * x - x * z + c * y, x * y - b * z


def chen_lee(x: X, y: X, z: X, a: P, b: P, c: P) -> Entries:
    return a * x - y * z, b * y + x * z, c * z + 1 / 3 * x * y


def dadras(x: X, y: X, z: X, c: P, e: P, o: P, p: P, r: P) -> Entries:
    return y - p * x + o * y * z, r * y - x * z + z, c * x * y - e * z


def dequan_li(x: X, y: X, z: X, a: P, c: P, d: P, eps: P, f: P, k: P) -> Entries:
    return a * y - a * x + d * x * z, k * x + f * y - x * z, c * z + x * y - eps * x**2


def finance(x: X, y: X, z: X, a: P, b: P, c: P) -> Entries:
    return (1 / b - a) * x + z + x * y, -b * y - x**2, -x - c * z


def genesio_tesi(x: X, y: X, z: X, a: P, b: P, c: P) -> Entries:
    return y, z, -c * x - b * y - a * z + x**2


def guckenheimer_holmes(x: X, y: X, z: X, a: P, b: P, c: P, d: P, e: P, f: P) -> Entries:
    xdot = a * x - b * y + c * z * x + d * z * x**2 + d * z * y**2
    ydot = a * y + b * x + c * z * y
    zdot = e - z**2 - f * x**2 - f * y**2 - a * z**3
    return xdot, ydot, zdot


def halvorsen(x: X, y: X, z: X, a: P, b: P) -> Entries:
    xdot = -a * x - b * y - b * z - y**2
    ydot = -a * y - b * z - b * x - z**2
    zdot = -a * z - b * x - b * y - x**2
    return xdot, ydot, zdot


def lu_chen(x: X, y: X, z: X, a: P, b: P, c: P) -> Entries:
    return a * y - a * x, -x * z + c * y, x * y - b * z


def lu_chen_cheng(x: X, y: X, z: X, a: P, b: P, c: P) -> Entries:
    return -(a * b) / (a + b) * x - y * z + c, a * y + x * z, b * z + x * y


def newton_liepnik(x: X, y: X, z: X, a: P, b: P) -> Entries:
    return -a * x + y + 10 * y * z, -x - 0.4 * y + 5 * x * z, b * z - 5 * x * y


def pehlivan_wei(x: X, y: X, z: X) -> Entries:
    return y - y * z, y + y * z - 2 * x, 2 - x * y - y**2


def qi_chen(x: X, y: X, z: X, a: P, b: P, c: P) -> Entries:
    return a * y - a * x + y * z, c * x + y - x * z, x * y - b * z


def rabinovich_fabrikant(x: X, y: X, z: X, a: P, g: P) -> Entries:
    xdot = y * z - y + y * x**2 + g * x
    ydot = 3 * x * z + x - x**3 + g * y
    zdot = -2 * a * z - 2 * x * y * z
    return xdot, ydot, zdot


def rossler(x: X, y: X, z: X, a: P, b: P, c: P) -> Entries:
    return -y - z, x + a * y, b + z * x - c * z


def sakarya(x: X, y: X, z: X, a: P, b: P, c: P, h: P, p: P, q: P, r: P, s: P) -> Entries:
    return a * x + h * y + s * y * z, -b * y - p * x + q * x * z, c * z - r * x * y


def san_um_srisuchinwong(x: X, y: X, z: X, a: P) -> Entries:
    return y - x, -z * torch.tanh(x), -a + x * y + torch.abs(y)


def thomas(x: X, y: X, z: X, a: P, b: P) -> Entries:
    return -a * x + b * torch.sin(y), -a * y + b * torch.sin(z), -a * z + b * torch.sin(x)


def wang_sun(x: X, y: X, z: X, a: P, b: P, d: P, e: P, f: P, q: P) -> Entries:
    return a * x + q * y * z, b * x + d * y - x * z, e * z + f * x * y


def yu_wang(x: X, y: X, z: X, a: P, b: P, c: P, d: P) -> Entries:
    return a * (y - x), b * x - c * x * z, torch.exp(x * y) - d * z


def yu_wang2(x: X, y: X, z: X, a: P, b: P, c: P, d: P) -> Entries:
    return a * (y - x), b * x - c * x * z, torch.cosh(x * y) - d * z


def zhou_chen(x: X, y: X, z: X, a: P, b: P, c: P, d: P, e: P) -> Entries:
    return a * x + b * y + y * z, c * y - x * z + d * y * z, e * z - x * y
