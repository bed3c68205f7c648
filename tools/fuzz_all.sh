#!/bin/sh
# Runs each fuzz target over its seeds for FUZZ_SECONDS (default 10), FUZZ_JOBS (default 2) of them
# at a time, one line a target; fails if any crashes, hangs or takes 2 GiB. What it finds stays in
# build/fuzz/found; fuzz/corpus is only read.
# FUZZ_SEED fixes the sequence of tries (0, the default, takes another each time).
# usage: tools/fuzz_all.sh [TARGET...]     (names of fuzz/corpus; default: all)
set -eu
for word in "$@"; do
    case $word in
    -h | --help) sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"; exit 0 ;;
    -*) echo "${0##*/}: unknown option $word" >&2; exit 2 ;;
    esac
done
cd "$(dirname "$0")/.."
seconds=${FUZZ_SECONDS:-10}
jobs=${FUZZ_JOBS:-2}
found=$PWD/build/fuzz/found
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

[ $# -gt 0 ] || set -- $(find fuzz -name '*_fuzz.cpp' -exec basename {} _fuzz.cpp \; | sort)
cmake --preset fuzz >"$work/configure" 2>&1 || { cat "$work/configure"; exit 1; }
targets=""
for name in "$@"; do targets="$targets ${name}_fuzz"; done
# shellcheck disable=SC2086 # a list of words
ninja -C build/fuzz -j "$jobs" $targets >"$work/build" 2>&1 || { tail -40 "$work/build"; exit 1; }

mkdir -p "$found"

# fuzz NAME: leaves $work/NAME.failed unless all is well.
fuzz() {
    name=$1
    corpus=$work/$name
    mkdir -p "$corpus"
    touch "$work/$name.failed"
    if [ -d "fuzz/corpus/$name" ]; then cp -R "fuzz/corpus/$name/." "$corpus/"; fi
    seeds=$(find "$corpus" -type f | wc -l)
    if [ "$seeds" -eq 0 ]; then
        echo "$name: no seeds in fuzz/corpus/$name"
    elif "build/fuzz/fuzz/${name}_fuzz" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
        -max_len=65536 -seed="${FUZZ_SEED:-0}" -print_final_stats=1 -artifact_prefix="$found/$name-" "$corpus" \
        >"$work/$name.log" 2>&1; then
        runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/$name.log")
        echo "$name: ok, $runs runs from $seeds seeds in $seconds s"
        rm "$work/$name.failed"
    else
        echo "$name: FAILED, input in build/fuzz/found/$name-*"
        grep -E -m 5 'ERROR|SUMMARY|runtime error|Test unit' "$work/$name.log" || tail -5 "$work/$name.log"
    fi
}

started=0
for name in "$@"; do
    fuzz "$name" >"$work/$name.said" &
    started=$((started + 1))
    [ $((started % jobs)) -ne 0 ] || wait
done
wait
status=0
for name in "$@"; do
    cat "$work/$name.said"
    [ ! -e "$work/$name.failed" ] || status=1
done
exit $status
