#!/bin/sh
# Makes a federation for a trial: sample worlds, recorded consents, every member's identity, and a manifest whose members
# did not compare each other's keys (--unsafe-trial). Run once.
#   deploy/setup.sh FOLDER [PERSONS] [ITEMS]
# The variable ISTHMUS names the command (default: isthmus).
set -eu
umask 077
folder=$1
persons=${2:-6000}
items=${3:-1500}
isthmus=${ISTHMUS:-isthmus}
# The manifest is made last: if it exists, everything else does too.
if [ -e "$folder/manifest.yaml" ]; then
  echo "$folder is set up already"
  exit 0
fi
mkdir -p "$folder"
$isthmus data sample --out "$folder/data" --platforms films,books,music --persons "$persons" --items "$items"
# The sample's persons are synthetic, so this script may consent for all of them.
for source in films music; do
  cut -f1 "$folder/data/$source.tsv" | tail -n +2 | sort -u >"$folder/$source.persons"
  $isthmus consent add --state "$folder/$source-state" --target books --file "$folder/$source.persons"
done
$isthmus init --unsafe-trial --out "$folder" --federation sample --platforms films,books,music \
  --items "$items,$items,$items" --persons "$persons,$persons,$persons" --platforms-per-person 3 \
  --strategy private-subspace --epsilon 4 --sources films,music --unsafe-shared-pseudonym-key
