#!/usr/bin/env bash
# Installs Google's dp_accounting, which `bench/accountant.ts` runs beside ours. Needs Python 3.10 or newer.
set -euo pipefail
cd "$(dirname "$0")"
python3 -m venv .venv-accountant
.venv-accountant/bin/pip install --quiet --disable-pip-version-check 'dp-accounting==0.6.0' 'mpmath==1.3.0'
.venv-accountant/bin/python -c 'import dp_accounting, numpy, scipy; print("dp-accounting ready, numpy", numpy.__version__, "scipy", scipy.__version__)'
