# shellcheck shell=bash disable=SC2154 # Names come from the files that run.sh reads together.
# Systems to install into: Debian 12, which boots nowhere. What a package asks of the service manager is written down. To be
# sourced.

# new_system NAME: makes /run/NAME, with nothing but the image on it. Whatever service is installed there counts as running.
new_system() {
    local at=/run/systems/$1 command
    mkdir -p "$at"/{upper,work} "/run/$1"
    mount -t overlay overlay -o "lowerdir=$PACKAGE_IMAGE,upperdir=$at/upper,workdir=$at/work" "/run/$1"
    mount -t proc proc "/run/$1/proc"
    mount --rbind /dev "/run/$1/dev"
    # Scripts look here for a running systemd; these stand in for it.
    mkdir -p "/run/$1/run/systemd/system"
    for command in systemctl deb-systemd-invoke; do
        # In its own place, because the package managers have search paths of their own.
        [[ $command != systemctl ]] || mv "/run/$1/usr/bin/systemctl" "/run/$1/usr/bin/real-systemctl"
        cat >"/run/$1/usr/bin/$command" <<-END
		#!/bin/sh
		case "\$*" in
		*daemon-reload*) ;;
		is-active*) test -e "/usr/lib/systemd/system/\$3" ;;
		enable*|disable*|--no-reload\ disable*|unmask*|mask*|is-enabled*) exec real-systemctl --root=/ "\$@" ;;
		*)
		    echo "\$*" >>/run/asked
		    if [ ! -e "/usr/lib/systemd/system/\$2" ]; then
		        echo "Unit \$2 not found." >&2
		        exit 5
		    fi
		    ;;
		esac
		END
        chmod 755 "/run/$1/usr/bin/$command"
    done
}

# expects SENTENCE COMMAND...: as expect, about the family at hand.
expects() { expect "$family: $1" "${@:2}"; }

# on SYSTEM COMMAND: runs a line of shell there.
on() {
    chroot "/run/$1" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
        DEBIAN_FRONTEND=noninteractive sh -c "$2"
}

# asked SYSTEM: what the service manager was asked since the last time, one line each.
asked() {
    [[ ! -e /run/$1/run/asked ]] || cat "/run/$1/run/asked"
    rm -f "/run/$1/run/asked"
}

# Every file of a system that a package could leave behind, and the groups.
inventory() {
    (
        cd "/run/$1" || exit
        find . -xdev \( -path ./proc -o -path ./dev -o -path ./run -o -path ./tmp -o -path ./root -o -path ./var/lib/dpkg \
            -o -path ./var/lib/rpm -o -path ./var/lib/dnf -o -path ./var/log -o -path ./var/cache -o -path ./var/lib/apt \) -prune -o -printf '%p %M %u:%g\n' | sort
        cut -d : -f 1 etc/group | sort
    )
}
