# shellcheck shell=bash disable=SC2154 # Names come from the files that run.sh reads together.
# The packages under test: an older version, the one that is published, and a newer one with another default configuration.
# To be sourced.

die() { give_up "the packages can be made" "$1"; }

# deb VERSION [hapee], rpm VERSION [hapee]: the file.
deb() { if [[ -n ${2-} ]]; then echo "$packages/understudy-hapee_$1_all.deb"; else echo "$packages/understudy_$1_amd64.deb"; fi; }
rpm_file() { if [[ -n ${2-} ]]; then echo "$packages/understudy-hapee-$1-1.noarch.rpm"; else echo "$packages/understudy-$1-1.x86_64.rpm"; fi; }

find_packages() {
    older=$PACKAGE_OLDER
    current=$(scripts/version)
    newer=99.0
    packages=/run/packages
    mkdir -p "$packages"
    cp "$PACKAGE_TESTS/older"/*"$older"* "$packages/"
    cp dist/understudy_"${current}"_amd64.deb dist/understudy-hapee_"${current}"_all.deb "$packages/"
    cp dist/understudy-"$current"-1.x86_64.rpm dist/understudy-hapee-"$current"-1.noarch.rpm "$packages/"
    make_newer
}

# The same programs with another default configuration, by the functions that scripts/package uses.
make_newer() (
    . packaging/changelog.sh
    . packaging/deb/build.sh
    . packaging/rpm/build.sh
    work=/run/newer tree=/run/newer/tree hapee_tree=/run/newer/hapee-tree dist=$packages
    version=$newer architecture=amd64 maintainer=$(<packaging/maintainer)
    export SOURCE_DATE_EPOCH=1700000000
    mkdir -p "$work"
    cp -a .build/package/tree .build/package/hapee-tree .build/package/hapee-vrrp.cfg "$work/"
    echo "# A newer default." >>"$tree/etc/understudy/understudy.conf"
    (package_deb && package_rpm) >"$work/log" 2>&1 || die "$(tail -n 20 "$work/log")"
)

# A second time, with another umask, language and time zone.
same_bytes() {
    local again=/run/again file
    if ! (umask 077 && LC_ALL=C.UTF-8 LANG=C.UTF-8 TZ=Pacific/Apia scripts/package --into "$again") >/run/again.log 2>&1; then
        not_ok "the same commit gives the same bytes" "$(tail -n 20 /run/again.log)"
        return
    fi
    for file in "$(deb "$current")" "$(deb "$current" hapee)" "$(rpm_file "$current")" "$(rpm_file "$current" hapee)"; do
        expect "the same commit gives the same bytes: ${file##*/}" cmp "$file" "$again/${file##*/}"
    done
}
