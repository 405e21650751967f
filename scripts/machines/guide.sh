# shellcheck shell=bash disable=SC2154 # Names come from the files that laboratory.sh reads together.
# The guide, docs/haproxy-active-standby.md, as a list of commands that can be typed. To be sourced.
#
# A step is a block of commands after a comment `run: on=MACHINE when=CASES`, or a row of a table that has a command in its
# second column. Nothing that the guide tells people to type is written down here a second time.

guide=docs/haproxy-active-standby.md
steps=$lab/guide

# read_guide: makes a directory for each step, in the order of the guide, with its section, on, when, commands and, where
# the guide shows it right after the commands, output.
read_guide() {
    mkdir -p "$steps"
    awk -v to="$steps" '
        function put(name, text) { print text > (to "/" number "/" name); close(to "/" number "/" name) }
        function begin(where, cases) {
            number = sprintf("%03d", ++count)
            system("mkdir " to "/" number)
            put("section", section); put("on", where); put("when", cases); put("line", NR)
        }
        /^```/ && inside { inside = 0; next }
        inside { print > (to "/" number "/" inside); next }
        /^#+ / { section = $0; sub(/^#+ /, "", section) }
        match($0, /^<!-- run: on=[a-z0-9]+/) {
            where = substr($0, 14, RLENGTH - 13)
            cases = match($0, /when=[a-z,-]+/) ? substr($0, RSTART + 5, RLENGTH - 5) : ""
            begin(where, cases)
        }
        /^```sh$/ { inside = "commands"; typed = NR; next }
        /^```text$/ { inside = shown ? "output" : "other"; next }
        /^```/ { inside = "other"; next }
        NF { shown = 0 }
        { if (typed && !inside) { shown = 1; typed = 0 } }
        /^\|/ {
            split($0, cell, "|")
            if (match(cell[3], /`sudo [^`]+`/)) {
                command = substr(cell[3], RSTART + 1, RLENGTH - 2)
                gsub(/^ +| +$/, "", cell[2])
                begin("lb1", cell[2]); put("commands", command)
            }
        }' "$guide"
}

# Cases that no machine here is: another family of systems, another firewall, another package.
elsewhere='rhel|suse|nftables|hapee'

# find_steps NAME SECTION CASE: the steps that the machine NAME types in a section, for one case ('' for all cases).
find_steps() {
    local step cases
    for step in "$steps"/*/; do
        [[ $(<"$step/section") == "$2" && $(<"$step/on") =~ ^("$1"|${1/lb[12]/both})$ ]] || continue
        cases=$(tr ',' '\n' <"$step/when" | grep -vx debian | paste -sd ,) || true
        [[ $cases == "$3" ]] && echo "${step%/}"
    done
    return 0
}

# The commands of a step in one line, for people.
in_one_line() {
    awk '/<<.END.$/ { print $0 " ..."; skip = 1; next } skip { if (/^END$/) skip = 0; next } NF' "$1/commands" | paste -sd ';' |
        sed 's/;/; /g'
}

# typed NAME COMMANDS: as they would be typed on that machine, or by the client, up to the first that fails.
typed() {
    if [[ $1 == client ]]; then ip netns exec client bash -c "set -e; $2" </dev/null; else inside "$1" "set -e; $2"; fi
}

# type_in NAME SECTION [CASE]: types on a machine what the guide says. The walk cannot go on when a command fails or does
# not print what the guide shows.
type_in() {
    local name=$1 section=$2 case=${3-} step found=() output missing
    mapfile -t found < <(find_steps "$name" "$section" "$case")
    [[ ${#found[@]} -gt 0 ]] || give_up "$guide has commands for $name in '$section'${case:+ ($case)}"
    for step in "${found[@]}"; do
        if ! output=$(typed "$name" "$(<"$step/commands")" 2>&1); then
            give_up "$name# $(in_one_line "$step")" "$output"
        fi
        echo "$output" >"$lab/$name.typed"
        echo "$name" >>"$step/done"
        missing=
        [[ ! -f $step/output ]] || missing=$(missing_lines "$step/output" "$output")
        if [[ -z $missing ]]; then
            ok "$name# $(in_one_line "$step")"
        else
            not_ok "$name# $(in_one_line "$step")" "the guide shows '$missing', it printed: $output"
        fi
    done
}

# missing_lines FILE TEXT: what the guide shows and the text has not. A single line must be there as it is; a longer output
# is an example, of which the words that begin its lines must begin some.
missing_lines() {
    local word
    if [[ $(wc -l <"$1") -eq 1 ]]; then
        grep -F -q -f "$1" <<<"$2" || cat "$1"
        return
    fi
    # Not what is indented as a continuation, nor names with digits and dates.
    sed -E '/^ {10}/d; s/^ *//; s/[ :].*//' "$1" | grep -E -v '^$|[^a-zA-Z-]|^(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)$' |
        sort -u | while IFS= read -r word; do
        grep -E -q -e "^ *$word\\b" <<<"$2" || echo "$word ..."
    done
}

# typed_says SENTENCE PATTERN NAME: whether the last step on that machine printed such a line.
typed_says() { expect "$1" grep -E -e "$2" "$lab/$3.typed"; }

# nothing_was_left_out: holds when every step that is meant for a machine like ours was typed on one.
nothing_was_left_out() {
    local step left=
    for step in "$steps"/*/; do
        [[ -f $step/done ]] && continue
        tr ',' '\n' <"$step/when" | grep -E -x -q "$elsewhere" && continue
        left+="$guide:$(<"$step/line"): $(in_one_line "${step%/}")"$'\n'
    done
    if [[ -z $left ]]; then
        ok "every command of $guide that is for such machines was typed"
    else
        not_ok "every command of $guide that is for such machines was typed" "these were not: $left"
    fi
}
