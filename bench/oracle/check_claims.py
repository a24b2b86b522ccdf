"""Recomputes epsilon from a trace of what releases truly did, by Google's dp_accounting, and compares it with what is claimed.

    node --import=tsx bench/oracle/trace.ts | python bench/oracle/check_claims.py

Of the plan nothing is read. The adversary is the one that the claim names: it opens every sum that the platforms' ledgers let them
upload for, with as few contributions as platforms open (the person's platforms among them), and of those so many platforms collude
with it and subtract their noise. For every number of colluders up to the planned one:

    x        dp_accounting's RDP epsilon, at the project's orders and between the two next to the best, of the most that a person's
             own sums cost together with the most that each version's rounds can cost a person, whose data every platform that the person is on may
             send; the claim lies in [x, 1.001 x]
    person   the same of the one person who paid most, by what platforms did send: less than x where the platforms with the costliest
             encoders are not those with the largest parts of the clip, or where platforms that release nothing send nobody
    PLD      dp_accounting's privacy-loss distribution for that person, the coins of each platform as they are; the claim is above it
"""

import collections
import functools
import json
import math
import sys

import dp_accounting
from absl import logging
from dp_accounting import dp_event
from dp_accounting.pld import pld_privacy_accountant
from dp_accounting.rdp import rdp_privacy_accountant

RELATIVE = 1e-9
LOOSEST = 1.001


def opened_sum(attempt, on, t_noise, colluders):
    """(noise deviation, [(sensitivity part, rate)]) of one opened sum, at worst for a person on these platforms."""
    known = [p for p in attempt if p["name"] in on]
    others = sorted((p for p in attempt if p["name"] not in on), key=lambda p: p["release"]["variance"])
    uploaders = known + others[: max(0, t_noise - len(known))]
    # Colluders are those with the most noise among platforms that do not know the person; what they add is subtracted.
    honest = list(uploaders)
    for _ in range(colluders):
        candidates = [p for p in honest if p["name"] not in on]
        if not candidates:
            break
        honest.remove(max(candidates, key=lambda p: p["release"]["variance"]))
    for p in honest:
        if p["release"]["noised"] != p["release"]["dimension"]:
            return 0.0, known
    variance = sum(p["release"]["variance"] for p in honest)
    return math.sqrt(variance), known


def own_events(trace, person):
    """Events of the platforms' own releases that one person's data is in; None if a release has no noise."""
    events = []
    for platform in trace["platforms"]:
        for release in platform["own"]:
            if person not in release["contributors"]:
                continue
            if release["noised"] != release["dimension"] or release["variance"] == 0:
                return None
            events.append(dp_accounting.GaussianDpEvent(math.sqrt(release["variance"]) / release["integerClip"]))
    return events


def round_events(trace, person, colluders, sent, version=None):
    """
    (for RDP, for PLD) of the opened sums with one person's data in them; None where one has no noise.
    sent: count a platform only where it sent something of the person.
    version: of its sums alone.
    """
    on = set(trace["persons"][person])
    rdp, pld = [], []
    for attempt in trace["attempts"]:
        if version not in (None, attempt["version"]):
            continue
        # An earlier version's sums stay counted as its ledgers charged them: against its planned colluders at least.
        pooled = colluders if attempt["version"] == trace["version"] else max(colluders, attempt["colluders"])
        deviation, known = opened_sum(attempt["parts"], on, attempt["tNoise"], pooled)
        known = [p for p in known if not sent or person in p["release"]["contributors"]]
        if not known:
            continue
        if deviation == 0:
            return None
        clips = [p["release"]["integerClip"] for p in known]
        rates = [p["release"]["rate"] for p in known]
        total = sum(clips)
        if all(rate == 1 for rate in rates):
            event = dp_accounting.GaussianDpEvent(deviation / total)
            rdp.append(event)
            pld.append(event)
            continue
        # The person is in the sum at all with this probability. A shift by all of the clips bounds the mixture.
        person_rate = 1 - math.prod(1 - rate for rate in rates)
        rdp.append(dp_accounting.PoissonSampledDpEvent(person_rate, dp_accounting.GaussianDpEvent(deviation / total)))
        mixture = {0.0: 1.0}
        for clip, rate in zip(clips, rates):
            step = {}
            for shift, probability in mixture.items():
                step[shift] = step.get(shift, 0) + probability * (1 - rate)
                step[shift + clip / total] = step.get(shift + clip / total, 0) + probability * rate
            mixture = step
        shifts = sorted(mixture)
        pld.append(dp_event.MixtureOfGaussiansDpEvent(deviation / total, shifts, [mixture[shift] for shift in shifts]))
    return rdp, pld


def counted(events):
    """Composes events, equal ones as one event that is composed with itself."""
    counts = {}
    for event in events:
        key = repr(event)
        counts[key] = (event, counts.get(key, (event, 0))[1] + 1)
    return dp_accounting.ComposedDpEvent(
        [dp_accounting.SelfComposedDpEvent(event, count) for event, count in counts.values()]
    )


def direct(event, orders):
    accountant = rdp_privacy_accountant.RdpAccountant(orders)
    accountant.compose(event)
    return accountant.rdp


@functools.lru_cache(maxsize=None)
def at_integer(event, order):
    return 0.0 if order == 1 else float(direct(event, [order])[0])


def curve(event, orders):
    """
    dp_accounting's RDP of one event. Of sampled noise its series at fractional orders is sometimes far too large, larger than at the
    next integer, which no Renyi divergence can be, or does not converge: there the chord between the integer orders next to it bounds
    it, since (order - 1) RDP is convex.
    """
    values = direct(event, orders)
    if not isinstance(event, dp_accounting.PoissonSampledDpEvent):
        return values
    chords = []
    for order in orders:
        low, high = math.floor(order), math.ceil(order)
        if low == high:
            chords.append(at_integer(event, low))
            continue
        below, above = (low - 1) * at_integer(event, low), (high - 1) * at_integer(event, high)
        chords.append(((high - order) * below + (order - low) * above) / (order - 1))
    return [min(value, chord) for value, chord in zip(values, chords)]


def rdp_epsilon(events, delta, orders):
    counts = collections.Counter(events)

    def at(these):
        curves = [[count * value for value in curve(event, these)] for event, count in counts.items()]
        return rdp_privacy_accountant.compute_epsilon(these, [sum(values) for values in zip(*curves)], delta)

    epsilon, best = at(orders)
    grid = list(orders)
    for _ in range(3):
        index = grid.index(best)
        low = grid[index - 1] if index > 0 else 1 + (best - 1) / 64
        high = grid[min(index + 1, len(grid) - 1)]
        grid = [low + (high - low) * i / 32 for i in range(33)]
        here, best = at(grid)
        epsilon = min(epsilon, here)
    return epsilon


def pld_epsilon(events, delta):
    accountant = pld_privacy_accountant.PLDAccountant()
    accountant.compose(counted(events))
    return accountant.get_epsilon(delta)


def most(candidates, delta, orders, seen):
    """(epsilon, key) of the candidate whose events cost most."""
    best = (0.0, None)
    for which, events in candidates:
        if not events:
            continue
        key = tuple(sorted(map(repr, events)))
        if key not in seen:
            seen[key] = rdp_epsilon(events, delta, orders)
        if seen[key] > best[0]:
            best = (seen[key], which)
    return best


def check(trace):
    """Rows of (colluders, claimed epsilon, epsilon of the costliest parts together, of the costliest person, of that person by PLD)."""
    said = trace["said"]
    delta = said["delta"]
    persons = range(len(trace["persons"]))
    sampled = any(part["release"]["rate"] < 1 for attempt in trace["attempts"] for part in attempt["parts"])
    # The series of a sampled Gaussian takes very long at fractional orders below 2, and no claim is best there.
    orders = [order for order in trace["orders"] if order <= 4096 and (order >= 2 or not sampled)]
    # C1 prints the epsilon against the planned colluders. In a federation of three, where each platform adds all of the noise, it counts
    # one share whatever is in a sum, so it is not compared.
    claimed = [(trace["colluders"], said["epsilon"])]
    if trace["attempts"] and len(trace["attempts"][-1]["parts"]) == 3:
        claimed = []
    if trace["attempts"]:
        claimed += list(enumerate(said["against"]))
    own = [own_events(trace, person) for person in persons]
    rows = []
    for colluders, ours in claimed:
        rounds = [round_events(trace, person, colluders, sent=True) for person in persons]
        may_send = [
            [round_events(trace, person, colluders, sent=False, version=version) for person in persons]
            for version in range(1, trace["version"] + 1)
        ]
        if None in own or None in rounds or any(None in of_version for of_version in may_send):
            rows.append((colluders, ours, math.inf, math.inf, math.inf))
            continue
        seen = {}
        _, costliest = most(((p, own[p]) for p in persons), delta, orders, seen)
        together = list(own[costliest]) if costliest is not None else []
        # In each version other platforms may have the largest parts of the clip, and so another person may be the costliest.
        for of_version in may_send:
            _, heaviest = most(((p, of_version[p][0]) for p in persons), delta, orders, seen)
            together += of_version[heaviest][0] if heaviest is not None else []
        x = rdp_epsilon(together, delta, orders)
        person, worst = most(((p, own[p] + rounds[p][0]) for p in persons), delta, orders, seen)
        rows.append((colluders, ours, x, person, pld_epsilon(own[worst] + rounds[worst][1], delta)))
    return rows


def main():
    logging.set_verbosity(logging.FATAL)
    federations = broken = 0
    ratios, of_persons, above = [], [], []
    for line in sys.stdin:
        trace = json.loads(line)
        federations += 1
        for colluders, ours, x, person, proven in check(trace):
            holds = x * (1 - RELATIVE) <= ours <= x * LOOSEST and ours > proven
            broken += not holds
            ratios.append(ours / x)
            of_persons.append(ours / person)
            above.append(ours / proven)
            print(
                f"{trace['name']}, {colluders} collude: claimed {ours:.6f}, claimed / x {ours / x:.7f}, "
                f"/ person {ours / person:.4f}, / PLD {ours / proven:.3f}{'' if holds else '   <-- outside'}",
                flush=True,
            )
    if federations == 0:
        print("no trace came")
        return 1
    print(
        f"{federations} federations, {len(ratios)} claims, {broken} outside: claimed / x from {min(ratios):.7f} to {max(ratios):.7f}, "
        f"claimed / person to {max(of_persons):.4f}, claimed / PLD from {min(above):.4f}"
    )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
