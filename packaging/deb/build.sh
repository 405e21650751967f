# shellcheck shell=bash disable=SC2154 # Names come from scripts/package.
# The packages of the Debian family from the staged trees. To be sourced.

# What the programs need, as the package manager calls it.
debian_dependencies() {
    rm -rf "$work/shlibdeps"
    mkdir -p "$work/shlibdeps/debian"
    printf 'Source: understudy\n\nPackage: understudy\nArchitecture: any\n' >"$work/shlibdeps/debian/control"
    (cd "$work/shlibdeps" && dpkg-shlibdeps -O -e"$tree/usr/sbin/understudyd" -e"$tree/usr/bin/understudy") |
        sed -n 's/^shlibs:Depends=//p'
}

# build_deb ROOT SOURCES FILE: ROOT has what is installed, SOURCES control.in and the scripts.
build_deb() {
    local root=$1 sources=$2 file=$3 size script
    size=$(du --apparent-size -sk "$root" | cut -f1)
    mkdir "$root/DEBIAN"
    sed -e "s/@VERSION@/$version/; s/@ARCHITECTURE@/$architecture/; s/@SIZE@/$size/" \
        -e "s/@DEPENDS@/$depends/; s/@MAINTAINER@/$maintainer/" "$sources/control.in" >"$root/DEBIAN/control"
    [[ ! -f $sources/conffiles ]] || install -m 0644 "$sources/conffiles" "$root/DEBIAN/conffiles"
    for script in postinst prerm postrm; do install -m 0755 "$sources/$script" "$root/DEBIAN/"; done
    (cd "$root" && find . -path ./DEBIAN -prune -o -type f -printf '%P\0' | sort -z | xargs -0 md5sum) >"$work/md5sums"
    install -m 0644 "$work/md5sums" "$root/DEBIAN/md5sums"
    # One thread, because the number of threads would show in the bytes.
    dpkg-deb --root-owner-group -Zxz --threads-max=1 --build "$root" "$file" >/dev/null
    echo "package: ${file#"$PWD"/}"
}

# add_documents ROOT PACKAGE: what every Debian package has, and what lintian shall know of it.
add_documents() {
    install -D -m 0644 packaging/copyright "$1/usr/share/doc/$2/copyright"
    changelog deb | sed "s/^understudy (/$2 (/" | gzip -9n >"$1/usr/share/doc/$2/changelog.gz"
    chmod 0644 "$1/usr/share/doc/$2/changelog.gz"
    [[ ! -f packaging/deb/$2.lintian-overrides ]] ||
        install -D -m 0644 "packaging/deb/$2.lintian-overrides" "$1/usr/share/lintian/overrides/$2"
}

package_deb() {
    local root=$work/deb depends
    depends=$(debian_dependencies)
    [[ -n $depends ]] || die "dpkg-shlibdeps found no libraries that the programs need"

    rm -rf "$root"
    cp -a "$tree" "$root"
    install -D -m 0644 packaging/understudy.options "$root/etc/default/understudy"
    install -d "$root/usr/share/zsh/vendor-completions"
    install -m 0644 packaging/completions/_* "$root/usr/share/zsh/vendor-completions/"
    add_documents "$root" understudy
    build_deb "$root" packaging/deb "$dist/understudy_${version}_$architecture.deb"

    rm -rf "$root"
    cp -a "$hapee_tree" "$root"
    install -D -m 0644 "$work/hapee-vrrp.cfg" "$root/usr/share/understudy-hapee/hapee-vrrp.cfg"
    add_documents "$root" understudy-hapee
    build_deb "$root" packaging/deb/hapee "$dist/understudy-hapee_${version}_all.deb"
}
