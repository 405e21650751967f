# shellcheck shell=bash disable=SC2154 # $version and $maintainer are scripts/package's.
# CHANGELOG.md in the forms of the two families; what is not released yet counts for this version. To be sourced.

# changelog deb|rpm
changelog() {
    local now
    now=$(date -R --date="@$SOURCE_DATE_EPOCH")
    awk -v version="$version" -v now="$now" -v maintainer="$maintainer" -v form="$1" '
        function flush_item(    words, count, i, line, indent) {
            if (item == "") return
            count = split(item, words, " ")
            indent = form == "deb" ? "  *" : "-"
            line = indent
            for (i = 1; i <= count; i++) {
                if (length(line) + length(words[i]) + 1 > 78) {
                    print line
                    line = form == "deb" ? "   " : " "
                }
                line = line " " words[i]
            }
            print line
            item = ""
        }
        function finish() {
            flush_item()
            if (open) print form == "deb" ? "\n -- " maintainer "  " date "\n" : ""
        }
        function day(date,    command, text) {
            command = "date --date=\"" date "\" +\"%a %b %d %Y\""
            command | getline text
            close(command)
            return text
        }
        /^## / {
            finish()
            open = 1
            release = /Unreleased/ ? version : $2
            gsub(/[][]/, "", release)
            date = now
            if (!/Unreleased/) { "date -R --date=" $NF | getline date }
            if (form == "deb") printf "understudy (%s) stable; urgency=medium\n\n", release
            else printf "* %s %s - %s-1\n", day(date), maintainer, release
            next
        }
        open && /^- / { flush_item(); item = substr($0, 3); next }
        open && /^ +[^ ]/ { item = item " " $0; next }
        { flush_item() }
        END { finish() }' CHANGELOG.md
}
