#!/bin/sh
# The whole main job, from a new case to the report.
# Without EVIDENCE it works on the harmless sample (tools/make_sample.py), whose faults are wanted:
# where an exit status of 3 or 4 belongs to the exercise it is said why; any other ends the run.
# usage: [REMPART=PROGRAM] tools/run_sample.sh [EVIDENCE]
set -eu
for word in "$@"; do
    case $word in
    -h | --help) sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"; exit 0 ;;
    -*) echo "${0##*/}: unknown option $word" >&2; exit 2 ;;
    esac
done
[ $# -le 1 ] || { echo "${0##*/}: one EVIDENCE at most" >&2; exit 2; }
evidence=${1:-}
[ -z "$evidence" ] || evidence=$(realpath -e -- "$evidence")
cd "$(dirname "$0")/.."
rempart=${REMPART:-build/release/bin/rempart}
sample=build/sample
thumbnails= # of evidence none

say() { printf '\n\033[1m%s\033[0m\n' "$*" | if [ -t 1 ]; then cat; else sed 's/\x1b\[[01]m//g'; fi; }

# step "ALLOWED STATUSES" COMMAND...: shows the command, runs it, explains its exit status.
step() {
    allowed=$1
    shift
    printf '\n$ rempart'
    for word in "$@"; do
        case $word in *[\ \']*) printf ' "%s"' "$word" ;; *) printf ' %s' "$word" ;; esac
    done
    printf '\n'
    status=0
    "$rempart" "$@" || status=$?
    case " $allowed " in
    *" $status "*) ;;
    *)
        echo "run_sample.sh: exit status $status, expected one of: $allowed" >&2
        exit 1
        ;;
    esac
    case $status in
    3) echo "  exit status 3: done, but some input could not be read; \`status\` and the report list it" ;;
    4) echo "  exit status 4: the medium is not what was acquired; what is sound in it was read all the same" ;;
    esac
}

new_case() {
    step 0 case new "$case" --name "$1" --authority "Exercise unit" --legal-basis "training" \
        --purpose "$2" --review-date "$(date -u -d '+1 year' +%Y-%m-%d)"
}

show_and_report() {
    say "What the case holds"
    step "0 3 4" status "$case"
    say "Known material: the first ten places"
    step 0 hits "$case" >"$out/hits.txt"
    head -n 12 "$out/hits.txt"
    say "New material, most urgent first: the first ten groups"
    step 0 new "$case" >"$out/new.txt"
    head -n 12 "$out/new.txt"
    say "The report, in English and French"
    step 0 report "$case" --out "$out/report-en" --language en $thumbnails
    step 0 report "$case" --out "$out/report-fr" --language fr $thumbnails
    say "Where to look"
    echo "  file://$PWD/$out/report-en/report.html"
    echo "  file://$PWD/$out/report-fr/report.html"
    echo "  $rempart --help      every command; all rows of this case: rempart hits|new|items|messages $case"
}

if [ -n "$evidence" ]; then
    label=$(basename "$evidence" | tr -c 'A-Za-z0-9._\n-' '_')
    case=build/case-$label
    out=build/report-$label
    mkdir -p "$out"
    if [ -d "$case" ]; then
        say "Going on with $case"
    else
        say "A new case for $evidence (name, authority and legal basis are those of an exercise)"
        new_case "Case of $(basename "$evidence")" "Look at one's own evidence"
    fi
    echo "  Lists of known material: $rempart list add $case LIST --name N --polarity alert"
    step "0 3 4" ingest "$case" "$evidence"
    show_and_report
    exit 0
fi

if [ ! -d "$sample" ] || [ -n "$(find tools/make_sample.py tools/sample -name '*.py' -newer "$sample" -print -quit)" ]; then
    say "Drawing the sample (half a minute)"
    /usr/bin/python3 tools/make_sample.py "$sample"
    touch "$sample"
fi
case=build/sample-case
out=build/sample-report
thumbnails=--thumbnails # everything here is drawn
rm -rf "$case" "$out"
mkdir -p "$out"

say "A new case"
new_case "Exercise 1: the garden club" "Show the main job on harmless pictures"

say "Lists of known material (every entry is a picture of the sample)"
step 0 list add "$case" "$sample/lists/harbour-sha256.txt" --name "Exercise harbour" --polarity alert --algorithm sha256
step 0 list add "$case" "$sample/lists/exercise-vics-us.json" --name "Exercise VICS" --polarity alert
step 0 list add "$case" "$sample/lists/club-hashdeep.txt" --name "Exercise club" --polarity note
step 0 list add "$case" "$sample/lists/allow-nsrl.csv" --name "Exercise allow list" --polarity allow
sed "s|^|$sample/pictures/|" "$sample/lists/pictures-for-pdq.txt" | xargs "$rempart" fingerprint --json |
    /usr/bin/python3 -c 'import json, sys; [print(json.loads(line)["hex"]) for line in sys.stdin]' >"$out/exercise-pdq.txt"
step 0 list add "$case" "$out/exercise-pdq.txt" --name "Exercise PDQ" --polarity alert --algorithm pdq
"$rempart" fingerprint --json --frames second "$sample/videos/regatta.mp4" >"$out/exercise-videos.jsonl"
step 0 list add "$case" "$out/exercise-videos.jsonl" --name "Exercise videos" --polarity alert
echo
echo "A list with one bad line is refused whole, with the line (exit status 1 is wanted here):"
step 1 list add "$case" "$sample/lists/one-bad-line.txt" --name "Bad list" --polarity alert --algorithm sha256

say "Evidence"
echo "A telephone's folder, with a protected archive and an export with the exporter's own fault:"
step 3 ingest "$case" "$sample/exhibits/phone" --exhibit phone
echo "A laptop's disk, an E01 whose stored digest is checked; four deleted files:"
step "0 3" ingest "$case" "$sample/exhibits/laptop.E01" --exhibit laptop
echo "A memory stick and a card with two partitions, raw:"
step "0 3" ingest "$case" "$sample/exhibits/stick.raw" --exhibit stick
step "0 3" ingest "$case" "$sample/exhibits/card.raw" --exhibit card
echo "The same laptop with three bytes inverted:"
step 4 ingest "$case" "$sample/exhibits/laptop-damaged.E01" --exhibit laptop-damaged
echo "One damaged or hostile file of each kind:"
step 3 ingest "$case" "$sample/exhibits/broken" --exhibit broken
echo "An empty medium:"
step 3 ingest "$case" "$sample/exhibits/empty-medium.raw" --exhibit empty-medium

show_and_report
