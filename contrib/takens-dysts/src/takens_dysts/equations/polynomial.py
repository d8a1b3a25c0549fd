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
    xdot = y
    ydot = z
    zdot = -a * x - b * y - c * z + d * x**3
    return xdot, ydot, zdot


def bouali2(x: X, y: X, z: X, a: P, b: P, bb: P, c: P, g: P, m: P, y0: P) -> Entries:
    xdot = a * y0 * x - a * x * y - b * z
    ydot = -g * y + g * y * x**2
    zdot = -1.5 * m * x + m * bb * x * z - c * z
    return xdot, ydot, zdot


def burke_shaw(x: X, y: X, z: X, e: P, n: P) -> Entries:
    xdot = -n * x - n * y
    ydot = y - n * x * z
    zdot = n * x * y + e
    return xdot, ydot, zdot


def chen(x: X, y: X, z: X, a: P, b: P, c: P) -> Entries:
    xdot = a * y - a * x
    ydot = (c - a) * x - x * z + c * y
    zdot = x * y - b * z
    return xdot, ydot, zdot


def chen_lee(x: X, y: X, z: X, a: P, b: P, c: P) -> Entries:
    xdot = a * x - y * z
    ydot = b * y + x * z
    zdot = c * z + 1 / 3 * x * y
    return xdot, ydot, zdot


def dadras(x: X, y: X, z: X, c: P, e: P, o: P, p: P, r: P) -> Entries:
    xdot = y - p * x + o * y * z
    ydot = r * y - x * z + z
    zdot = c * x * y - e * z
    return xdot, ydot, zdot


def dequan_li(x: X, y: X, z: X, a: P, c: P, d: P, eps: P, f: P, k: P) -> Entries:
    xdot = a * y - a * x + d * x * z
    ydot = k * x + f * y - x * z
    zdot = c * z + x * y - eps * x**2
    return xdot, ydot, zdot


def finance(x: X, y: X, z: X, a: P, b: P, c: P) -> Entries:
    xdot = (1 / b - a) * x + z + x * y
    ydot = -b * y - x**2
    zdot = -x - c * z
    return xdot, ydot, zdot


def genesio_tesi(x: X, y: X, z: X, a: P, b: P, c: P) -> Entries:
    xdot = y
    ydot = z
    zdot = -c * x - b * y - a * z + x**2
    return xdot, ydot, zdot


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
    xdot = a * y - a * x
    ydot = -x * z + c * y
    zdot = x * y - b * z
    return xdot, ydot, zdot


def lu_chen_cheng(x: X, y: X, z: X, a: P, b: P, c: P) -> Entries:
    xdot = -(a * b) / (a + b) * x - y * z + c
    ydot = a * y + x * z
    zdot = b * z + x * y
    return xdot, ydot, zdot


def newton_liepnik(x: X, y: X, z: X, a: P, b: P) -> Entries:
    xdot = -a * x + y + 10 * y * z
    ydot = -x - 0.4 * y + 5 * x * z
    zdot = b * z - 5 * x * y
    return xdot, ydot, zdot


def pehlivan_wei(x: X, y: X, z: X) -> Entries:
    xdot = y - y * z
    ydot = y + y * z - 2 * x
    zdot = 2 - x * y - y**2
    return xdot, ydot, zdot


def qi_chen(x: X, y: X, z: X, a: P, b: P, c: P) -> Entries:
    xdot = a * y - a * x + y * z
    ydot = c * x + y - x * z
    zdot = x * y - b * z
    return xdot, ydot, zdot


def rabinovich_fabrikant(x: X, y: X, z: X, a: P, g: P) -> Entries:
    xdot = y * z - y + y * x**2 + g * x
    ydot = 3 * x * z + x - x**3 + g * y
    zdot = -2 * a * z - 2 * x * y * z
    return xdot, ydot, zdot


def rossler(x: X, y: X, z: X, a: P, b: P, c: P) -> Entries:
    xdot = -y - z
    ydot = x + a * y
    zdot = b + z * x - c * z
    return xdot, ydot, zdot


def sakarya(x: X, y: X, z: X, a: P, b: P, c: P, h: P, p: P, q: P, r: P, s: P) -> Entries:
    xdot = a * x + h * y + s * y * z
    ydot = -b * y - p * x + q * x * z
    zdot = c * z - r * x * y
    return xdot, ydot, zdot


def san_um_srisuchinwong(x: X, y: X, z: X, a: P) -> Entries:
    xdot = y - x
    ydot = -z * torch.tanh(x)
    zdot = -a + x * y + torch.abs(y)
    return xdot, ydot, zdot


def thomas(x: X, y: X, z: X, a: P, b: P) -> Entries:
    xdot = -a * x + b * torch.sin(y)
    ydot = -a * y + b * torch.sin(z)
    zdot = -a * z + b * torch.sin(x)
    return xdot, ydot, zdot


def wang_sun(x: X, y: X, z: X, a: P, b: P, d: P, e: P, f: P, q: P) -> Entries:
    xdot = a * x + q * y * z
    ydot = b * x + d * y - x * z
    zdot = e * z + f * x * y
    return xdot, ydot, zdot


def yu_wang(x: X, y: X, z: X, a: P, b: P, c: P, d: P) -> Entries:
    xdot = a * (y - x)
    ydot = b * x - c * x * z
    zdot = torch.exp(x * y) - d * z
    return xdot, ydot, zdot


def yu_wang2(x: X, y: X, z: X, a: P, b: P, c: P, d: P) -> Entries:
    xdot = a * (y - x)
    ydot = b * x - c * x * z
    zdot = torch.cosh(x * y) - d * z
    return xdot, ydot, zdot


def zhou_chen(x: X, y: X, z: X, a: P, b: P, c: P, d: P, e: P) -> Entries:
    xdot = a * x + b * y + y * z
    ydot = c * y - x * z + d * y * z
    zdot = e * z - x * y
    return xdot, ydot, zdot
