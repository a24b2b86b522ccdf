#!/usr/bin/env bash
# Installs Flower, which `bench/secagg.ts` and `bench/trunk.ts` run beside ours. Needs Python 3.10 or newer.
set -euo pipefail
cd "$(dirname "$0")"
python3 -m venv .venv-flower
.venv-flower/bin/pip install --quiet --disable-pip-version-check 'flwr==1.41.0'
.venv-flower/bin/python -c 'import importlib.metadata as m; print("flwr", m.version("flwr"), "ready, numpy", m.version("numpy"))'
