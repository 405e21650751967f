# shellcheck shell=bash disable=SC2154 # Names come from the files that laboratory.sh reads together.
# Machines that boot with systemd, reboot and lose their power. To be sourced.
#
# Each is a systemd-nspawn container with a network of its own, plugged into the switch by its interface eth0. What it
# writes lies in memory, over the image that all share, and survives its reboots.

lab=/run/lab

# make_machine NAME: a disk, with nothing but the image on it.
make_machine() {
    local at=$lab/$1
    mkdir -p "$at"/{upper,work,root} "$LAB_CGROUP/$1"
    mount -t overlay overlay -o "lowerdir=$LAB_IMAGE,upperdir=$at/upper,workdir=$at/work" "$at/root"
    # Without an identity systemd would take this for its very first start, and enable every service that there is.
    tr -d - </proc/sys/kernel/random/uuid >"$at/root/etc/machine-id"
}

# Runs the machine until it is switched off, through its reboots.
run_machine() {
    local name=$1 at=$lab/$1 status
    echo "$BASHPID" >"$LAB_CGROUP/$name/cgroup.procs"
    while true; do
        plug "$name" &
        status=0
        # systemd's own control groups are the unified ones, whatever this machine uses. Nothing is registered with a
        # service manager, because there may be none here.
        SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 SYSTEMD_NSPAWN_LOCK=0 systemd-nspawn --quiet --register=no --keep-unit \
            --directory="$at/root" --machine="$name" --boot --private-network --network-veth-extra="$name:eth0" \
            --resolv-conf=off --timezone=off --link-journal=no --console=pipe </dev/null >>"$at/console" 2>&1 ||
            status=$?
        # So it says that the machine wants to boot again.
        [[ $status -eq 133 ]] || break
    done
}

# Puts the cable of a machine that is about to boot into the switch.
plug() { wait_for 20 ip link set "$1" master switch up; }

declare -A supervisors=() leaders=()

# switch_on NAME: begins to boot.
switch_on() {
    run_machine "$1" &
    supervisors[$1]=$!
}

# Prints the process that is the machine's process 1; fails while there is none.
find_leader() {
    local nspawn
    nspawn=$(pgrep -P "${supervisors[$1]}" -x systemd-nspawn) || return 1
    pgrep -P "$nspawn" -x systemd
}

# Whether the machine has booted, and not as the process that it was before.
has_booted() {
    local leader
    leader=$(find_leader "$1") || return 1
    [[ $leader != "${2-}" ]] || return 1
    leaders[$1]=$leader
    [[ $(inside "$1" 'systemctl is-system-running') =~ ^(running|degraded)$ ]]
}

# begin_reboot NAME: as the guide does it.
begin_reboot() { inside "$1" 'sudo systemctl reboot' >/dev/null 2>&1 || true; }

# booted SENTENCE NAME: holds when the machine boots within a minute and every service of it runs.
booted() {
    local sentence=$1 name=$2
    if ! wait_for 60 has_booted "$name" "${leaders[$name]-}"; then
        give_up "$sentence" "it has not booted within 60 s; its console: $(tail -n 20 "$lab/$name/console")"
    fi
    if [[ $(inside "$name" 'systemctl is-system-running') == running ]]; then
        ok "$sentence"
    else
        not_ok "$sentence" "$(inside "$name" 'systemctl --failed --no-legend; journalctl -b -p warning --no-pager | tail -n 20')"
    fi
}

# inside NAME COMMAND-LINE: what an administrator would type in a shell on that machine.
inside() {
    nsenter --target "${leaders[$1]}" --all -- /usr/bin/env -i HOME=/root LANG=C.UTF-8 TERM=dumb \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin bash -c "cd && $2" </dev/null
}

# Whether the machine is off.
is_off() { ! kill -0 "${supervisors[$1]}" 2>/dev/null; }

# pull_the_power NAME: the machine stops without a chance to do anything.
pull_the_power() { kill -KILL "${leaders[$1]}"; }

# The addresses of eth0, without their prefixes, one line each.
addresses() {
    nsenter --target "${leaders[$1]}" --net ip -oneline -4 address show dev eth0 | awk '{ sub("/.*", "", $4); print $4 }'
}

# has_address NAME ADDRESS
has_address() { addresses "$1" | grep -Fqx "$2"; }
lacks_address() { ! has_address "$@"; }

# log_of NAME UNIT: the whole journal of a unit, of all boots.
log_of() { inside "$1" "journalctl --no-pager --output=short-precise -u $2"; }
