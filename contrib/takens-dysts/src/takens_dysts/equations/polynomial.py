"""Scrolls, bands and labyrinths, most with quadratic terms."""

# Names and letters are those of dysts.
# ruff: noqa: D103

import torch
from torch import Tensor

from takens_dysts.entries import Entries, Number


def aizawa(
    x: Tensor,
    y: Tensor,
    z: Tensor,
    a: Number,
    b: Number,
    c: Number,
    d: Number,
    e: Number,
    f: Number,
) -> Entries:
    xdot = x * z - b * x - d * y
    ydot = d * x + y * z - b * y
    zdot = c + a * z - 1 / 3 * z**3 - x**2 - y**2 - e * z * x**2 - e * z * y**2 + f * z * x**3
    return xdot, ydot, zdot


def arneodo(
    x: Tensor, y: Tensor, z: Tensor, a: Number, b: Number, c: Number, d: Number
) -> Entries:
    xdot = y
    ydot = z
    zdot = -a * x - b * y - c * z + d * x**3
    return xdot, ydot, zdot


def bouali2(
    x: Tensor,
    y: Tensor,
    z: Tensor,
    a: Number,
    b: Number,
    bb: Number,
    c: Number,
    g: Number,
    m: Number,
    y0: Number,
) -> Entries:
    xdot = a * y0 * x - a * x * y - b * z
    ydot = -g * y + g * y * x**2
    zdot = -1.5 * m * x + m * bb * x * z - c * z
    return xdot, ydot, zdot


def burke_shaw(x: Tensor, y: Tensor, z: Tensor, e: Number, n: Number) -> Entries:
    xdot = -n * x - n * y
    ydot = y - n * x * z
    zdot = n * x * y + e
    return xdot, ydot, zdot


def chen(x: Tensor, y: Tensor, z: Tensor, a: Number, b: Number, c: Number) -> Entries:
    xdot = a * y - a * x
    ydot = (c - a) * x - x * z + c * y
    zdot = x * y - b * z
    return xdot, ydot, zdot


def chen_lee(x: Tensor, y: Tensor, z: Tensor, a: Number, b: Number, c: Number) -> Entries:
    xdot = a * x - y * z
    ydot = b * y + x * z
    zdot = c * z + 1 / 3 * x * y
    return xdot, ydot, zdot


def dadras(
    x: Tensor, y: Tensor, z: Tensor, c: Number, e: Number, o: Number, p: Number, r: Number
) -> Entries:
    xdot = y - p * x + o * y * z
    ydot = r * y - x * z + z
    zdot = c * x * y - e * z
    return xdot, ydot, zdot


def dequan_li(
    x: Tensor,
    y: Tensor,
    z: Tensor,
    a: Number,
    c: Number,
    d: Number,
    eps: Number,
    f: Number,
    k: Number,
) -> Entries:
    xdot = a * y - a * x + d * x * z
    ydot = k * x + f * y - x * z
    zdot = c * z + x * y - eps * x**2
    return xdot, ydot, zdot


def finance(x: Tensor, y: Tensor, z: Tensor, a: Number, b: Number, c: Number) -> Entries:
    xdot = (1 / b - a) * x + z + x * y
    ydot = -b * y - x**2
    zdot = -x - c * z
    return xdot, ydot, zdot


def genesio_tesi(x: Tensor, y: Tensor, z: Tensor, a: Number, b: Number, c: Number) -> Entries:
    xdot = y
    ydot = z
    zdot = -c * x - b * y - a * z + x**2
    return xdot, ydot, zdot


def guckenheimer_holmes(
    x: Tensor,
    y: Tensor,
    z: Tensor,
    a: Number,
    b: Number,
    c: Number,
    d: Number,
    e: Number,
    f: Number,
) -> Entries:
    xdot = a * x - b * y + c * z * x + d * z * x**2 + d * z * y**2
    ydot = a * y + b * x + c * z * y
    zdot = e - z**2 - f * x**2 - f * y**2 - a * z**3
    return xdot, ydot, zdot


def halvorsen(x: Tensor, y: Tensor, z: Tensor, a: Number, b: Number) -> Entries:
    xdot = -a * x - b * y - b * z - y**2
    ydot = -a * y - b * z - b * x - z**2
    zdot = -a * z - b * x - b * y - x**2
    return xdot, ydot, zdot


def lu_chen(x: Tensor, y: Tensor, z: Tensor, a: Number, b: Number, c: Number) -> Entries:
    xdot = a * y - a * x
    ydot = -x * z + c * y
    zdot = x * y - b * z
    return xdot, ydot, zdot


def lu_chen_cheng(x: Tensor, y: Tensor, z: Tensor, a: Number, b: Number, c: Number) -> Entries:
    xdot = -(a * b) / (a + b) * x - y * z + c
    ydot = a * y + x * z
    zdot = b * z + x * y
    return xdot, ydot, zdot


def newton_liepnik(x: Tensor, y: Tensor, z: Tensor, a: Number, b: Number) -> Entries:
    xdot = -a * x + y + 10 * y * z
    ydot = -x - 0.4 * y + 5 * x * z
    zdot = b * z - 5 * x * y
    return xdot, ydot, zdot


def pehlivan_wei(x: Tensor, y: Tensor, z: Tensor) -> Entries:
    xdot = y - y * z
    ydot = y + y * z - 2 * x
    zdot = 2 - x * y - y**2
    return xdot, ydot, zdot


def qi_chen(x: Tensor, y: Tensor, z: Tensor, a: Number, b: Number, c: Number) -> Entries:
    xdot = a * y - a * x + y * z
    ydot = c * x + y - x * z
    zdot = x * y - b * z
    return xdot, ydot, zdot


def rabinovich_fabrikant(x: Tensor, y: Tensor, z: Tensor, a: Number, g: Number) -> Entries:
    xdot = y * z - y + y * x**2 + g * x
    ydot = 3 * x * z + x - x**3 + g * y
    zdot = -2 * a * z - 2 * x * y * z
    return xdot, ydot, zdot


def rossler(x: Tensor, y: Tensor, z: Tensor, a: Number, b: Number, c: Number) -> Entries:
    xdot = -y - z
    ydot = x + a * y
    zdot = b + z * x - c * z
    return xdot, ydot, zdot


def sakarya(
    x: Tensor,
    y: Tensor,
    z: Tensor,
    a: Number,
    b: Number,
    c: Number,
    h: Number,
    p: Number,
    q: Number,
    r: Number,
    s: Number,
) -> Entries:
    xdot = a * x + h * y + s * y * z
    ydot = -b * y - p * x + q * x * z
    zdot = c * z - r * x * y
    return xdot, ydot, zdot


def san_um_srisuchinwong(x: Tensor, y: Tensor, z: Tensor, a: Number) -> Entries:
    xdot = y - x
    ydot = -z * torch.tanh(x)
    zdot = -a + x * y + torch.abs(y)
    return xdot, ydot, zdot


def thomas(x: Tensor, y: Tensor, z: Tensor, a: Number, b: Number) -> Entries:
    xdot = -a * x + b * torch.sin(y)
    ydot = -a * y + b * torch.sin(z)
    zdot = -a * z + b * torch.sin(x)
    return xdot, ydot, zdot


def wang_sun(
    x: Tensor,
    y: Tensor,
    z: Tensor,
    a: Number,
    b: Number,
    d: Number,
    e: Number,
    f: Number,
    q: Number,
) -> Entries:
    xdot = a * x + q * y * z
    ydot = b * x + d * y - x * z
    zdot = e * z + f * x * y
    return xdot, ydot, zdot


def yu_wang(
    x: Tensor, y: Tensor, z: Tensor, a: Number, b: Number, c: Number, d: Number
) -> Entries:
    xdot = a * (y - x)
    ydot = b * x - c * x * z
    zdot = torch.exp(x * y) - d * z
    return xdot, ydot, zdot


def yu_wang2(
    x: Tensor, y: Tensor, z: Tensor, a: Number, b: Number, c: Number, d: Number
) -> Entries:
    xdot = a * (y - x)
    ydot = b * x - c * x * z
    zdot = torch.cosh(x * y) - d * z
    return xdot, ydot, zdot


def zhou_chen(
    x: Tensor, y: Tensor, z: Tensor, a: Number, b: Number, c: Number, d: Number, e: Number
) -> Entries:
    xdot = a * x + b * y + y * z
    ydot = c * y - x * z + d * y * z
    zdot = e * z - x * y
    return xdot, ydot, zdot
