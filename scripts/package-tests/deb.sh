# shellcheck shell=bash disable=SC2154,SC2034,SC2016 # Names come from and go to the files that run.sh reads together.
# The life of the Debian packages on a system: by apt where apt does it, by dpkg otherwise. To be sourced.

conf=/etc/understudy/understudy.conf

# apt_install SYSTEM FILE...: with nothing but what is there; there is no network.
apt_install() {
    local system=$1
    shift
    cp "$@" "/run/$system/root/"
    on "$system" "apt-get install -q -y --allow-downgrades $(printf ' /root/%s' "${@##*/}")"
}

deb_cycle() {
    family=Debian
    new_system debian
    inventory debian >/run/before
    deb_first
    deb_change
    deb_hapee
    deb_end
}

# upgrades_quietly COMMAND...: the scripts of the package have nothing to say.
upgrades_quietly() {
    local output
    output=$("$@" 2>&1) || { echo "$output" && return 1; }
    ! grep -e '^understudy:' -e 'not found' -e '[Ff]ailed' <<<"$output"
}

deb_first() {
    expects "apt installs the package without anything from elsewhere" apt_install debian "$(deb "$older")"
    expects "a first installation starts nothing" is '' asked debian
    expects "nor does it start with the system" is disabled on debian 'systemctl is-enabled understudy'
    expects "the group understudy is there" on debian 'getent group understudy'
    expects "both programs say their version" is "$older"$'\n'"$older" on debian \
        'understudy --version; understudyd --version 2>&1 | sed "s/Understudy //"'
    expects "the default configuration is refused, because nothing would be protected" says 'the file says nothing' \
        on debian 'understudyd -t'
    expects "and so it says by its exit code" is 2 on debian 'understudyd -t >/dev/null 2>&1; echo $?'
    expects "the units hold together, for systemd itself" is '' on debian \
        'systemd-analyze verify --man=no understudy.service understudy-handover.service 2>&1'
    expects "firewalld knows the service" says '(^| )understudy( |$)' on debian 'firewall-offline-cmd --get-services'
    expects "what the guide types after that works" on debian 'systemctl enable understudy && systemctl unmask understudy'
    expects "and then it starts with the system" is enabled on debian 'systemctl is-enabled understudy'
}

deb_change() {
    asked debian >/run/asked-before
    on debian "echo '# Mine.' >>$conf && mkdir -p /var/lib/understudy && echo '{}' >/var/lib/understudy/history.jsonl"
    expects "an upgrade goes through, without a complaint" upgrades_quietly apt_install debian "$(deb "$current")"
    expects "an upgrade restarts what runs, once, and nothing else" is \
        'try-restart understudy.service' asked debian
    expects "when nobody would take the addresses, the old version runs on, and the installation says so" \
        says 'the old version runs on' on debian 'mv /usr/bin/understudy /root/ && printf "#!/bin/sh\nexit 1\n" >/usr/bin/understudy &&
            chmod 755 /usr/bin/understudy && /usr/libexec/understudy/restart-upgraded; mv /root/understudy /usr/bin/'
    expects "and nothing is restarted" is '' asked debian
    expects "the new version is there" is "$current" on debian 'understudy --version'
    expects "an edited configuration stays" on debian "tail -n 1 $conf | grep -x '# Mine.'"

    expects "a new default configuration beside an edited one goes through" on debian \
        "DEBIAN_FRONTEND=noninteractive dpkg --force-confold -i /root/$(newer_in debian)"
    expects "the edited one stays" on debian "tail -n 1 $conf | grep -x '# Mine.'"
    expects "the new default lies beside it" on debian "tail -n 1 $conf.dpkg-dist | grep -x '# A newer default.'"
    expects "the service still starts with the system" is enabled on debian 'systemctl is-enabled understudy'

    on debian "rm $conf.dpkg-dist && sed -i '/^# Mine/d' $conf"
    expects "a downgrade goes through" apt_install debian "$(deb "$older")"
    expects "the older version is there" is "$older" on debian 'understudy --version'
    expects "an upgrade changes a configuration that nobody edited" on debian \
        "dpkg -i /root/$(newer_in debian) && tail -n 1 $conf | grep -x '# A newer default.'"
    expects "the same version goes over itself" on debian "dpkg -i /root/$(newer_in debian)"
    expects "every file is as the package has it" is '' on debian 'dpkg --verify understudy'
    apt_install debian "$(deb "$current")" >/dev/null 2>&1
    asked debian >/run/asked-before
}

# Puts the newer package there, and prints its name.
newer_in() {
    cp "$(deb "$newer")" "/run/$1/root/"
    basename "$(deb "$newer")"
}

deb_hapee() {
    local file=/etc/hapee-extras/hapee-vrrp.cfg
    expects "the package for HAProxy Enterprise's name installs" apt_install debian "$(deb "$current" hapee)"
    expects "it stands for hapee-extras-vrrp" is 'hapee-extras-vrrp' on debian \
        'dpkg-query -W -f "\${Provides}" understudy-hapee'
    expects "it starts nothing" is '' asked debian
    expects "its file is the guide's" on debian "grep -q 'virtual_ipaddress_excluded' $file && test \$(understudy check $file >/dev/null; echo \$?) -lt 2"
    expects "its unit holds together" is '' on debian 'systemd-analyze verify --man=no hapee-extras-vrrp.service 2>&1'
    expects "what HAProxy Enterprise's guide types works by that name" on debian \
        'systemctl disable understudy && systemctl enable hapee-extras-vrrp && systemctl unmask hapee-extras-vrrp'
    on debian "echo '# Mine.' >>$file"
    expects "both are upgraded together" apt_install debian "$(deb "$newer")" "$(deb "$newer" hapee)"
    expects "and restarted once" is 'try-restart understudy.service
try-restart hapee-extras-vrrp.service' asked debian
    expects "its edited file stays" on debian "tail -n 1 $file | grep -x '# Mine.'"
    expects "it goes" on debian 'apt-get -q -y remove understudy-hapee'
    expects "and stops its service first" is 'stop hapee-extras-vrrp.service' asked debian
    expects "its file stays until it is purged" on debian "test -e $file && apt-get -q -y purge understudy-hapee && ! test -e $file"
}

deb_end() {
    asked debian >/run/asked-before
    on debian "echo '# Mine.' >>$conf"
    expects "it goes when it is told to" on debian 'apt-get -q -y remove understudy'
    expects "and stops the daemon first, and then what would hand over" is 'stop understudy.service
stop understudy-handover.service' asked debian
    expects "the programs are gone" on debian '! command -v understudy && ! command -v understudyd'
    expects "configuration and history stay" on debian \
        "grep -q -x '# Mine.' $conf && test -s /var/lib/understudy/history.jsonl"
    expects "it comes back" apt_install debian "$(deb "$newer")"
    expects "and finds its configuration" on debian "grep -q -x '# Mine.' $conf"
    asked debian >/run/asked-before
    expects "a purge goes through" on debian 'apt-get -q -y purge understudy'
    inventory debian >/run/after
    expects "after a purge the system is as it was before" diff /run/before /run/after
}
