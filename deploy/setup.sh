#!/bin/sh
# Makes a federation to try: sample worlds, recorded consent, every member's identity and a manifest that nobody compared (--unsafe-trial). Run once.
#   deploy/setup.sh FOLDER [PERSONS] [ITEMS]
# ISTHMUS names the command (default: isthmus).
set -eu
umask 077
folder=$1
persons=${2:-6000}
items=${3:-1500}
isthmus=${ISTHMUS:-isthmus}
# The manifest comes last: where it stands, everything else does.
if [ -e "$folder/manifest.yaml" ]; then
  echo "$folder is set up already"
  exit 0
fi
mkdir -p "$folder"
$isthmus data sample --out "$folder/data" --platforms films,books,music --persons "$persons" --items "$items"
# The sample's persons are made up, so somebody may consent for all of them.
for source in films music; do
  cut -f1 "$folder/data/$source.tsv" | tail -n +2 | sort -u >"$folder/$source.persons"
  $isthmus consent add --state "$folder/$source-state" --target books --file "$folder/$source.persons"
done
$isthmus init --unsafe-trial --out "$folder" --federation sample --platforms films,books,music \
  --items "$items,$items,$items" --persons "$persons,$persons,$persons" --platforms-per-person 3 \
  --strategy private-subspace --epsilon 4 --sources films,music --unsafe-shared-pseudonym-key
