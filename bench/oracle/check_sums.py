"""Tests the noise of opened sums, coordinate by coordinate, and how far one person moves them.

    node --import=tsx bench/oracle/sums.ts | python bench/oracle/check_sums.py

Noise: the plain sum is subtracted from each opened one, so that what is left is noise alone. Over the releases of one sum, its sum of
squares over the variance that was drawn is chi-square in each coordinate, votes included, and over all of them together. All these
tests share one probability of 1e-6 to be wrong about a program that is right.

Clip: with the noise off, one person more moves a platform's integers by at most its integer clip (exactly, in integers), and the
worst of the persons tried by at least .99 of it. Where a vote of less than a whole one belongs to the person (a quantile below a
half), no person can reach the bound, and only the first half is checked.

Versions: what a platform releases again in a later version of the manifest is what left it before, bit for bit.
"""

import json
import math
import sys

import numpy
from scipy import stats

FAMILY = 1e-6


def main():
    noises, problems, worst = [], [], []
    tests = again = drawn = 0
    for line in sys.stdin:
        part = json.loads(line)
        if "again" in part:
            again += part["again"]
            drawn += part["drawn"]
            if part["changed"]:
                problems.append(f"{part['name']}, {part['platform']}: {part['changed']} sums were drawn again")
            continue
        name = f"{part['name']}, {part['sum']}"
        if "moved" in part:
            clip = part["integerClip"]
            longest = max(int(square) for square in part["moved"])
            reached = math.isqrt(longest) / clip
            worst.append(reached if part["isWhole"] else None)
            if longest > clip**2:
                problems.append(f"{name}, {part['platform']}: moved by {math.sqrt(longest)}, more than {clip}")
            if part["isWhole"] and reached < 0.99:
                problems.append(f"{name}, {part['platform']}: moved by {reached:.4f} of the clip at most")
            continue
        rows = numpy.array(part["rows"], dtype=float)
        squares = (rows**2).sum(axis=0) / part["variance"]
        noises.append((name, rows.shape, squares))
        tests += rows.shape[1] + 1
    # The tests are two-sided: one for each coordinate, and one for each sum.
    level = FAMILY / (2 * max(1, tests))
    extreme = 1.0
    for name, (releases, dimension), squares in noises:
        low = stats.chi2.cdf(squares, releases)
        high = stats.chi2.sf(squares, releases)
        smallest = min(low.min(), high.min())
        extreme = min(extreme, smallest)
        for coordinate in numpy.nonzero((low < level) | (high < level))[0]:
            problems.append(f"{name}: coordinate {coordinate} of {dimension} has {squares[coordinate] / releases:.4f} of its variance")
        together = squares.sum()
        count = releases * dimension
        p = min(stats.chi2.cdf(together, count), stats.chi2.sf(together, count))
        extreme = min(extreme, p)
        if p < level:
            problems.append(f"{name}: all coordinates together have {together / count:.5f} of the variance")
        print(f"{name}: {releases} releases, {dimension} coordinates, {together / count:.5f} of the variance, least p {smallest:.2g}")
    reached = [value for value in worst if value is not None]
    print(
        f"{len(noises)} sums, {tests} tests of variance at {level:.2g} each, least p {extreme:.2g}; {len(worst)} clips, the worst person "
        f"moves {min(reached, default=0):.4f} to {max(reached, default=0):.6f} of them; {len(problems)} problems"
    )
    print(f"{drawn} sums of platforms drawn, and released again {again} times in later versions")
    for problem in problems:
        print(problem)
    return 1 if problems or not noises or not worst else 0


if __name__ == "__main__":
    sys.exit(main())
