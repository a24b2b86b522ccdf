"""Answers one JSON line per composition with dp_accounting's epsilon and its processor time; imports are not timed.

A composition that takes less than 20 ms is repeated for so long, as on the other side.
"""

import json
import sys
import time

import dp_accounting
from dp_accounting import pld, rdp


def event_of(case):
    event = dp_accounting.GaussianDpEvent(case["noiseMultiplier"]) if case["noise"] == "gaussian" else None
    if case["noise"] == "laplace":
        event = dp_accounting.LaplaceDpEvent(case["noiseMultiplier"])
    if case["noise"] == "mixture":
        return dp_accounting.dp_event.MixtureOfGaussiansDpEvent(
            case["noiseMultiplier"], case["sensitivities"], case["probabilities"]
        )
    return event if case["rate"] == 1 else dp_accounting.PoissonSampledDpEvent(case["rate"], event)


def epsilon(case):
    if case["accountant"] == "pld":
        accountant = pld.PLDAccountant(value_discretization_interval=case["step"])
    else:
        accountant = rdp.RdpAccountant(case["orders"])
    accountant.compose(event_of(case), case["count"])
    return accountant.get_epsilon(case["delta"])


for line in sys.stdin:
    case = json.loads(line)
    start = time.process_time()
    times = 0
    ms = 0
    while ms < 20:
        value = epsilon(case)
        times += 1
        ms = (time.process_time() - start) * 1000
    print(json.dumps({"epsilon": value, "ms": ms / times}), flush=True)
