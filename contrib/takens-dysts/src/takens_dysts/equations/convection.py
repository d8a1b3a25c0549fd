"""Modes of convection and of the atmosphere."""

# Names and letters are those of dysts.
# ruff: noqa: D103

from takens_dysts.entries import Entries, P, X


def atmospheric_regime(
    x: X, y: X, z: X, alpha: P, beta: P, mu1: P, mu2: P, omega: P, sigma: P
) -> Entries:
    xdot = mu1 * x + sigma * x * y
    ydot = mu2 * y + omega * z + alpha * y * z + beta * z**2 - sigma * x**2
    zdot = mu2 * z - omega * y - alpha * y**2 - beta * y * z
    return xdot, ydot, zdot


def hadley(x: X, y: X, z: X, a: P, b: P, f: P, g: P) -> Entries:
    return -(y**2) - z**2 - a * x + a * f, x * y - b * x * z - y + g, b * x * y + x * z - z


def lorenz(x: X, y: X, z: X, beta: P, rho: P, sigma: P) -> Entries:
    return sigma * y - sigma * x, rho * x - x * z - y, x * y - beta * z


def lorenz84(x: X, y: X, z: X, a: P, b: P, f: P, g: P) -> Entries:
    return -a * x - y**2 - z**2 + a * f, -y + x * y - b * x * z + g, -z + b * x * y + x * z


def lorenz96(*entries: X, f: P) -> Entries:
    n = len(entries)
    return tuple(
        (entries[(i + 1) % n] - entries[i - 2]) * entries[i - 1] - entries[i] + f
        for i in range(n)
    )


def lorenz_bounded(x: X, y: X, z: X, beta: P, r: P, rho: P, sigma: P) -> Entries:
    xdot = (
        sigma * y
        - sigma * x
        - sigma / r**2 * y * x**2
        - sigma / r**2 * y**3
        - sigma / r**2 * y * z**2
        + sigma / r**2 * x**3
        + sigma / r**2 * x * y**2
        + sigma / r**2 * x * z**2
    )
    ydot = (
        rho * x
        - x * z
        - y
        - rho / r**2 * x**3
        - rho / r**2 * x * y**2
        - rho / r**2 * x * z**2
        + 1 / r**2 * z * x**3
        + 1 / r**2 * x * z * y**2
        + 1 / r**2 * x * z**3
        + 1 / r**2 * y * x**2
        + 1 / r**2 * y**3
        + 1 / r**2 * y * z**2
    )
    zdot = (
        x * y
        - beta * z
        - 1 / r**2 * y * x**3
        - 1 / r**2 * x * y**3
        - 1 / r**2 * x * y * z**2
        + beta / r**2 * z * x**2
        + beta / r**2 * z * y**2
        + beta / r**2 * z**3
    )
    return xdot, ydot, zdot


def moore_spiegel(x: X, y: X, z: X, a: P, b: P, eps: P) -> Entries:
    return y, a * z, -z + eps * y - y * x**2 - b * x


def rayleigh_benard(x: X, y: X, z: X, a: P, b: P, r: P) -> Entries:
    return a * y - a * x, r * y - x * z, x * y - b * z


def rucklidge(x: X, y: X, z: X, a: P, b: P) -> Entries:
    return -a * x + b * y - y * z, x, -z + y**2


def shimizu_morioka(x: X, y: X, z: X, a: P, b: P) -> Entries:
    return y, x - a * y - x * z, -b * z + x**2


def vallis_el_nino(x: X, y: X, z: X, b: P, c: P, p: P) -> Entries:
    return b * y - c * x - c * p, -y + x * z, -z - x * y + 1
