"""Answers one JSON line on stdin with one on stdout: implicit on the matrix in a file, one thread, processor seconds."""
import json
import resource
import sys

import numpy as np
import scipy.sparse as sparse
import threadpoolctl
from implicit.cpu.als import AlternatingLeastSquares


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main():
    threadpoolctl.threadpool_limits(1, "blas")
    model = None
    for line in sys.stdin:
        order = json.loads(line)
        if order["what"] == "fit":
            words = np.fromfile(order["matrix"], dtype=np.uint32)
            persons, items, entries = (int(n) for n in words[:3])
            offsets = words[3 : 4 + persons].astype(np.int32)
            columns = words[4 + persons :].astype(np.int32)
            # Our loss over w0: a seen pair weighs 1 / w0 + 1 beside 1, the ridge is lambda / w0.
            weights = np.full(entries, 1 / order["unseen"] + 1, dtype=np.float32)
            matrix = sparse.csr_matrix((weights, columns, offsets), shape=(persons, items))
            model = AlternatingLeastSquares(
                factors=order["dimension"],
                regularization=order["ridge"] / order["unseen"],
                iterations=order["sweeps"],
                use_cg=order["solver"] == "cg",
                num_threads=1,
                random_state=order["seed"],
            )
            before = cpu()
            model.fit(matrix, show_progress=False)
            spent = cpu() - before
            np.asarray(model.user_factors, dtype=np.float32).tofile(order["matrix"] + ".persons")
            np.asarray(model.item_factors, dtype=np.float32).tofile(order["matrix"] + ".items")
        else:
            model = AlternatingLeastSquares(factors=order["dimension"], num_threads=1)
            model.user_factors = np.fromfile(order["matrix"] + ".persons", dtype=np.float32).reshape(-1, order["dimension"])
            model.item_factors = np.fromfile(order["matrix"] + ".items", dtype=np.float32).reshape(-1, order["dimension"])
            persons = np.arange(order["persons"], dtype=np.int32)
            none = sparse.csr_matrix((len(persons), model.item_factors.shape[0]), dtype=np.float32)
            before = cpu()
            ids, _ = model.recommend(persons, none, N=order["k"], filter_already_liked_items=False)
            spent = cpu() - before
            ids.astype(np.uint32).tofile(order["matrix"] + ".top")
        print(json.dumps({"seconds": spent, "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}), flush=True)


main()
