# bash completion for understudyd
# Made from the table of flags by scripts/generate. Do not edit.
_understudyd() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    COMPREPLY=()
    case $previous in
    -f | --use-file | -p | --pid)
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        ;;
    -S | --log-facility | -u | --umask | -s | --namespace | -i | --config-id | --signum) ;;
    *) mapfile -t COMPREPLY < <(compgen -W "-f --use-file -n --dont-fork -l --log-console -D --log-detail -S --log-facility -G --no-syslog -u --umask -p --pid -s --namespace -i --config-id -d --dump-conf -t --config-test -R --dont-respawn -m --core-dump --signum -v --version -h --help" -- "$current") ;;
    esac
}
complete -F _understudyd understudyd
