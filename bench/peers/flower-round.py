"""One round of federated averaging by Flower's client, without any privacy, on the trunk of bench/trunk.ts: for each client a
full-batch gradient step in numpy (float32), driven through Flower's own ClientApp and message types in one process. Reads
{"clients", "persons", "inputs", "hidden", "bottleneck"} from the arguments as JSON, prints {"cpuMs", "parameters"} in processor
time (user and system, all threads).
"""

import json
import logging
import sys
import time

import numpy as np
from flwr.client import ClientApp, NumPyClient
from flwr.common import Context, FitIns, Message, RecordDict, ndarrays_to_parameters, parameters_to_ndarrays
from flwr.compat.common import recorddict_compat as compat
from flwr.supercore.task_identity import TaskIdentity

TaskIdentity.task_id = TaskIdentity.run_id = TaskIdentity.node_id = 1
logging.disable(logging.CRITICAL)
spec = json.loads(sys.argv[1])
clients, persons = spec["clients"], spec["persons"]
inputs, hidden, bottleneck = spec["inputs"], spec["hidden"], spec["bottleneck"]
generator = np.random.default_rng(1)
shapes = [
    (inputs, bottleneck), (inputs + 1, hidden), (hidden + 1, bottleneck),
    (bottleneck, inputs), (bottleneck + 1, hidden), (hidden + 1, inputs),
]
model = [generator.normal(size=shape).astype(np.float32) / np.sqrt(shape[0], dtype=np.float32) for shape in shapes]
data = [
    tuple(generator.normal(size=(2 * persons, inputs)).astype(np.float32) for _ in range(2)) for _ in range(clients)
]


def with_one(x):
    return np.hstack([x, np.ones((len(x), 1), np.float32)])


def half(x, passed, into, out):
    bent = np.tanh(with_one(x) @ into)
    return x @ passed + with_one(bent) @ out, bent


def back(x, bent, dy, passed, into, out):
    d_bent = (dy @ out[:-1].T) * (1 - bent * bent)
    return dy @ passed.T + d_bent @ into[:-1].T, [x.T @ dy, with_one(x).T @ d_bent, with_one(bent).T @ dy]


class Platform(NumPyClient):
    def __init__(self, number):
        self.x, self.target = data[number]

    def fit(self, parameters, config):
        e, d = parameters[:3], parameters[3:]
        z, encoded = half(self.x, *e)
        y, decoded = half(z, *d)
        dz, of_decoder = back(z, decoded, y - self.target, *d)
        _, of_encoder = back(self.x, encoded, dz, *e)
        step = np.float32(0.1 / len(self.x))
        return [p - step * g for p, g in zip(parameters, of_encoder + of_decoder)], len(self.x), {}


def round_of(model):
    total, weight = None, 0
    instructions = FitIns(ndarrays_to_parameters(model), {})
    for number in range(clients):
        app = ClientApp(client_fn=lambda _: Platform(number).to_client())
        content = compat.fitins_to_recorddict(instructions, keep_input=True)
        message = Message(content=content, dst_node_id=number, message_type="train")
        context = Context(run_id=1, node_id=number, node_config={}, state=RecordDict(), run_config={})
        result = compat.recorddict_to_fitres(app(message, context).content, keep_input=False)
        arrays = parameters_to_ndarrays(result.parameters)
        scaled = [result.num_examples * array for array in arrays]
        total = scaled if total is None else [a + b for a, b in zip(total, scaled)]
        weight += result.num_examples
    return [array / weight for array in total]


round_of(model)
started = time.process_time()
round_of(model)
print(json.dumps({"cpuMs": 1000 * (time.process_time() - started), "parameters": sum(p.size for p in model)}))
