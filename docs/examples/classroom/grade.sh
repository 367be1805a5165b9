#!/bin/sh
# sh grade.sh LESSON/STEP   grades the answer in answers/STEP.py, or answers/STEP.txt
# sh grade.sh               grades all of points.txt and adds up the points
# Exit status: 0 if all that was graded is passed, 1 if not, 2 if there is no answer file.
set -u

grade() {
    name=${1##*/}
    for file in "answers/$name.py" "answers/$name.txt"; do
        if [ -f "$file" ]; then
            ptrepl --lesson "$1" --only --plain < "$file"
            return
        fi
    done
    echo "There is no answer to $1: write answers/$name.py." >&2
    return 2
}

if [ $# -gt 0 ]; then
    grade "$1"
    exit
fi

got=0 all=0 status=0
while read -r points step; do
    all=$((all + points))
    if said=$(grade "$step" 2>&1); then
        got=$((got + points))
        echo "$points/$points  $step"
    else
        status=1
        echo "0/$points  $step"
        echo "$said" | sed 's/^/      /'
    fi
done < points.txt
echo "$got of $all points"
exit $status
