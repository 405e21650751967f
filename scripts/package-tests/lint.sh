# shellcheck shell=bash disable=SC2154 # Names come from the files that run.sh reads together.
# What the tools of the two families, of manual pages and of systemd say about the packages. To be sourced.

# silent COMMAND...: succeeds and says nothing, not even to complain.
silent() {
    local output
    output=$("$@" 2>&1) || {
        echo "$output"
        return 1
    }
    [[ -z $output ]] && return 0
    echo "$output"
    return 1
}

rpmlint_finds_nothing() { rpmlint -c packaging/rpm/rpmlint.toml "$@" | says_line ' 0 errors, 0 warnings, '; }

# says_line TEXT: whether a line of standard input has the text; shows them all when none has.
says_line() {
    local seen
    seen=$(cat)
    [[ $seen == *"$1"* ]] && return 0
    echo "$seen"
    return 1
}

# mandoc knows neither our other pages, nor that the name of a product may stand where an operating system does.
mandoc_finds_nothing() {
    ! mandoc -T lint -W style "$1" | grep -v -e 'operating system explicitly specified' -e 'referenced manual not found'
}

lint() {
    local tree=/run/deb-tree page shell file
    dpkg-deb --extract "$(deb "$current")" "$tree"
    dpkg-deb --extract "$(deb "$current" hapee)" "$tree"

    expect "lintian finds nothing that is not explained" silent lintian --allow-root --tag-display-limit 0 \
        --fail-on error,warning,info,pedantic --display-info --pedantic "$(deb "$current")" "$(deb "$current" hapee)"
    expect "rpmlint finds nothing that is not explained" \
        rpmlint_finds_nothing "$(rpm_file "$current")" "$(rpm_file "$current" hapee)"

    for page in "$tree"/usr/share/man/man?/*.gz; do
        gunzip --keep "$page"
        page=${page%.gz}
        expect "mandoc finds nothing in ${page##*/}" mandoc_finds_nothing "$page"
        expect "man shows ${page##*/} without a complaint" \
            silent sh -c "MANWIDTH=80 MAN_KEEP_FORMATTING=1 man --warnings=w --local-file '$page' >/run/page"
        expect "${page##*/} says the version" grep -q "Understudy $current" /run/page
    done

    for shell in bash zsh fish; do
        for file in packaging/completions/*; do
            case $shell:$file in
            bash:*.bash | zsh:*/_* | fish:*.fish)
                expect "$shell reads ${file##*/} without a complaint" silent "$shell" -n "$file"
                ;;
            esac
        done
    done
}
