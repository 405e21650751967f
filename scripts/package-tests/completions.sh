# shellcheck shell=bash disable=SC2154 # Names come from the files that run.sh reads together.
# The completions do complete, each command and more, in each shell as somebody uses it. To be sourced.

# completes SHELL LINE WANTED: what the shell makes of the line when the tabulator key is pressed.
completes() {
    local shell=$1 line=$2 wanted=$3 seen file=/run/completions/${2%% *}
    if [[ $shell == fish ]]; then
        # Fish says what it would offer; the last word of the line stands for it.
        seen=$(fish --no-config -c "source $file.fish; complete --do-complete '$line'" | cut -f 1)
        wanted=${wanted##* }
    else
        seen=$(timeout 30 zsh -f scripts/package-tests/press-tab.zsh "$shell" /run/completions "$line") || true
        # A blank or an equals sign invites to go on.
        seen=${seen%[ =]}
    fi
    [[ $seen == "$wanted" ]] && return 0
    echo "'$seen', not '$wanted'"
    return 1
}

completions() {
    local tree=/run/deb-tree shell command commands
    mkdir /run/completions
    cp "$tree"/usr/share/zsh/vendor-completions/_* "$tree"/usr/share/fish/vendor_completions.d/*.fish /run/completions/
    for command in understudy understudyd; do
        cp "$tree/usr/share/bash-completion/completions/$command" "/run/completions/$command.bash"
    done
    # As the program itself lists them.
    commands=$("$tree/usr/bin/understudy" --help | sed -n '/SUBCOMMANDS:$/,/^$/s/^  \([a-z][a-z-]*\) .*/\1/p')
    if [[ -z $commands ]]; then not_ok "the command lists its subcommands" "$("$tree/usr/bin/understudy" --help)"; fi
    for shell in bash zsh fish; do
        for command in $commands; do
            expect "$shell completes understudy $command" completes "$shell" "understudy ${command%?}" "understudy $command"
        done
        expect "$shell completes a flag of a subcommand" \
            completes "$shell" 'understudy check --ho' 'understudy check --host'
        expect "$shell completes a file" completes "$shell" 'understudy check /etc/hostn' 'understudy check /etc/hostname'
        expect "$shell completes a flag of the daemon" completes "$shell" 'understudyd --use' 'understudyd --use-file'
        expect "$shell completes a file for the daemon" \
            completes "$shell" 'understudyd -f /etc/hostn' 'understudyd -f /etc/hostname'
    done
}
