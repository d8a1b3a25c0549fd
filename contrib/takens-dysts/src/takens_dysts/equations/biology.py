"""Neurons, cells and populations."""

# Names and letters are those of dysts.
# ruff: noqa: D103

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from takens_dysts.entries import Entries, P, X

_BEER_TIMES = (1.0, 2.5, 1.0)
_BEER_BIASES = (-4.108, -2.787, -1.114)
_BEER_WEIGHTS = ((5.422, -0.018, 2.75), (-0.24, 4.59, 1.21), (0.535, -2.25, 3.885))


def beer_rnn(*entries: X) -> Entries:
    rates = [
        torch.sigmoid(entry + bias) for entry, bias in zip(entries, _BEER_BIASES, strict=True)
    ]
    return tuple(
        (_dot(row, rates) - entry) / tau
        for entry, row, tau in zip(entries, _BEER_WEIGHTS, _BEER_TIMES, strict=True)
    )


def _dot(row: Sequence[float], entries: Sequence[Tensor]) -> Tensor:
    total = torch.zeros_like(entries[0])
    for weight, entry in zip(row, entries, strict=True):
        total = total + weight * entry
    return total


def blasius(
    x: X, y: X, z: X, a: P, alpha1: P, alpha2: P, b: P, c: P, k1: P, k2: P, zs: P
) -> Entries:
    xdot = a * x - alpha1 * x * y / (1 + k1 * x)
    ydot = -b * y + alpha1 * x * y / (1 + k1 * x) - alpha2 * y * z / (1 + k2 * y)
    zdot = -c * (z - zs) + alpha2 * y * z / (1 + k2 * y)
    return xdot, ydot, zdot


def ca_two_plus(
    z: X,
    y: X,
    a: X,
    k2: P,
    k5: P,
    ka: P,
    kd: P,
    ky: P,
    kz: P,
    v0: P,
    v1: P,
    v4: P,
    vm2: P,
    vm3: P,
    vm5: P,
    beta: P,
    eps: P,
    k: P,
    kf: P,
    m: P,
    n: P,
    p: P,
) -> Entries:
    into = v0 + v1 * beta
    second = vm2 * z**2 / (k2**2 + z**2)
    third = (vm3 * z**m / (kz**m + z**m)) * (y**2 / (ky**2 + y**2)) * (a**4 / (ka**4 + a**4))
    fifth = vm5 * (a**p / (k5**p + a**p)) * (z**n / (kd**n + z**n))
    zdot = into - second + third + kf * y - k * z
    ydot = second - third - kf * y
    adot = beta * v4 - fifth - eps * a
    return zdot, ydot, adot


def cell_cycle(
    c1: X,
    m1: X,
    x1: X,
    c2: X,
    m2: X,
    x2: X,
    k: P,
    kc: P,
    half_kd1: P,
    kim: P,
    v2: P,
    v4: P,
    vm1: P,
    vm3: P,
    kd1: P,
    vd: P,
    vi: P,
) -> Entries:
    def oscillator(c: Tensor, m: Tensor, x: Tensor, other: Tensor) -> tuple[Tensor, ...]:
        made = vi * kim / (kim + other) - vd * x * c / (half_kd1 + c) - kd1 * c
        rate = vm1 * c / (kc + c)
        active = rate * (1 - m) / (k + (1 - m)) - v2 * m / (k + m)
        protease = m * vm3 * (1 - x) / (k + (1 - x)) - v4 * x / (k + x)
        return made, active, protease

    return *oscillator(c1, m1, x1, m2), *oscillator(c2, m2, x2, m1)


def circadian_rhythm(
    m: X,
    fc: X,
    fs: X,
    fn: X,
    th: X,
    ki: P,
    k: P,
    k1: P,
    k2: P,
    kd: P,
    kdn: P,
    km: P,
    ks: P,
    n: P,
    vd: P,
    vdn: P,
    vm: P,
    vmax: P,
    vmin: P,
) -> Entries:
    vs = 2.5 * ((0.5 + 0.5 * torch.cos(th)) + vmin) * (vmax - vmin)
    mdot = vs * (ki**n) / (ki**n + fn**n) - vm * m / (km + m)
    fcdot = ks * m - k1 * fc + k2 * fn - k * fc
    fsdot = k * fc - vd * fs / (kd + fs)
    fndot = k1 * fc - k2 * fn - vdn * fn / (kdn + fn)
    return mdot, fcdot, fsdot, fndot, 2 * math.pi / 24


def coevolving_predator_prey(
    x: X,
    y: X,
    alpha: X,
    a1: P,
    a2: P,
    a3: P,
    b1: P,
    b2: P,
    d1: P,
    d2: P,
    delta: P,
    k1: P,
    k2: P,
    k4: P,
    vv: P,
) -> Entries:
    xdot = x * (
        -(a3 * y / (1 + b2 * x))
        + a1 * alpha * (1 - k1 * x * (-alpha + alpha * delta)) / (1 + b1 * alpha)
        - d1
        * (
            1
            - k2 * (-(alpha**2) + (alpha * delta) ** 2)
            + k4 * (-(alpha**4) + (alpha * delta) ** 4)
        )
    )
    ydot = (-d2 + a2 * x / (1 + b2 * x)) * y
    alphadot = vv * (
        -(a1 * k1 * x * alpha * delta / (1 + b1 * alpha))
        - d1 * (-2 * k2 * alpha * delta**2 + 4 * k4 * alpha**3 * delta**4)
    )
    return xdot, ydot, alphadot


def excitable_cell(
    v: X, n: X, c: X, gi: P, gkc: P, gkv: P, gl: P, kc: P, rho: P, vc: P, vi: P, vk: P, vl: P
) -> Entries:
    alpham = 0.1 * (25 + v) / (1 - torch.exp(-0.1 * v - 2.5))
    betam = 4 * torch.exp(-(v + 50) / 18)
    minf = alpham / (alpham + betam)
    alphah = 0.07 * torch.exp(-0.05 * v - 2.5)
    betah = 1 / (1 + torch.exp(-0.1 * v - 2))
    hinf = alphah / (alphah + betah)
    alphan = 0.01 * (20 + v) / (1 - torch.exp(-0.1 * v - 2))
    betan = 0.125 * torch.exp(-(v + 30) / 80)
    ninf = alphan / (alphan + betan)
    tau = 1 / (230 * (alphan + betan))
    ca = c / (1 + c)
    vdot = (
        gi * minf**3 * hinf * (vi - v)
        + gkv * n**4 * (vk - v)
        + gkc * ca * (vk - v)
        + gl * (vl - v)
    )
    ndot = (ninf - n) / tau
    cdot = rho * (minf**3 * hinf * (vc - v) - kc * c)
    return vdot, ndot, cdot


def forced_fitz_hugh_nagumo(
    v: X, w: X, z: X, a: P, b: P, curr: P, f: P, gamma: P, omega: P
) -> Entries:
    return v - v**3 / 3 - w + curr + f * torch.sin(z), gamma * (v + a - b * w), omega


def hastings_powell(x: X, y: X, z: X, a1: P, a2: P, b1: P, b2: P, d1: P, d2: P) -> Entries:
    xdot = x * (1 - x) - y * a1 * x / (1 + b1 * x)
    ydot = y * a1 * x / (1 + b1 * x) - z * a2 * y / (1 + b2 * y) - d1 * y
    zdot = z * a2 * y / (1 + b2 * y) - d2 * z
    return xdot, ydot, zdot


def hindmarsh_rose(x: X, y: X, z: X, a: P, b: P, c: P, d: P, s: P, tx: P, tz: P) -> Entries:
    xdot = -x + 1 / tx * y - a / tx * x**3 + b / tx * x**2 + 1 / tx * z
    ydot = -a * x**3 - (d - b) * x**2 + z
    zdot = -s / tz * x - 1 / tz * z + c / tz
    return xdot, ydot, zdot


_HOPFIELD_WEIGHTS = (
    (0.0, -1.0, 0.0, 0.0, -1.0, -1.0),
    (0.0, 0.0, 0.0, -1.0, -1.0, -1.0),
    (-1.0, -1.0, 0.0, 0.0, -1.0, 0.0),
    (-1.0, -1.0, -1.0, 0.0, 0.0, 0.0),
    (-1.0, -1.0, 0.0, -1.0, 0.0, 0.0),
    (0.0, -1.0, -1.0, -1.0, 0.0, 0.0),
)


def hopfield(*entries: X, beta: P, eps: P, tau: P) -> Entries:
    return tuple(
        -entry / tau + (1 + torch.tanh(eps * _dot(row, entries))) / 2 - beta
        for entry, row in zip(entries, _HOPFIELD_WEIGHTS, strict=True)
    )


def itik_banks_tumor(
    x: X, y: X, z: X, a12: P, a13: P, a21: P, a31: P, d3: P, k3: P, r2: P, r3: P
) -> Entries:
    xdot = x * (1 - x) - a12 * x * y - a13 * x * z
    ydot = r2 * y * (1 - y) - a21 * x * y
    zdot = r3 * x * z / (x + k3) - a31 * x * z - d3 * z
    return xdot, ydot, zdot


_SUPPLIES = (6.0, 10.0, 14.0, 4.0, 9.0)
_CONTENTS = (  # of each resource (rows) in each species
    (0.04, 0.04, 0.07, 0.04, 0.04),
    (0.08, 0.08, 0.08, 0.1, 0.08),
    (0.1, 0.1, 0.1, 0.1, 0.14),
    (0.05, 0.03, 0.03, 0.03, 0.03),
    (0.07, 0.09, 0.07, 0.07, 0.07),
)
_SATURATIONS = (
    (0.39, 0.34, 0.3, 0.24, 0.23),
    (0.22, 0.39, 0.34, 0.3, 0.27),
    (0.27, 0.22, 0.39, 0.34, 0.3),
    (0.3, 0.24, 0.22, 0.39, 0.34),
    (0.34, 0.3, 0.22, 0.2, 0.39),
)


def mac_arthur(*entries: X, d: P, m: P, r: P) -> Entries:
    species, resources = entries[:5], entries[5:]
    growth: list[Tensor] = []
    for j in range(5):
        # A species grows as fast as its scarcest resource lets it.
        least = r * resources[0] / (_SATURATIONS[0][j] + resources[0])
        for i in range(1, 5):
            least = torch.minimum(least, r * resources[i] / (_SATURATIONS[i][j] + resources[i]))
        growth.append(least)
    grown = [mu * n for mu, n in zip(growth, species, strict=True)]
    changes = [n * (mu - m) for mu, n in zip(growth, species, strict=True)]
    for supply, row, resource in zip(_SUPPLIES, _CONTENTS, resources, strict=True):
        changes.append(d * (supply - resource) - _dot(row, grown))
    return tuple(changes)


def salton_sea(x: X, y: X, z: X, a: P, d: P, k: P, lam: P, m: P, mu: P, r: P, th: P) -> Entries:
    xdot = r * x * (1 - (x + y) / k) - lam * x * y
    ydot = lam * x * y - m * y * z / (y + a) - mu * y
    zdot = th * y * z / (y + a) - d * z
    return xdot, ydot, zdot


def turchin_hanski(n: X, p: X, z: X, a: P, d: P, e: P, g: P, h: P, r: P, s: P) -> Entries:
    ndot = (
        r * (1 - e * torch.sin(z)) * n
        - r * n**2
        - g * n**2 / (n**2 + h**2)
        - a * n * p / (n + d)
    )
    pdot = s * (1 - e * torch.sin(z)) * p - s * p**2 / n
    zdot = 2 * math.pi
    return ndot, pdot, zdot
