"""Pendulums, particles and driven oscillators."""

# Names and letters are those of dysts.
# ruff: noqa: D103

import math

import torch

from takens_dysts.entries import Entries, P, X


def arnold_web(p1: X, p2: X, x1: X, x2: X, z: X, mu: P, w: P) -> Entries:
    denom = 4 + torch.cos(z) + torch.cos(x1) + torch.cos(x2)
    return -mu * torch.sin(x1) / denom**2, -mu * torch.sin(x2) / denom**2, p1, p2, w


def double_pendulum(th1: X, th2: X, p1: X, p2: X, d: P, m: P) -> Entries:
    g = 9.82
    pre = 6 / (m * d**2)
    denom = 16 - 9 * torch.cos(th1 - th2) ** 2
    th1_dot = pre * (2 * p1 - 3 * torch.cos(th1 - th2) * p2) / denom
    th2_dot = pre * (8 * p2 - 3 * torch.cos(th1 - th2) * p1) / denom
    p1_dot = (
        -0.5
        * (m * d**2)
        * (th1_dot * th2_dot * torch.sin(th1 - th2) + 3 * (g / d) * torch.sin(th1))
    )
    p2_dot = (
        -0.5
        * (m * d**2)
        * (-th1_dot * th2_dot * torch.sin(th1 - th2) + 3 * (g / d) * torch.sin(th2))
    )
    return th1_dot, th2_dot, p1_dot, p2_dot


def duffing(x: X, y: X, z: X, alpha: P, beta: P, delta: P, gamma: P, omega: P) -> Entries:
    return y, -delta * y - beta * x - alpha * x**3 + gamma * torch.cos(z), omega


def fluid_trampoline(x: X, y: X, th: X, gamma: P, psi: P, w: P) -> Entries:
    touching = torch.where(x < 0, torch.ones_like(x), torch.zeros_like(x))
    xdot = y
    ydot = -1 - touching * (x + psi * y * torch.abs(y)) + gamma * torch.cos(th)
    return xdot, ydot, w


def forced_van_der_pol(x: X, y: X, z: X, a: P, mu: P, w: P) -> Entries:
    ydot = mu * (1 - x**2) * y - x + a * torch.sin(z)
    xdot = y
    zdot = w
    return xdot, ydot, zdot


def henon_heiles(x: X, y: X, px: X, py: X, lam: P) -> Entries:
    return px, py, -x - 2 * lam * x * y, -y - lam * x**2 + lam * y**2


def nuclear_quadrupole(q1: X, q2: X, p1: X, p2: X, a: P, b: P, d: P) -> Entries:
    q1dot = a * p1
    q2dot = a * p2
    p1dot = (
        -a * q1
        + 3 / math.sqrt(2) * b * q1**2
        - 3 / math.sqrt(2) * b * q2**2
        - d * q1**3
        - d * q1 * q2**2
    )
    p2dot = -a * q2 - 3 * math.sqrt(2) * b * q1 * q2 - d * q2 * q1**2 - d * q2**3
    return q1dot, q2dot, p1dot, p2dot


def stick_slip_oscillator(
    x: X, v: X, th: X, a: P, alpha: P, b: P, beta: P, eps: P, gamma: P, t0: P, vs: P, w: P
) -> Entries:
    tq = t0 * torch.sign(v - vs) - alpha * v + beta * (v - vs) ** 3
    xdot = v
    vdot = eps * (gamma * torch.cos(th) - tq) + a * x - b * x**3
    return xdot, vdot, w


def swinging_atwood(r: X, th: X, pr: X, pth: X, m1: P, m2: P) -> Entries:
    g = 9.82
    rdot = pr / (m1 + m2)
    thdot = pth / (m1 * r**2)
    prdot = pth**2 / (m1 * r**3) - m2 * g + m1 * g * torch.cos(th)
    pthdot = -m1 * g * r * torch.sin(th)
    return rdot, thdot, prdot, pthdot
