"""Figures of Google's dp_accounting for a search that publishes its best trial, for test/accounting/repeat-and-select.json.

    bench/peers/install-accountant-peer.sh && bench/peers/.venv-accountant/bin/python bench/peers/repeat-and-select-peer.py \
        > test/accounting/repeat-and-select.json
"""

import json
import math

import dp_accounting
from dp_accounting.dp_event import RepeatAndSelectDpEvent
from dp_accounting.rdp import RdpAccountant

# The order 1 stands for the limit b = 1 of theorem 2, at which only the law of the number of trials counts.
ORDERS = [1 + x / 10 for x in range(0, 100)] + list(range(11, 64)) + [80, 128, 256, 512, 1024, 4096]


def epsilon(z, count, mean, shape, delta):
    one = dp_accounting.SelfComposedDpEvent(dp_accounting.GaussianDpEvent(z), count)
    accountant = RdpAccountant(orders=ORDERS)
    accountant.compose(RepeatAndSelectDpEvent(one, mean=mean, shape=shape))
    return accountant.get_epsilon(delta)


rows = [
    {"z": z, "count": count, "mean": mean, "shape": None if shape == math.inf else shape, "delta": delta,
     "epsilon": epsilon(z, count, mean, shape, delta)}
    for z, count in [(1.0, 1), (2.5, 4), (8.0, 1), (20.0, 3), (0.7, 2)]
    for mean, shape in [(10, 0), (10, 0.5), (10, 1), (3, 1), (100, 0), (10, math.inf), (2, math.inf), (50, 2)]
    for delta in [1e-6, 1e-5]
]
print(json.dumps({"source": "dp-accounting 0.6.0, RepeatAndSelectDpEvent", "orders": ORDERS, "rows": rows}, indent=1))
