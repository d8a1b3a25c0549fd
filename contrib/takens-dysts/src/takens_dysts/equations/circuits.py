"""Circuits, lasers and dynamos."""

# Names and letters are those of dysts.
# ruff: noqa: D103

import torch

from takens_dysts.entries import Entries, P, X


def anishchenko_astakhov(x: X, y: X, z: X, eta: P, mu: P) -> Entries:
    return mu * x + y - x * z, -x, -eta * z + eta * torch.clamp(x, min=0) ** 2


def cellular_neural_network(x: X, y: X, z: X, a: P, b: P, c: P, d: P) -> Entries:
    fx, fy, fz = (0.5 * (torch.abs(v + 1) - torch.abs(v - 1)) for v in (x, y, z))
    xdot = -x + d * fx - b * fy - b * fz
    ydot = -y - b * fx + c * fy - a * fz
    zdot = -z - b * fx + a * fy + fz
    return xdot, ydot, zdot


def chua(x: X, y: X, z: X, alpha: P, beta: P, m0: P, m1: P) -> Entries:
    ramp_x = m1 * x + 0.5 * (m0 - m1) * (torch.abs(x + 1) - torch.abs(x - 1))
    return alpha * (y - x - ramp_x), x - y + z, -beta * y


def colpitts(x: X, y: X, z: X, a: P, b: P, c: P, d: P, e: P) -> Entries:
    u = z - (e - 1)
    fz = torch.clamp(-u, min=0)
    return y - a * fz, c - x - b * y - z, y - d * z


def jerk_circuit(x: X, y: X, z: X, eps: P, y0: P) -> Entries:
    return y, z, -z - x - eps * (torch.exp(y / y0) - 1)


def laser(x: X, y: X, z: X, a: P, b: P, c: P, d: P, h: P, k: P) -> Entries:
    return a * y - a * x + b * y * z**2, c * x + d * x * z**2, h * z + k * x**2


_BREAKS = (0.0, 1.0, 2.15, 3.6, 8.2, 13.0)
_SLOPES = (-0.14285714, 0.28571429, -0.57142857, 0.28571429, -0.57142857, 0.28571429)


def multi_chua(x: X, y: X, z: X, a: P, b: P) -> Entries:
    diode = _SLOPES[-1] * x
    for at, before, after in zip(_BREAKS[1:], _SLOPES, _SLOPES[1:], strict=False):
        diode = diode + 0.5 * (before - after) * (torch.abs(x + at) - torch.abs(x - at))
    return a * (y - diode), x - y + z, -b * y


def rikitake_dynamo(x: X, y: X, z: X, a: P, mu: P) -> Entries:
    return -mu * x + y * z, -mu * y - a * x + x * z, 1 - x * y


def windmi_reduced(i: X, v: X, p: X, a1: P, b1: P, b2: P, b3: P, d1: P, vsw: P) -> Entries:
    idot = a1 * (vsw - v)
    vdot = b1 * i - b2 * p**1 / 2 - b3 * v
    pdot = vsw**2 - p ** (5 / 4) * vsw ** (1 / 2) * (1 + torch.tanh(d1 * (i - 1))) / 2
    return idot, vdot, pdot
