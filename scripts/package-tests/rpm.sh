# shellcheck shell=bash disable=SC2154,SC2034 # Names come from and go to the files that run.sh reads together.
# The life of the .rpm on a system with the layout of the yum family: by rpm itself, by dnf and by zypper. To be sourced.
#
# The files of that system are Debian's: no system of the RPM family is at hand. What a RHEL 9 offers, a package of ours
# says in its stead, so that the programs' needs are held against it.

# Of RHEL 9: glibc 2.34, libstdc++ of GCC 11, systemd 252.
write_platform_spec() {
    local version
    cat <<-END
	Name: platform
	Version: 9
	Release: 1
	Summary: What a RHEL 9 offers
	License: Apache-2.0
	BuildArch: noarch
	Provides: /bin/sh, rtld(GNU_HASH), systemd = 252
	Provides: ld-linux-x86-64.so.2()(64bit), ld-linux-x86-64.so.2(GLIBC_2.3)(64bit)
	Provides: libgcc_s.so.1()(64bit), libgcc_s.so.1(GCC_3.0)(64bit), libgcc_s.so.1(GCC_3.3)(64bit)
	Provides: libstdc++.so.6()(64bit)
	END
    for version in 1.3 1.3.{1..13}; do echo "Provides: libstdc++.so.6(CXXABI_$version)(64bit)"; done
    for version in 3.4 3.4.{1..29}; do echo "Provides: libstdc++.so.6(GLIBCXX_$version)(64bit)"; done
    for library in libc.so.6 libm.so.6; do
        echo "Provides: $library()(64bit)"
        for version in 2.2.5 2.2.6 2.3 2.3.2 2.3.3 2.3.4 2.{4..34}; do
            echo "Provides: $library(GLIBC_$version)(64bit)"
        done
    done
    printf '%%description\nWhat a RHEL 9 offers.\n%%files\n'
}

make_platform() {
    local top=/run/platform
    mkdir -p "$top"
    write_platform_spec >"$top/platform.spec"
    HOME=$top rpmbuild -bb --define "_topdir $top" "$top/platform.spec" >"$top/log" 2>&1 || die "$(tail "$top/log")"
    cp "$top"/RPMS/noarch/platform-9-1.noarch.rpm /run/packages/
}

# new_rpm_system NAME: a system that rpm has never seen.
new_rpm_system() {
    new_system "$1"
    rm -rf "/run/$1/var/lib/rpm" "/run/$1/etc/default/understudy"
    mkdir -p "/run/$1/etc/sysconfig" "/run/$1/usr/share/licenses"
    rpm --root "/run/$1" --initdb
}

# Debian's rpm wants to hear that it is meant.
in_rpm() { rpm --root /run/fedora --force-debian "$@"; }

rpm_cycle() {
    family=RPM
    make_platform
    new_rpm_system fedora
    inventory fedora >/run/before
    rpm_alone
    rpm_end
    new_rpm_system dnf
    dnf_cycle
    new_rpm_system suse
    zypper_cycle
}

rpm_alone() {
    local missing
    missing=$(in_rpm -i --test "$(rpm_file "$older")" 2>&1 || true)
    expects "rpm names what the programs need" says_line 'libc.so.6(GLIBC_2.34)(64bit) is needed by understudy' <<<"$missing"
    in_rpm -i /run/packages/platform-9-1.noarch.rpm
    expects "RHEL 9 has all that the programs need" in_rpm -i --test "$(rpm_file "$older")"
    expects "rpm installs it and runs its scripts" in_rpm -i "$(rpm_file "$older")"
    expects "a first installation starts nothing" is '' asked fedora
    expects "the group understudy is there" on fedora 'getent group understudy'
    expects "both programs run" is "$older"$'\n'"$older" on fedora \
        'understudy --version; understudyd --version 2>&1 | sed "s/Understudy //"'
    expects "what the guide types after that works" on fedora 'systemctl enable understudy && systemctl unmask understudy'

    on fedora "echo '# Mine.' >>$conf && mkdir -p /var/lib/understudy && echo '{}' >/var/lib/understudy/history.jsonl"
    asked fedora >/run/asked-before
    expects "an upgrade goes through, without a complaint" upgrades_quietly in_rpm -U "$(rpm_file "$current")"
    expects "an upgrade restarts what runs, once, and nothing else" is \
        'try-restart understudy.service' asked fedora
    expects "a new default configuration beside an edited one goes through" in_rpm -U "$(rpm_file "$newer")"
    expects "the edited one stays" on fedora "tail -n 1 $conf | grep -x '# Mine.'"
    expects "the new default lies beside it" on fedora "tail -n 1 $conf.rpmnew | grep -x '# A newer default.'"
    expects "the service still starts with the system" is enabled on fedora 'systemctl is-enabled understudy'
    expects "a downgrade goes through" in_rpm -U --oldpackage "$(rpm_file "$current")"
    expects "the same version goes over itself" in_rpm -U --replacepkgs "$(rpm_file "$current")"
    on fedora "rm -f $conf.rpmnew"
    expects "every file but the edited one is as the package has it" is "S.5....T.  c $conf" \
        sh -c "rpm --root /run/fedora --verify understudy || true"
    asked fedora >/run/asked-before

    expects "the package for HAProxy Enterprise's name installs" in_rpm -i "$(rpm_file "$current" hapee)"
    expects "what HAProxy Enterprise's guide types works by that name" on fedora \
        'systemctl disable understudy && systemctl enable hapee-extras-vrrp && systemctl unmask hapee-extras-vrrp'
    expects "it goes" in_rpm -e understudy-hapee
    expects "and stops its service first" is 'stop hapee-extras-vrrp.service' asked fedora
}

rpm_end() {
    on fedora 'systemctl enable understudy'
    expects "it goes when it is told to" in_rpm -e understudy
    expects "and stops the daemon first, and then what would hand over" is 'stop understudy.service
stop understudy-handover.service' asked fedora
    expects "an edited configuration is kept aside" on fedora "tail -n 1 $conf.rpmsave | grep -x '# Mine.'"
    on fedora 'rm -r /etc/understudy /var/lib/understudy && groupdel understudy'
    inventory fedora >/run/after
    expects "nothing else is left but the group and the history" diff /run/before /run/after
}

# A repository, as whoever publishes the packages would make one.
make_repository() {
    mkdir -p "/run/repository-$1"
    cp /run/packages/platform-9-1.noarch.rpm "$(rpm_file "$1")" "$(rpm_file "$1" hapee)" "/run/repository-$1/"
    createrepo_c --quiet "/run/repository-$1"
}

with_dnf() {
    local version=$1
    shift
    dnf --quiet --assumeyes --installroot=/run/dnf --releasever=9 --noplugins --setopt=reposdir=/run/none \
        --setopt=cachedir=/run/dnf-cache --setopt=install_weak_deps=0 --nogpgcheck \
        --repofrompath="ours$version,file:///run/repository-$version" "$@"
}

dnf_cycle() {
    make_repository "$older"
    make_repository "$current"
    expects "dnf installs hapee-extras-vrrp from a repository, by that name" with_dnf "$older" install hapee-extras-vrrp
    expects "and with it the daemon" is "$older" on dnf 'understudy --version'
    expects "dnf upgrades both" with_dnf "$current" upgrade
    expects "dnf has the new version" is "$current" on dnf 'understudy --version'
    expects "what runs is restarted once" is '1' sh -c 'grep -c "^try-restart understudy" /run/dnf/run/asked'
    expects "dnf downgrades" with_dnf "$older" downgrade understudy understudy-hapee
    expects "dnf removes it" with_dnf "$older" remove understudy
    expects "dnf leaves no program" on dnf '! command -v understudy'
}

with_zypper() { zypper --root /run/suse --non-interactive --no-gpg-checks "$@"; }

zypper_cycle() {
    mkdir -p /run/suse/etc/zypp
    expects "zypper takes the repository" with_zypper addrepo "dir:///run/repository-$older" ours
    expects "zypper installs it by the name hapee-extras-vrrp" \
        with_zypper install --no-recommends --capability hapee-extras-vrrp
    expects "zypper has the daemon" is "$older" on suse 'understudy --version'
    expects "zypper takes the repository of the new version" with_zypper addrepo "dir:///run/repository-$current" newer
    expects "zypper upgrades it" with_zypper update --no-recommends
    expects "zypper has the new version" is "$current" on suse 'understudy --version'
    expects "zypper removes it" with_zypper remove understudy understudy-hapee
}
