#!/usr/bin/env bash
# Runs inside the namespaces that scripts/two-machines made: the first process of its own process tree.
set -euo pipefail

# The place of names, sockets and disks in memory is ours alone.
mount -t tmpfs tmpfs /run
mkdir -p /run/lab /run/netns

. scripts/machines/assertions.sh
. scripts/machines/machine.sh
. scripts/machines/network.sh
. scripts/machines/pair.sh
. scripts/machines/guide.sh
. scripts/machines/truth.sh
. scripts/machines/walk.sh
. scripts/machines/break.sh
. scripts/machines/reloads.sh
. scripts/machines/measure.sh

# A signal may come while the output of something is being looked at, and not shown.
exec 3>&1
trap 'exec >&3; give_up "the run comes to its end" "it was interrupted after $SECONDS s"' TERM INT

# The client's program is the one that is in the package.
dpkg-deb --extract "$LAB_PACKAGE" /run/lab/package
LAB_PROBE=/run/lab/package/usr/bin/understudy

make_network
case $1 in
walk)
    fresh_pair
    walk
    finish
    ;;
measure)
    fresh_pair
    measures
    finish
    ;;
try)
    fresh_pair
    install_pair
    echo "inside lb1 'COMMAND' runs a command there; answer_of $service asks the address. exit ends everything."
    export -f inside answer_of
    bash --init-file <(declare -f && declare -p leaders supervisors service LAB_PROBE lab && echo "PS1='lab# '") -i || true
    ;;
esac
