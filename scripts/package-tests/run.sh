#!/usr/bin/env bash
# Runs inside the namespaces that scripts/test-package made.
set -Eeuo pipefail

# The repository may lie below /tmp or /run, which are covered next: here it has a place of its own.
mount --bind "$PWD" /mnt
export REPOSITORY=$PWD PACKAGE_TESTS=${PACKAGE_TESTS/#"$PWD"//mnt} PACKAGE_IMAGE=${PACKAGE_IMAGE/#"$PWD"//mnt}
cd /mnt

# Names, sockets and disks in memory are ours alone.
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /tmp

. scripts/machines/assertions.sh
. scripts/package-tests/systems.sh
. scripts/package-tests/packages.sh
. scripts/package-tests/lint.sh
. scripts/package-tests/contents.sh
. scripts/package-tests/completions.sh
. scripts/package-tests/deb.sh
. scripts/package-tests/rpm.sh

exec 3>&1
trap 'exec >&3; give_up "the run comes to its end" "it was interrupted after $SECONDS s"' TERM INT

# What prepares a test must not fail either.
trap 'trap - ERR; give_up "the run comes to its end" "this failed: $BASH_COMMAND"' ERR

find_packages
same_bytes
lint
contents
completions
deb_cycle
rpm_cycle
trap - ERR
finish
