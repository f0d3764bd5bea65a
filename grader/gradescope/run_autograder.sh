#!/usr/bin/env bash
# Grades one submission. Whatever happens on the way, results.json is there at the end: where
# there is no grade, it says so.
root=${AUTOGRADER_ROOT:-/autograder}
source=$root/source
results=$root/results/results.json

mkdir -p "$root/results"
rm -f "$results"
if [ "$(id -u)" = 0 ]; then
    # Student code runs as another user, to whom nothing of this is shown anyway.
    chmod -R go= "$source"
fi

cd /
timeout --kill-after=10 @SECONDS@ "$root/venv/bin/python" -I -B -m grader.gradescope
code=$?

if [ ! -s "$results" ]; then
    reason=not_graded
    case $code in
        124 | 137) reason=not_finished ;;
        0) code=70 ;;
    esac
    cp "$source/$reason.json" "$results"
    echo "grade: no results were written (code $code): see $reason.json"
fi
exit "$code"
