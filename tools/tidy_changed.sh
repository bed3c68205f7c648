#!/bin/sh
# clang-tidy over the .cpp files that differ from BASE (default: origin/main, else the parent
# commit), uncommitted and new ones too; over all files where there is no such base. Prints
# findings, exits 1 if there is any.
# usage: [BASE=REF] tools/tidy_changed.sh [FILE...]
set -eu
for word in "$@"; do
    case $word in
    -h | --help) sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"; exit 0 ;;
    -*) echo "${0##*/}: unknown option $word" >&2; exit 2 ;;
    esac
done
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

build=build/clang
[ -f $build/compile_commands.json ] || build=build/dev
[ -f $build/compile_commands.json ] ||
    cmake --preset dev >"$work/configure" 2>&1 || { cat "$work/configure"; exit 1; }

if [ $# -gt 0 ]; then
    printf '%s\n' "$@" >"$work/wanted"
else
    base=${BASE:-}
    for ref in $base origin/main HEAD~1; do
        base=$(git rev-parse --verify --quiet "$ref^{commit}" || true)
        # a base that is HEAD itself says nothing about what was done last
        [ -z "$base" ] || [ "$base" = "$(git rev-parse HEAD)" ] || break
    done
    if [ -z "$base" ]; then
        git ls-files '*.cpp' >"$work/wanted"
    else
        { git diff --name-only --diff-filter=d "$base" -- '*.cpp'
          git ls-files --others --exclude-standard -- '*.cpp'; } | sort -u >"$work/wanted"
    fi
fi

# Only what the build knows: a compile command per file, g++'s own flags taken out.
python3 - "$build" "$work" <<'PYTHON'
import json
import shlex
import sys
from pathlib import Path

build, work = Path(sys.argv[1]), Path(sys.argv[2])
root = Path.cwd()
GCC_ONLY = ("-fno-canonical-system-headers", "-Wlogical-op", "-Wduplicated-cond",
            "-Wduplicated-branches", "-Wuseless-cast", "-fanalyzer", "--coverage")
commands = []
for entry in json.loads((build / "compile_commands.json").read_text()):
    words = shlex.split(entry["command"])
    kept = [word for word in words if word not in GCC_ONLY and not word.startswith("-fmodules-ts")]
    commands.append({"directory": entry["directory"], "file": entry["file"], "arguments": kept})
known = {str(Path(entry["file"])) for entry in commands}
(work / "compile_commands.json").write_text(json.dumps(commands))
wanted = [line for line in (work / "wanted").read_text().splitlines() if line]
unknown = [name for name in wanted if str(root / name) not in known]
for name in unknown:
    print(f"{name}: not part of {build}, left out", file=sys.stderr)
chosen = sorted(name for name in wanted if name not in unknown)
(work / "chosen").write_text("".join(name + "\0" for name in chosen))
print(f"{len(chosen)} files", file=sys.stderr)
PYTHON

# Warnings of the build's own flags are the compiler's business, not clang-tidy's.
xargs -0 -r -n 1 -P "${TIDY_JOBS:-2}" clang-tidy-19 -p "$work" --quiet \
    --extra-arg=-Wno-unknown-warning-option --extra-arg=-Wno-unused-command-line-argument \
    <"$work/chosen" 2>"$work/talk" || { grep -v 'warnings generated' "$work/talk" >&2 || true; exit 1; }
