#!/usr/bin/env bash
# Installs the library implicit, which `bench/als.ts` and `bench/kernels.ts` run beside ours. Needs Python 3.10 or newer.
set -euo pipefail
cd "$(dirname "$0")"
python3 -m venv .venv-implicit
.venv-implicit/bin/pip install --quiet --disable-pip-version-check 'implicit==0.7.3'
.venv-implicit/bin/python -c 'import implicit, numpy, scipy; print("implicit", implicit.__version__, "ready, numpy", numpy.__version__)'
