"""Particles in flows that stir."""

# Names and letters are those of dysts.
# ruff: noqa: D103

import math

import torch
from torch import Tensor

from takens_dysts.entries import Entries, P, X


def arnold_beltrami_childress(x: X, y: X, z: X, a: P, b: P, c: P) -> Entries:
    dx = a * torch.sin(z) + c * torch.cos(y)
    dy = b * torch.sin(x) + a * torch.cos(z)
    dz = c * torch.sin(y) + b * torch.cos(x)
    return dx, dy, dz


_WAVES = (  # amplitude, wave number, speed
    (0.0075, 0.313922, 9.05854e-06),
    (0.15, 0.627845, 1.28453e-05),
    (0.3, 0.941767, 2.88863e-05),
)


def bickley_jet(y: X, x: X, time: X, ell: P, omega: P, u: P) -> Entries:
    squared = 1 / torch.cosh(y / ell) ** 2
    along, across = torch.zeros_like(x), torch.zeros_like(x)
    for amplitude, k, speed in _WAVES:
        phase = k * (x - time * speed)
        along = along + amplitude * torch.cos(phase)
        across = across + amplitude * k * torch.sin(phase)
    dx = u * squared * (-1 - 2 * along * torch.tanh(y / ell))
    dy = ell * u * squared * across
    return dy, dx, omega


def blinking_rotlet(r: X, theta: X, time: X, a: P, b: P, bc: P, sigma: P, tau: P) -> Entries:
    weight = _blinking(time, tau)
    dr1, dth1 = _rotlet(r, theta, a, b, bc)
    dr2, dth2 = _rotlet(r, theta, a, -b, bc)
    dr = weight * dr1 + (1 - weight) * dr2
    dth = (weight * dth1 + (1 - weight) * dth2) / r
    return sigma * dr, sigma * dth, 1.0


def _blinking(time: X, tau: P) -> Tensor:
    return 0.5 + 0.5 * torch.tanh(tau * 20 * torch.sin(2 * math.pi * time / tau))


def _rotlet(r: X, theta: X, a: P, b: P, bc: P) -> tuple[Tensor, Tensor]:
    kappa = a**2 + (b**2 * r**2) / a**2 - 2 * b * r * torch.cos(theta)
    gamma = (1 - r**2 / a**2) * (a**2 - (b**2 * r**2) / a**2)
    iota = (b**2 * r) / a**2 - b * torch.cos(theta)
    zeta = b**2 + r**2 - 2 * b * r * torch.cos(theta)
    nu = a**2 + b**2 - (2 * b**2 * r**2) / a**2
    vr = b * torch.sin(theta) * (-bc * (gamma / kappa**2) - 1 / kappa + 1 / zeta)
    vth = (
        bc * (gamma * iota) / kappa**2
        + bc * r * nu / (a**2 * kappa)
        + iota / kappa
        - (r - b * torch.cos(theta)) / zeta
    )
    return vr, vth


def double_gyre(x: X, y: X, z: X, alpha: P, eps: P, omega: P) -> Entries:
    a = eps * torch.sin(z)
    b = 1 - 2 * eps * torch.sin(z)
    f = a * x**2 + b * x
    dx = -alpha * math.pi * torch.sin(math.pi * f) * torch.cos(math.pi * y)
    dy = alpha * math.pi * torch.cos(math.pi * f) * torch.sin(math.pi * y) * (2 * a * x + b)
    dz = omega
    return dx, dy, dz


_MODES = 5
_STRENGTH = 0.5  # of every mode, in both halves of the stroke


def interior_squirmer(r: X, th: X, time: X, tau: P) -> Entries:
    phase = _blinking(time, tau)
    a, g = _STRENGTH * phase, _STRENGTH * (1 - phase)
    vr = torch.zeros_like(r)
    vth = torch.zeros_like(r)
    for n in range(1, _MODES + 1):
        sin, cos, power = torch.sin(n * th), torch.cos(n * th), r**n
        vr = vr + (g * cos + a * sin) * n * power * (r**2 - 1) / r
        vth = vth + (2 * r + (r**2 - 1) * n / r) * (a * cos - g * sin) * power
    return vr, vth / r, 1.0


def lid_driven_cavity_flow(x: X, y: X, time: X, a: P, b: P, tau: P, u1: P, u2: P) -> Entries:
    weight = _blinking(time, tau)
    dx1, dy1 = _lid(x, y, a, b, u1, u2)
    dx2, dy2 = _lid(x, y, a, b, -u1, u2)
    dx = weight * dx1 + (1 - weight) * dx2
    dy = weight * dy1 + (1 - weight) * dy2
    return dx, dy, 1.0


def _lid(x: X, y: X, a: P, b: P, u1: P, u2: P) -> tuple[Tensor, Tensor]:
    k = math.pi / a
    sinh1, cosh1 = _hyperbolic(k * b)
    sinh2, cosh2 = _hyperbolic(2 * k * b)
    below1 = 2 * b * math.pi + a * sinh2
    below2 = 4 * b * math.pi + a * _hyperbolic(4 * k * b)[0]
    vx1 = -b * math.pi * sinh1 * torch.sinh(k * y) + cosh1 * (
        math.pi * y * torch.cosh(k * y) + a * torch.sinh(k * y)
    )
    vx2 = -2 * b * math.pi * sinh2 * torch.sinh(2 * k * y) + cosh2 * (
        2 * math.pi * y * torch.cosh(2 * k * y) + a * torch.sinh(2 * k * y)
    )
    vy1 = b * sinh1 * torch.cosh(k * y) - cosh1 * y * torch.sinh(k * y)
    vy2 = b * sinh2 * torch.cosh(2 * k * y) - cosh2 * y * torch.sinh(2 * k * y)
    first, second = 2 * u1 / below1, 2 * u2 / below2
    vx = first * torch.sin(k * x) * vx1 + second * torch.sin(2 * k * x) * vx2
    vy = first * math.pi * torch.cos(k * x) * vy1
    return vx, vy + second * 2 * math.pi * torch.cos(2 * k * x) * vy2


def _hyperbolic(v: P) -> tuple[P, P]:
    if isinstance(v, Tensor):
        return torch.sinh(v), torch.cosh(v)
    return math.sinh(v), math.cosh(v)


def oscillating_flow(x: X, y: X, z: X, b: P, k: P, omega: P, u: P) -> Entries:
    f = x + b * torch.sin(z)
    dx = u * torch.cos(k * y) * torch.sin(k * f)
    dy = -u * torch.sin(k * y) * torch.cos(k * f)
    dz = omega
    return dx, dy, dz
