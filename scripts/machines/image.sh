# shellcheck shell=bash disable=SC2154 # Names come from the files that laboratory.sh reads together.
# The file system that both machines begin with: Debian 12 as its installer leaves it, a load balancer, and the two
# firewalls of the guide. To be sourced; build_image makes "$image" unless it is there.

image_root=$PWD/.build/machines
image=

image_packages=(
    # What a Debian system has.
    systemd systemd-sysv libpam-systemd dbus udev ifupdown netbase iproute2 procps sudo less iputils-ping openssh-server curl
    # What a load balancer has, and the firewalls.
    haproxy firewalld iptables iptables-persistent nftables
    # What an operator looks with.
    tcpdump psmisc jq
)

# Prints the places where this machine's apt finds Debian 12, in apt's own form.
debian_sources() {
    # shellcheck disable=SC2016 # The dollar signs are apt's.
    apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' "Created-By: Packages" "Origin: Debian" \
        "Architecture: amd64" | grep -E ' bookworm(-updates|-security)? ' | sort -u
}

# How this machine's apt reaches them: proxies, and whether old lists are good enough.
apt_options() {
    apt-config dump --format '%f "%v";%n' Acquire |
        grep -E '^Acquire::(https?::Proxy[^ ]*|Check-Valid-Until|Check-Date) ".+";$' || true
}

build_image() {
    local key
    key=$(sha256sum <scripts/machines/image.sh | cut -c 1-12)
    image=$image_root/image-$key
    mkdir -p "$image_root"
    exec 9>"$image_root/lock"
    flock 9
    [[ -d $image ]] || make_image
    exec 9>&-
}

make_image() {
    local sources option options=()
    echo "two-machines: making a Debian 12 system in ${image_root#"$PWD"/}, once"
    sources=$(debian_sources) || sources=
    if [[ -z $sources ]]; then
        apt-get update -q >/dev/null
        sources=$(debian_sources) || refuse "this machine's apt has no source for Debian 12 (bookworm)"
    fi
    while IFS= read -r option; do options+=(--aptopt="$option"); done < <(apt_options)
    rm -rf "$image_root"/image-* "$image_root/new"
    if ! mmdebstrap --mode=root --variant=apt --include="$(IFS=, && echo "${image_packages[*]}")" "${options[@]}" \
        bookworm "$image_root/new" - <<<"$sources" >"$image_root/log" 2>&1; then
        tail -n 30 "$image_root/log" >&2
        refuse "the Debian system could not be made; the whole output is in $image_root/log"
    fi
    mv "$image_root/new" "$image"
}
