"""Flows in four and more dimensions, most with two positive exponents."""

# Names and letters are those of dysts.
# ruff: noqa: D103

from takens_dysts.entries import Entries, P, X


def hyper_bao(x: X, y: X, z: X, w: X, a: P, b: P, c: P, d: P, e: P) -> Entries:
    return a * y - a * x + w, c * y - x * z, x * y - b * z, e * x + d * y * z


def hyper_cai(x: X, y: X, z: X, w: X, a: P, b: P, c: P, d: P, e: P) -> Entries:
    return a * y - a * x, b * x + c * y - x * z + w, -d * z + y**2, -e * x


def hyper_jha(x: X, y: X, z: X, w: X, a: P, b: P, c: P, d: P) -> Entries:
    return a * y - a * x + w, -x * z + b * x - y, x * y - c * z, -x * z + d * w


def hyper_lorenz(x: X, y: X, z: X, w: X, a: P, b: P, c: P, d: P) -> Entries:
    return a * y - a * x + w, -x * z + c * x - y, -b * z + x * y, d * w - x * z


def hyper_lu(x: X, y: X, z: X, w: X, a: P, b: P, c: P, d: P) -> Entries:
    return a * y - a * x + w, -x * z + c * y, x * y - b * z, d * w + x * z


def hyper_pang(x: X, y: X, z: X, w: X, a: P, b: P, c: P, d: P) -> Entries:
    return a * y - a * x, -x * z + c * y + w, x * y - b * z, -d * x - d * y


def hyper_qi(x: X, y: X, z: X, w: X, a: P, b: P, c: P, d: P, e: P, f: P) -> Entries:
    xdot = a * y - a * x + y * z
    ydot = b * x + b * y - x * z
    zdot = -c * z - e * w + x * y
    wdot = -d * w + f * z + x * y
    return xdot, ydot, zdot, wdot


def hyper_rossler(x: X, y: X, z: X, w: X, a: P, b: P, c: P, d: P) -> Entries:
    return -y - z, x + a * y + w, b + x * z, -c * z + d * w


def hyper_wang(x: X, y: X, z: X, w: X, a: P, b: P, c: P, d: P, e: P) -> Entries:
    return a * y - a * x, -x * z + b * x + w, -c * z + e * x**2, -d * x


def hyper_xu(x: X, y: X, z: X, w: X, a: P, b: P, c: P, d: P, e: P) -> Entries:
    return a * y - a * x + w, b * x + e * x * z, -c * z - x * y, x * z - d * y


def hyper_yan(x: X, y: X, z: X, w: X, a: P, b: P, c: P, d: P) -> Entries:
    xdot = a * y - a * x
    ydot = (c - a) * x - x * z + c * y
    zdot = -b * z + x * y - y * z + x * z - w
    wdot = -d * w + y * z - x * z
    return xdot, ydot, zdot, wdot


def hyper_yang_chen(x: X, y: X, z: X, w: X, a: P, b: P, c: P, d: P) -> Entries:
    return a * y - a * x, c * x - x * z + w, -b * z + x * y, -d * x


def lorenz_coupled(
    x1: X, y1: X, z1: X, x2: X, y2: X, z2: X, beta: P, eps: P, rho1: P, rho2: P, sigma: P
) -> Entries:
    x1dot = sigma * y1 - sigma * x1
    y1dot = rho1 * x1 - x1 * z1 - y1
    z1dot = x1 * y1 - beta * z1
    x2dot = sigma * y2 - sigma * x2 + eps * x1 - eps * x2
    y2dot = rho2 * x2 - x2 * z2 - y2
    z2dot = x2 * y2 - beta * z2
    return x1dot, y1dot, z1dot, x2dot, y2dot, z2dot


def lorenz_stenflo(x: X, y: X, z: X, w: X, a: P, b: P, c: P, d: P) -> Entries:
    return a * y - a * x + d * w, c * x - x * z - y, x * y - b * z, -x - a * w


def qi(x: X, y: X, z: X, w: X, a: P, b: P, c: P, d: P) -> Entries:
    xdot = a * y - a * x + y * z * w
    ydot = b * x + b * y - x * z * w
    zdot = -c * z + x * y * w
    wdot = -d * w + x * y * z
    return xdot, ydot, zdot, wdot
