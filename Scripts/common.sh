# Sourced by the scripts beside it: they start in the repository's root, report steps one line each, and keep
# what a step printed until it is needed, which is when it fails.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
logs=$root/.build/logs
mkdir -p "$logs"

# The targets that must also compile as Embedded Swift, in the order in which they depend on each other: the list
# `coreTargets` of Package.swift.
core_targets=$(sed -n '/^let coreTargets/,/^]/ s/.*name: "\([A-Za-z]*\)".*/\1/p' Package.swift)

# Two flavours of build and no third: the binary that is shipped (Scripts/build, in .build), and this one, with
# Swift's libraries loaded at run time because Swift Testing exists in no other form. It serves tests, benchmarks and
# documentation. Each has its folder; sharing one would recompile everything at every change of mind.
tests=$root/.build/tests
building=(-c release --scratch-path "$tests")
# Same flags as a plain build: the tests use no @testable import.
testing=("${building[@]}" --disable-testable-imports)

fail() {
    echo "${0##*/}: $*" >&2
    exit 1
}

# step WHAT COMMAND...: runs the command quietly and prints one line; shows all its output if it fails.
step() {
    local what=$1 log started=$SECONDS status
    shift
    log=$logs/${what//[^A-Za-z0-9]/-}.log
    set +e # not `if`: inside a condition the command's own `set -e` would be ignored
    (
        set -e
        "$@"
    ) >"$log" 2>&1 </dev/null
    status=$?
    set -e
    if [ "$status" != 0 ]; then
        printf '%-58s FAILED %d s\n' "$what" $((SECONDS - started))
        cat "$log"
        echo "${0##*/}: the step '$what' failed: $*" >&2
        exit 1
    fi
    printf '%-58s ok %5d s\n' "$what" $((SECONDS - started))
}

# A name for the exact state of all files that are or would be committed, so that work done on it can be reused.
tree_state() {
    local sums
    sums=$(git ls-files -z --cached --others --exclude-standard | xargs -0 sha256sum -- 2>/dev/null || true)
    [ -n "$sums" ] || sums="no git here: $$ $RANDOM"
    { echo "$sums" && swift --version; } 2>/dev/null | sha256sum | cut -d' ' -f1
}
