#!/bin/sh
# Runs the services of compose.yaml without containers: a coordinator and three platforms on sample worlds, until Ctrl-C.
#   deploy/local.sh FOLDER [PERSONS] [ITEMS]
# The variable ISTHMUS names the command (default: isthmus), PORT the coordinator's port (default: 7480).
# Each process writes a log and an events file into FOLDER.
set -eu
here=$(dirname "$0")
folder=$1
port=${PORT:-7480}
isthmus=${ISTHMUS:-isthmus}
"$here/setup.sh" "$@"

started=
start() {
  name=$1
  shift
  echo "isthmus $*"
  # Not in a subshell, so that the recorded process id is the command's own.
  $isthmus "$@" --events json >>"$folder/$name.events" 2>>"$folder/$name.log" &
  started="$started $name:$!"
}

stop() {
  trap - INT TERM
  status=$1
  for one in $started; do kill -TERM "${one#*:}" 2>/dev/null || true; done
  for one in $started; do
    wait "${one#*:}" || {
      code=$?
      # 143: the process was stopped before it handled signals itself.
      [ "$code" -ne 143 ] || continue
      echo "${one%:*} ended with exit code $code; see $folder/${one%:*}.log" >&2
      [ "$status" -ne 0 ] || status=$code
    }
  done
  exit "$status"
}
trap 'stop 0' INT TERM

start coordinator coordinator --manifest "$folder/manifest.yaml" --identity "$folder/coordinator.key" \
  --store "$folder/coordinator.db" --host 127.0.0.1 --port "$port"
# As in compose.yaml, platforms start once the coordinator is healthy.
until node -e "fetch('http://127.0.0.1:$port/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"; do
  kill -0 "${started#*:}" 2>/dev/null || stop 1
done
for source in films music; do
  start "$source" platform --manifest "$folder/manifest.yaml" --identity "$folder/$source.key" \
    --data "$folder/data/$source.tsv" --state "$folder/$source-state" --coordinator "http://127.0.0.1:$port" \
    --unsafe-shared-pseudonym-key "$folder/pseudonym.key" --serve-port 0 --no-receive
done
start books platform --manifest "$folder/manifest.yaml" --identity "$folder/books.key" \
  --data "$folder/data/books.tsv" --state "$folder/books-state" --coordinator "http://127.0.0.1:$port" \
  --unsafe-shared-pseudonym-key "$folder/pseudonym.key" --serve-port 0

cat <<TEXT

Status       curl -H "Authorization: Bearer \$(cat $folder/coordinator.db.token)" http://127.0.0.1:$port/v1/status
Then try     $isthmus recommend --state $folder/books-state --person PERSON
             with a PERSON of $folder/films.persons who is not in $folder/data/books.tsv
Ctrl-C ends all of them.
TEXT
# Waits until Ctrl-C, or until one of the processes ends unexpectedly.
while :; do
  for one in $started; do kill -0 "${one#*:}" 2>/dev/null || stop 1; done
  sleep 1 &
  wait $! || true
done
