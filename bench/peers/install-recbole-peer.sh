#!/usr/bin/env bash
# Installs RecBole-CDR, which `bench/recbole.ts` runs beside ours. Needs Python 3.10 or 3.11, git, and 6 GB: PyPI's torch brings CUDA.
# The package recbole-cdr of PyPI lacks its models, so RecBole-CDR comes from its repository; RECBOLE_CDR may name a copy of it.
set -euo pipefail
cd "$(dirname "$0")"
commit=d339918ee5f2fb2d3ef38e874f2e04c01bc19e9d
python3 -m venv .venv-recbole
.venv-recbole/bin/pip install --quiet --disable-pip-version-check 'torch==2.5.1' 'numpy==1.26.4' 'scipy==1.13.1' 'pandas==2.2.3' \
  'colorlog==4.7.2' 'colorama==0.4.4' 'tqdm==4.70.1' 'pyyaml==6.0.4' 'scikit-learn==1.9.1' 'tensorboard==2.21.0' 'thop==0.1.1.post2209072238' 'setuptools<81'
.venv-recbole/bin/pip install --quiet --disable-pip-version-check --no-deps 'recbole==1.0.1'
from="${RECBOLE_CDR:-}"
if [ -z "$from" ]; then
  from="$PWD/.venv-recbole/recbole-cdr.git"
  [ -d "$from" ] || git clone --quiet --bare https://github.com/RUCAIBox/RecBole-CDR "$from"
fi
packages=$(.venv-recbole/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
git --git-dir="$from" archive "$commit" recbole_cdr/{__init__.py,config,data,model,properties,quick_start,sampler,trainer,utils} | tar -x -C "$packages"
.venv-recbole/bin/python - <<'PYTHON'
import numpy, recbole, torch
numpy.float, numpy.bool = float, bool
import recbole_cdr.model.cross_domain_recommender.emcdr
print("RecBole", recbole.__version__, "ready, torch", torch.__version__)
PYTHON
