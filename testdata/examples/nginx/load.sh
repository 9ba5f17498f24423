#!/bin/sh
# Asks nginx for a page ten times a second, once with one application behind it
# and once with two, and counts who answered.
#
# The pace is fixed on purpose. A client that waits for each answer before it
# asks again hardly asks while the link is down, and calls the system healthy.
set -eu

requests=120
answers=$(mktemp -d)
trap 'rm -rf "$answers"' EXIT

ask() { curl -sf -m 2 "http://nginx:$1/" || echo error; }

for _ in $(seq 200); do
    [ "$(ask 8002)" = error ] || break
    sleep 0.1
done

for _ in $(seq $requests); do
    ask 8001 >>"$answers/one" &
    ask 8002 >>"$answers/two" &
    sleep 0.1
done
wait

for apps in one two; do
    for who in app1 app2 error; do
        echo "$apps behind nginx, $who: $(grep -c "^$who" "$answers/$apps" || :)"
    done
done
