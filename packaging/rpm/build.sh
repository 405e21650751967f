# shellcheck shell=bash disable=SC2154 # Names come from scripts/package.
# The packages of the RPM family (yum, zypper) from the same trees. To be sourced.

package_rpm() {
    local root=$work/rpm-tree top=$work/rpm file
    rm -rf "$root" "$top"
    cp -a "$tree" "$root"
    cp -a "$hapee_tree"/. "$root"/
    install -D -m 0644 packaging/understudy.options "$root/etc/sysconfig/understudy"
    install -d "$root/usr/share/zsh/site-functions"
    install -m 0644 packaging/completions/_* "$root/usr/share/zsh/site-functions/"
    install -D -m 0644 LICENSE "$root/usr/share/licenses/understudy/LICENSE"
    install -m 0644 packaging/copyright "$root/usr/share/licenses/understudy/"
    install -D -m 0644 LICENSE "$root/usr/share/licenses/understudy-hapee/LICENSE"
    # The package manager itself keeps a file that is there already.
    install -D -m 0644 "$work/hapee-vrrp.cfg" "$root/etc/hapee-extras/hapee-vrrp.cfg"

    mkdir -p "$top"
    sed -e "s/@VERSION@/$version/; s/@MAINTAINER@/$maintainer/" -e "s|@TREE@|$root|" \
        packaging/rpm/understudy.spec.in >"$top/understudy.spec"
    changelog rpm >>"$top/understudy.spec"
    # A home without the builder's own macros.
    if ! HOME=$top rpmbuild -bb --target x86_64 --nodeps --define "_topdir $top" "$top/understudy.spec" \
        >"$work/rpmbuild.log" 2>&1; then
        tail -n 30 "$work/rpmbuild.log" >&2
        die "rpmbuild failed; its whole output is in ${work#"$PWD"/}/rpmbuild.log"
    fi
    for file in "$top"/RPMS/*/*.rpm; do
        cp "$file" "$dist/"
        file=$dist/${file##*/}
        echo "package: ${file#"$PWD"/}"
    done
}
