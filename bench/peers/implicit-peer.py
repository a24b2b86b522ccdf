"""Answers one JSON line on stdin with one on stdout: implicit or numpy on arrays in files, one thread, processor seconds."""
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


def kernel(order):
    """Processor seconds of `calls` runs of one task of bench/kernels.ts."""
    read = lambda name, kind, width: np.fromfile(f"{order['folder']}/{name}", dtype=kind).reshape(-1, width)
    d, dense, entries, width = order["d"], order["dense"], order["entries"], order["candidateWidth"]
    users, items = read("users", np.float32, d), read("items", np.float32, d)
    if order["task"] == 0:
        features = read("dense", np.float32, dense)
        columns, weights = read("profiles", np.uint32, 1).ravel(), read("weights", np.float32, 1).ravel()
        offsets = np.arange(len(users) + 1, dtype=np.int32) * entries
        profiles = sparse.csr_matrix((weights, columns.astype(np.int32), offsets), shape=(len(users), order["profileItems"]))
        back = profiles.T.tocsr()
        run = lambda: 0.5 * (profiles @ (back @ users)) + 0.5 * (features @ (features.T @ users))
    elif order["task"] == 1:
        features = read("dense", np.float32, dense)
        run = lambda: features.T @ users
    elif order["task"] == 2:
        candidates, persons = read("candidates", np.uint32, width), read("rowPerson", np.uint32, 1).ravel()
        run = lambda: np.matmul(items[candidates], users[persons][:, :, None])
    elif order["library"] == "numpy":
        k = order["k"]

        def run():
            scores = users @ items.T
            best = np.argpartition(scores, -k, axis=1)[:, -k:]
            np.argsort(-np.take_along_axis(scores, best, axis=1), axis=1)

    else:
        model = AlternatingLeastSquares(factors=d, num_threads=1)
        model.user_factors, model.item_factors = users, items
        persons = np.arange(len(users), dtype=np.int32)
        none = sparse.csr_matrix((len(persons), len(items)), dtype=np.float32)
        run = lambda: model.recommend(persons, none, N=order["k"], filter_already_liked_items=False)
    before = cpu()
    for _ in range(order["calls"]):
        run()
    return cpu() - before


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
            spent = kernel(order)
        print(json.dumps({"seconds": spent, "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}), flush=True)


main()
