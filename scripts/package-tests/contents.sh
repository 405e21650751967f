# shellcheck shell=bash disable=SC2154,SC2016 # Names come from the files that run.sh reads together; dollars are systemd's.
# What is in the packages, and what is not. To be sourced.

# What both families install, at the same place.
shared_files=(
    /etc/understudy/understudy.conf /usr/bin/understudy /usr/sbin/understudyd
    /usr/lib/systemd/system/understudy.service /usr/lib/systemd/system/understudy-handover.service
    /usr/lib/sysctl.d/50-understudy.conf /usr/lib/sysusers.d/understudy.conf /usr/lib/firewalld/services/understudy.xml
    /usr/libexec/understudy/restart-upgraded
    /usr/share/man/man1/understudy.1.gz /usr/share/man/man5/understudy.conf.5.gz /usr/share/man/man8/understudyd.8.gz
    /usr/share/bash-completion/completions/understudy /usr/share/bash-completion/completions/understudyd
    /usr/share/fish/vendor_completions.d/understudy.fish /usr/share/fish/vendor_completions.d/understudyd.fish
    /usr/share/doc/understudy/operating.md /usr/share/doc/understudy/reference/configuration.md
    /usr/share/doc/understudy/examples/hapee-active.cfg /usr/share/doc/understudy/examples/systemd/notify-reload.conf
)
deb_files=(
    /etc/default/understudy /usr/share/zsh/vendor-completions/_understudy /usr/share/zsh/vendor-completions/_understudyd
    /usr/share/doc/understudy/copyright /usr/share/doc/understudy/changelog.gz
)
rpm_files=(
    /etc/sysconfig/understudy /usr/share/zsh/site-functions/_understudy /usr/share/zsh/site-functions/_understudyd
    /usr/share/licenses/understudy/LICENSE /usr/share/licenses/understudy/copyright
)

# has_all LIST WANTED...: whether each is a line of the list.
has_all() {
    local list=$1 missing=() file
    shift
    for file; do grep -q -x -F -e "$file" "$list" || missing+=("$file"); done
    [[ ${#missing[@]} -eq 0 ]] && return 0
    echo "missing: ${missing[*]}"
    return 1
}

# Of the C library no more than 2.34, which RHEL 9 has.
needs_no_newer_glibc() {
    local newest
    newest=$(objdump -T "$1" | grep -oE 'GLIBC_2\.[0-9]+' | sort -V | tail -n 1)
    [[ $(printf '%s\nGLIBC_2.34\n' "$newest" | sort -V | tail -n 1) == GLIBC_2.34 ]] && return 0
    echo "needs $newest"
    return 1
}

is_hardened() {
    readelf -lW "$1" | grep -q GNU_RELRO && readelf -dW "$1" | grep -q -e 'FLAGS.*NOW' -e BIND_NOW &&
        readelf -hW "$1" | grep -q 'DYN (Position' && ! readelf -dW "$1" | grep -q -e RPATH -e RUNPATH &&
        readelf -lW "$1" | grep GNU_STACK | grep -q ' RW '
}

names_no_path_of_ours() { ! grep -a -o -F -m 1 -e "$PWD/" "$1"; }

contents() {
    local tree=/run/deb-tree program unit=/run/deb-tree/usr/lib/systemd/system
    dpkg-deb --fsys-tarfile "$(deb "$current")" | tar -t | sed 's|^\.||' >/run/deb-list
    rpm -qpl "$(rpm_file "$current")" >/run/rpm-list
    expect "the .deb has what it should" has_all /run/deb-list "${shared_files[@]}" "${deb_files[@]}"
    expect "the .rpm has what it should" has_all /run/rpm-list "${shared_files[@]}" "${rpm_files[@]}"
    expect "everything in the .deb is root's, and nobody else may write" is '' \
        sh -c "dpkg-deb --fsys-tarfile '$(deb "$current")' | tar -tv | grep -v -E '^.rw.r-.r-. root/root '"
    expect "everything in the .rpm is root's, and nobody else may write" is '' \
        sh -c "rpm -qplv '$(rpm_file "$current")' | grep -v -E '^.rw.r-.r-. +[0-9]+ root +root '"
    expect "the .rpm keeps a configuration that was edited" is $'/etc/sysconfig/understudy cn\n/etc/understudy/understudy.conf cn' \
        sh -c "rpm -qp --qf '[%{FILENAMES} %{FILEFLAGS:fflags}\n]' '$(rpm_file "$current")' | grep ' c'"
    for program in usr/bin/understudy usr/sbin/understudyd; do
        expect "$program runs with the glibc of RHEL 9" needs_no_newer_glibc "$tree/$program"
        expect "$program is position independent, read-only after start, and looks for libraries nowhere else" \
            is_hardened "$tree/$program"
        expect "$program names no path of the machine that built it" names_no_path_of_ours "$tree/$program"
        expect "$program says the version $current" says "(^|Understudy )$current\$" "$tree/$program" --version
    done
    expect "the default configuration does nothing" is '' grep -v -e '^#' -e '^$' "$tree/etc/understudy/understudy.conf"
    expect "the service by HAProxy Enterprise's name runs its file" grep -q -x -F \
        'ExecStart=/usr/sbin/understudyd -n -D -f /etc/hapee-extras/hapee-vrrp.cfg -p /run/understudy/understudyd.pid $UNDERSTUDY_OPTIONS' \
        "$unit/hapee-extras-vrrp.service"
    expect "the two services exclude one another" grep -q -x 'Conflicts=understudy.service' "$unit/hapee-extras-vrrp.service"
    expect "they have the same settings otherwise" is '' bash -c "diff <(sed -n '/^\\[Service/,\$p' $unit/understudy.service) \
        <(sed -n '/^\\[Service/,\$p' $unit/hapee-extras-vrrp.service) | grep '^[<>]' | grep -v ExecStart="
}
