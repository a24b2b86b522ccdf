"""Independent figures for the accountant's tests: 50-digit mpmath, direct definitions, nothing of the project.

    bench/peers/install-accountant-peer.sh && bench/peers/.venv-accountant/bin/python bench/accountant-oracle.py \
        > test/accounting/oracle.json
"""

import json

from mpmath import betainc, erfc, exp, gamma, inf, log, loggamma, mp, mpf, npdf, quad, sqrt

mp.dps = 50


def text(value):
    return mp.nstr(value, 20)


def tail(z):
    return erfc(mpf(z) / sqrt(2)) / 2


def hockey_stick_gaussian(mu, epsilon):
    mu, epsilon = mpf(mu), mpf(epsilon)
    return tail(epsilon / mu - mu / 2) - exp(epsilon) * tail(epsilon / mu + mu / 2)


def tail_quantile(log_tail):
    """z with log P[N > z] = log_tail, by bisection."""
    low, high = mpf(-40), mpf(40000)
    # Beyond -1 the logarithm is a small number: its complement is what can be compared there.
    for _ in range(400):
        middle = (low + high) / 2
        here = -tail(-middle) * (1 + tail(-middle) / 2 + tail(-middle) ** 2 / 3) if middle < -15 else log(tail(middle))
        if here > log_tail:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def log_moment(order, rate, z):
    """log E[((1 - q) + q exp(y / z - 1 / (2 z^2)))^order], y ~ N(0, 1), by adaptive quadrature."""
    order, rate, z = mpf(order), mpf(rate), mpf(z)

    def integrand(y):
        return npdf(y) * (1 - rate + rate * exp(y / z - 1 / (2 * z * z))) ** order

    centre = order / z
    points = sorted({mpf(-14), mpf(-4), mpf(0), mpf(4), centre / 2, centre - 3, centre, centre + 3, centre + 14, mpf(16)})
    return log(quad(integrand, points))


def discrete_gaussian_sum_rdp(order, sigma, shares, shift):
    """Renyi divergence between a sum of discrete Gaussians and the same shifted by an integer, by direct convolution."""
    reach = int(14 * sigma) + 4
    one = [exp(-mpf(x) ** 2 / (2 * mpf(sigma) ** 2)) for x in range(-reach, reach + 1)]
    norm = sum(one)
    one = [p / norm for p in one]
    total = one
    for _ in range(shares - 1):
        longer = [mpf(0)] * (len(total) + len(one) - 1)
        for i, p in enumerate(total):
            for j, q in enumerate(one):
                longer[i + j] += p * q
        total = longer
    order = mpf(order)
    moment = sum(
        total[i - shift] ** order * total[i] ** (1 - order) for i in range(shift, len(total)) if total[i] > 0
    )
    return log(moment) / (order - 1)


def main():
    xs = [0, 1e-8, 0.1, 0.5, 1, 1.7, 2, 3, 3.75, 5, 8, 12, 20, 26]
    zs = [-8, -3, -1, -0.3, 0, 0.2, 1, 2.5, 4, 6, 8, 12, 20, 37]
    json.dump(
        {
            "source": "bench/accountant-oracle.py, mpmath 1.3.0, 50 digits",
            "erfc": [[x, text(erfc(mpf(x)))] for x in xs],
            "erfcx": [[x, text(exp(mpf(x) ** 2) * erfc(mpf(x)))] for x in [*xs, 100, 1e4]],
            "normalTail": [[z, text(tail(z))] for z in zs],
            "logNormalTail": [[z, text(log(tail(z)))] for z in [*zs, 50, 200, 1e4]],
            "normalTailQuantile": [
                [t, text(tail_quantile(mpf(t)))]
                for t in [
                    -1e-300, -1e-100, -1e-20, -1e-15, -1e-10, -1e-5, -0.01, -0.3, -0.69, -0.7, -1, -2, -5, -13.8, -40, -100,
                    -700, -1e4, -1e8,
                ]
            ],
            "logGamma": [[x, text(loggamma(mpf(x)))] for x in [1e-6, 0.3, 0.5, 1.5, 2.5, 3, 7.25, 14.9, 15, 33, 170.5, 1e4, 1e8]],
            "incompleteBeta": [
                [x, a, b, text(betainc(a, b, 0, mpf(x), regularized=True))]
                for x, a, b in [(0.1, 2, 3), (0.5, 0.5, 0.5), (0.3, 10, 20), (0.9, 40, 7), (0.52, 520, 481), (0.01, 1, 100)]
            ],
            "gaussianDelta": [
                [mu, epsilon, text(hockey_stick_gaussian(mu, epsilon))]
                for mu, epsilon in [(1, 0), (1, 1), (0.1, 0.5), (0.01, 0.02), (3, 2), (3, 25), (0.25, 2.5), (1, 12), (2, -1)]
            ],
            "logMoment": [
                [order, rate, z, text(log_moment(order, rate, z))]
                for order, rate, z in [
                    (1.01, 0.01, 1), (1.5, 0.01, 2.5), (2.5, 0.2, 0.7), (3.9, 0.04, 1.5), (6.5, 0.5, 1), (20.5, 0.1, 4),
                    (2, 0.01, 1), (8, 0.3, 1.2), (32, 0.01, 2), (63.5, 0.001, 1), (10.1, 0.99, 10), (1.25, 1e-5, 0.5),
                ]
            ],
            "discreteGaussianSumRdp": [
                [order, sigma, shares, shift, text(discrete_gaussian_sum_rdp(order, sigma, shares, shift))]
                for order, sigma, shares, shift in [(2, 0.6, 2, 1), (2, 1, 3, 1), (5, 1, 3, 2), (16, 2, 4, 1), (1.5, 0.5, 3, 1)]
            ],
        },
        __import__("sys").stdout,
        indent=2,
    )


if __name__ == "__main__":
    main()
