"""One round of Flower's SecAgg+, in one process: its own workflow drives its own client module through a grid that calls
the module instead of sending. Reads {"n", "d", "shares", "threshold", "dropped"} from the arguments as JSON, prints
{"coordinatorMs", "platformMs", "bytesUp"} in processor time (user and system).
"""

import json
import logging
import sys
import time
from types import SimpleNamespace

import numpy as np
from flwr.app import ConfigRecord, Context, Error, Message, RecordDict
from flwr.client.mod.secure_aggregation.secaggplus_mod import secaggplus_mod
from flwr.common import Code, FitIns, FitRes, Status, ndarrays_to_parameters, parameters_to_ndarrays
from flwr.common.secure_aggregation.secaggplus_constants import RECORD_KEY_CONFIGS, Key, Stage
from flwr.compat.common import recorddict_compat as compat
from flwr.supercore.task_identity import TaskIdentity
from flwr.server.compat.legacy_context import LegacyContext
from flwr.server.workflow.constant import MAIN_CONFIGS_RECORD, MAIN_PARAMS_RECORD
from flwr.server.workflow.constant import Key as WorkflowKey
from flwr.server.workflow.secure_aggregation.secaggplus_workflow import SecAggPlusWorkflow

TaskIdentity.task_id = TaskIdentity.run_id = TaskIdentity.node_id = 1
logging.disable(logging.CRITICAL)

spec = json.loads(sys.argv[1])
n, d = spec["n"], spec["d"]
generator = np.random.default_rng(1)
updates = [generator.normal(size=d).astype(np.float32) for _ in range(7)]
dropped = {i for i in range(n) if (i + 1) * spec["dropped"] // n > i * spec["dropped"] // n}


def now() -> float:
    return time.process_time() * 1000


def size_of(value) -> int:
    if isinstance(value, (bytes, str)):
        return len(value)
    if isinstance(value, (list, tuple)):
        return sum(size_of(one) for one in value)
    return 8


class InProcessGrid:
    """Hands each message to the client module and keeps the time apart."""

    def __init__(self):
        self.contexts = {
            i: Context(run_id=1, node_id=i, node_config={}, state=RecordDict(), run_config={}) for i in range(n)
        }
        self.client_ms = np.zeros(n)
        self.bytes_up = np.zeros(n)
        self.in_grid_ms = 0.0

    def send_and_receive(self, messages, *, timeout=None):
        entered = now()
        replies = []
        for message in messages:
            node = message.metadata.dst_node_id
            stage = message.content.config_records[RECORD_KEY_CONFIGS][Key.STAGE]
            if node in dropped and stage in (Stage.COLLECT_MASKED_VECTORS, Stage.UNMASK):
                replies.append(Message(Error(code=0, reason="dropped"), reply_to=message))
                continue
            # The module takes its stage out of the record, which the workflow shares between nodes in stage 0.
            content = RecordDict(dict(message.content))
            content.config_records[RECORD_KEY_CONFIGS] = ConfigRecord(
                dict(message.content.config_records[RECORD_KEY_CONFIGS])
            )
            metadata = message.metadata
            incoming = Message(
                content, dst_node_id=node, message_type=metadata.message_type, group_id=metadata.group_id
            )
            trained = [0.0]

            def train(msg, context):
                begun = now()
                result = FitRes(
                    Status(Code.OK, ""), ndarrays_to_parameters([updates[node % len(updates)]]), 1, {}
                )
                reply = Message(compat.fitres_to_recorddict(result, False), reply_to=msg)
                trained[0] = now() - begun
                return reply

            begun = now()
            reply = secaggplus_mod(incoming, self.contexts[node], train)
            self.client_ms[node] += now() - begun - trained[0]
            for value in reply.content.config_records[RECORD_KEY_CONFIGS].values():
                self.bytes_up[node] += size_of(value)
            reply.metadata._src_node_id = node
            replies.append(reply)
        self.in_grid_ms += now() - entered
        return replies


summed = []
strategy = SimpleNamespace(
    configure_fit=lambda server_round, parameters, client_manager: [
        (SimpleNamespace(node_id=i), FitIns(parameters, {})) for i in range(n)
    ],
    aggregate_fit=lambda server_round, results, failures: (
        summed.append(parameters_to_ndarrays(results[0][1].parameters)[0]),
        (None, {}),
    )[1],
)
legacy = LegacyContext(
    Context(run_id=1, node_id=0, node_config={}, state=RecordDict(), run_config={}),
    strategy=strategy,
    client_manager=SimpleNamespace(num_available=lambda: n),
)
start = ndarrays_to_parameters([np.zeros(d, dtype=np.float32)])
legacy.state.array_records[MAIN_PARAMS_RECORD] = compat.parameters_to_arrayrecord(start, True)
legacy.state.config_records[MAIN_CONFIGS_RECORD] = ConfigRecord({WorkflowKey.CURRENT_ROUND: 1})

grid = InProcessGrid()
workflow = SecAggPlusWorkflow(spec["shares"], spec["threshold"], max_weight=1.0, clipping_range=8.0)
begun = now()
workflow(grid, legacy)
total = now() - begun
if not summed:
    sys.exit("the round did not complete")
kept = [i for i in range(n) if i not in dropped]
expected = np.mean([updates[i % len(updates)] for i in kept], axis=0)
if np.abs(summed[0] - expected).max() > 1e-3:
    sys.exit(f"the mean is off by {np.abs(summed[0] - expected).max()}")
print(
    json.dumps(
        {
            "coordinatorMs": total - grid.in_grid_ms,
            "platformMs": float(np.mean(grid.client_ms[kept])),
            "bytesUp": float(np.mean(grid.bytes_up[kept])),
        }
    )
)
