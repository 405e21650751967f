#!/usr/bin/env bash
# Runs inside the namespaces that scripts/test-package made.
set -Eeuo pipefail

# Names, sockets and disks in memory are ours alone. The repository, which may lie below one of these, stays where it is.
repository=$PWD
mount --bind "$repository" /mnt
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /tmp
mkdir -p "$repository"
mount --move /mnt "$repository"
cd "$repository"

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
