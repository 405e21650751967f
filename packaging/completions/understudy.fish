# fish completion for understudy. Made by scripts/generate. Do not edit.
function __understudy_should_offer_completions_for_flags_or_options -a expected_commands
    set -l non_repeating_flags_or_options $argv[2..]
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __understudy_parse_tokens
    test "$commands" = "$expected_commands"; and return $non_repeating_flags_or_options_absent
end

function __understudy_should_offer_completions_for_positional -a expected_commands positional_index_comparison expected_positional_index
    set -l non_repeating_flags_or_options
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __understudy_parse_tokens
    test "$commands" = "$expected_commands" -a \( "$positional_index" "$positional_index_comparison" "$expected_positional_index" \)
end

function __understudy_parse_tokens -S
    set -l unparsed_tokens (__understudy_tokens -pc)
    switch $unparsed_tokens[1]
    case 'understudy'
        __understudy_parse_subcommand 0 'version' 'h/help'
        switch $unparsed_tokens[1]
        case 'status'
            __understudy_parse_subcommand 1 'w/watch' 'json' 'socket=' 'daemon=' 'version' 'h/help'
        case 'explain'
            __understudy_parse_subcommand 1 'json' 'socket=' 'daemon=' 'version' 'h/help'
        case 'history'
            __understudy_parse_subcommand 1 'n/limit=' 'f/follow' 'file=' 'json' 'socket=' 'daemon=' 'version' 'h/help'
        case 'doctor'
            __understudy_parse_subcommand 0 'f/file=' 'i/id=' 'peer=' 'peer-id=' 'haproxy=+' 'seconds=' 'socket=' 'daemon=' 'fix' 'y/yes' 'json' 'version' 'h/help'
        case 'sniff'
            __understudy_parse_subcommand 1 'count=' 'seconds=' 'vrid=' 'f/file=' 'i/id=' 'json' 'version' 'h/help'
        case 'support-bundle'
            __understudy_parse_subcommand 0 'o/output=' 'f/file=' 'i/id=' 'socket=' 'daemon=' 'version' 'h/help'
        case 'switchover'
            __understudy_parse_subcommand 1 'all' 'to-peer' 'timeout=' 'json' 'socket=' 'daemon=' 'version' 'h/help'
        case 'standby'
            __understudy_parse_subcommand 1 'for=' 'json' 'socket=' 'daemon=' 'version' 'h/help'
        case 'resume'
            __understudy_parse_subcommand 0 'json' 'socket=' 'daemon=' 'version' 'h/help'
        case 'reload'
            __understudy_parse_subcommand 0 'n/dry-run' 'json' 'socket=' 'daemon=' 'version' 'h/help'
        case 'upgrade'
            __understudy_parse_subcommand 0 'json' 'socket=' 'daemon=' 'version' 'h/help'
        case 'init'
            __understudy_parse_subcommand 0 'interface=' 'peer-interface=' 'address=+' 'peer=' 'vrid=' 'priority=' 'unicast' 'name=' 'check=' 'password=' 'o/output=' 'peer-output=' 'directory=' 'force' 'listen=' 'version' 'h/help'
        case 'check'
            __understudy_parse_subcommand -r 1 'host' 'portable' 'compat' 'json' 'sarif' 'i/id=+' 'haproxy=+' 'version' 'h/help'
        case 'fmt'
            __understudy_parse_subcommand -r 1 'check' 'w/in-place' 'diff' 'version' 'h/help'
        case 'config'
            __understudy_parse_subcommand 0 'version' 'h/help'
            switch $unparsed_tokens[1]
            case 'show'
                __understudy_parse_subcommand 1 'json' 'i/id=' 'version' 'h/help'
            end
        case 'rehearse'
            __understudy_parse_subcommand -r 1 'json' 'v/verbose' 'events=' 'work=' 'version' 'h/help'
        case 'simulate'
            __understudy_parse_subcommand 0 'seeds=' 'seed=' 'scenario=' 'jobs=' 'json' 'version' 'h/help'
        case 'help'
            __understudy_parse_subcommand -r 1 'version'
        end
    end
end

function __understudy_tokens
    if test (string split -m 1 -f 1 -- . "$FISH_VERSION") -gt 3
        commandline --tokens-raw $argv
    else
        commandline -o $argv
    end
end

function __understudy_parse_subcommand -S -a positional_count
    argparse -s r -- $argv
    set -l option_specs $argv[2..]
    set -l is_repeating_positional $_flag_r
    set -el _flag_r
    set -a commands $unparsed_tokens[1]
    set positional_index 0
    while true
        set -e unparsed_tokens[1]
        argparse -sn "$commands" $option_specs -- $unparsed_tokens 2> /dev/null
        set unparsed_tokens $argv
        set positional_index (math $positional_index + 1)
        for non_repeating_flag_or_option in $non_repeating_flags_or_options
            if set -ql "_flag_$(string replace -a - _ -- $non_repeating_flag_or_option)"
                set non_repeating_flags_or_options_absent 1
                break
            end
        end
        test (count $unparsed_tokens) -eq 0 -o \( -z "$is_repeating_positional" -a "$positional_index" -gt "$positional_count" \) && break
    end
end

function __understudy_complete_directories
    set -l token (commandline -t)
    string match -- '*/' $token
    set -l subdirs $token*/
    printf %s\n $subdirs
end

function __understudy_custom_completion
    set -x SAP_SHELL fish
    set -x SAP_SHELL_VERSION $FISH_VERSION
    set -l tokens (__understudy_tokens -p)
    if test -z "$(__understudy_tokens -t)"
        set -l index (count (__understudy_tokens -pc))
        set tokens $tokens[..$index] \'\' $tokens[(math $index + 1)..]
    end
    command $tokens[1] $argv $tokens
end

complete -c 'understudy' -f
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy" version' -l 'version' -d 'Show the version.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_positional "understudy" -eq 1' -fa 'status' -d 'Show who has the addresses, since when and why, and what would happen next.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_positional "understudy" -eq 1' -fa 'explain' -d 'Explain the present state: what led to it, why this host is not active, what would change it.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_positional "understudy" -eq 1' -fa 'history' -d 'Show what happened, why, and how long each step took; also after restarts and reboots.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_positional "understudy" -eq 1' -fa 'doctor' -d 'Find what keeps this host from doing its part, prove it, and print the command that mends it.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_positional "understudy" -eq 1' -fa 'sniff' -d 'Show VRRP packets and the announcements around them, in words, with what is wrong with them.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_positional "understudy" -eq 1' -fa 'support-bundle' -d 'Collect everything for a bug report into one archive, secrets removed.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_positional "understudy" -eq 1' -fa 'switchover' -d 'Hand the addresses to the peer without a gap, or keep them when nobody takes over.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_positional "understudy" -eq 1' -fa 'standby' -d 'Maintenance mode: make this host the last that takes an address.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_positional "understudy" -eq 1' -fa 'resume' -d 'End maintenance mode and what a switch-over left behind: the priorities decide again.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_positional "understudy" -eq 1' -fa 'reload' -d 'Read the configuration again: the plan first, then the change, as a whole or not at all.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_positional "understudy" -eq 1' -fa 'upgrade' -d 'Let the daemon become the program that is installed now, without moving an address.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_positional "understudy" -eq 1' -fa 'init' -d 'Make the configuration files of a pair: this host\'s and the other\'s.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_positional "understudy" -eq 1' -fa 'check' -d 'Say what is wrong with configuration files, and how to mend it.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_positional "understudy" -eq 1' -fa 'fmt' -d 'Lay out configuration files, without changing what they say.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_positional "understudy" -eq 1' -fa 'config' -d 'Look at a configuration as a whole.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_positional "understudy" -eq 1' -fa 'rehearse' -d 'Run a pair on this machine, break it in every way that matters, and measure what a client sees.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_positional "understudy" -eq 1' -fa 'simulate' -d 'Play clusters in simulated time, break everything, and judge what the routers do.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_positional "understudy" -eq 1' -fa 'help' -d 'Show subcommand help information.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_positional "understudy status" -eq 1' -fka '(__understudy_custom_completion ---completion status -- positional@0 (count (__understudy_tokens -pc)) (__understudy_tokens -tC))'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy status" w watch' -l 'watch' -s 'w' -d 'Renew it each second until Ctrl-C; with --json, one object on each line.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy status" json' -l 'json' -d 'Print JSON instead of text (docs/reference/control-socket.md has the members).'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy status" socket' -l 'socket' -d 'The daemon\'s control socket (default: $UNDERSTUDY_SOCKET, else that of the daemon that runs here).' -rF
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy status" daemon' -l 'daemon' -d 'Of several daemons on this host the one that its configuration calls so (instance, net_namespace).' -rfka ''
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy status" version' -l 'version' -d 'Show the version.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy status" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_positional "understudy explain" -eq 1' -fka '(__understudy_custom_completion ---completion explain -- positional@0 (count (__understudy_tokens -pc)) (__understudy_tokens -tC))'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy explain" json' -l 'json' -d 'Print JSON instead of text (docs/reference/control-socket.md has the members).'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy explain" socket' -l 'socket' -d 'The daemon\'s control socket (default: $UNDERSTUDY_SOCKET, else that of the daemon that runs here).' -rF
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy explain" daemon' -l 'daemon' -d 'Of several daemons on this host the one that its configuration calls so (instance, net_namespace).' -rfka ''
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy explain" version' -l 'version' -d 'Show the version.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy explain" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_positional "understudy history" -eq 1' -fka '(__understudy_custom_completion ---completion history -- positional@0 (count (__understudy_tokens -pc)) (__understudy_tokens -tC))'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy history" limit n' -s 'n' -l 'limit' -d 'At most this many, the newest.' -rfka ''
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy history" f follow' -l 'follow' -s 'f' -d 'Go on with what comes, until Ctrl-C; with --json, one record on each line.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy history" file' -l 'file' -d 'The daemon\'s file, for when no daemon answers (default: /var/lib/understudy/history.jsonl, or that of --daemon).' -rF
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy history" json' -l 'json' -d 'Print JSON instead of text (docs/reference/control-socket.md has the members).'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy history" socket' -l 'socket' -d 'The daemon\'s control socket (default: $UNDERSTUDY_SOCKET, else that of the daemon that runs here).' -rF
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy history" daemon' -l 'daemon' -d 'Of several daemons on this host the one that its configuration calls so (instance, net_namespace).' -rfka ''
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy history" version' -l 'version' -d 'Show the version.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy history" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy doctor" f file' -l 'file' -s 'f' -d 'The configuration file (default: the running daemon\'s, else /etc/understudy/understudy.conf).' -rF
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy doctor" i id' -s 'i' -l 'id' -d 'The configuration id that @ID lines are compared with (default: the short host name).' -rfka ''
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy doctor" peer' -l 'peer' -d 'The peer\'s configuration file, to be compared with this host\'s.' -rF
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy doctor" peer-id' -l 'peer-id' -d 'The configuration id that @ID lines of the peer\'s file are compared with.' -rfka ''
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy doctor"' -l 'haproxy' -d 'HAProxy\'s configuration file or directory; may be given several times (default: what runs, and the usual places).' -rF
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy doctor" seconds' -l 'seconds' -d 'How long to listen (default: two advert intervals, 3 to 12 s).' -rfka ''
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy doctor" socket' -l 'socket' -d 'The daemon\'s control socket (default: $UNDERSTUDY_SOCKET, else that of the daemon that runs here).' -rF
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy doctor" daemon' -l 'daemon' -d 'Of several daemons on this host the one that its configuration calls so (instance, net_namespace).' -rfka ''
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy doctor" fix' -l 'fix' -d 'Run the commands that are safe, after showing each.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy doctor" y yes' -l 'yes' -s 'y' -d 'Do not ask before each command of --fix.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy doctor" json' -l 'json' -d 'Print one JSON object instead of text.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy doctor" version' -l 'version' -d 'Show the version.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy doctor" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy sniff" count' -l 'count' -d 'End after so many packets.' -rfka ''
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy sniff" seconds' -l 'seconds' -d 'End after so long.' -rfka ''
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy sniff" vrid' -l 'vrid' -d 'Show only the virtual router with this identifier.' -rfka ''
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy sniff" f file' -l 'file' -s 'f' -d 'Compare with this configuration (default: /etc/understudy/understudy.conf).' -rF
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy sniff" i id' -s 'i' -l 'id' -d 'The configuration id that @ID lines are compared with (default: the short host name).' -rfka ''
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy sniff" json' -l 'json' -d 'Print one JSON object a line.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy sniff" version' -l 'version' -d 'Show the version.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy sniff" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy support-bundle" o output' -l 'output' -s 'o' -d 'The archive (default: understudy-HOST-TIME.tar.gz in the current directory).' -rF
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy support-bundle" f file' -l 'file' -s 'f' -d 'The configuration file (default: the running daemon\'s, else /etc/understudy/understudy.conf).' -rF
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy support-bundle" i id' -s 'i' -l 'id' -d 'The configuration id that @ID lines are compared with (default: the short host name).' -rfka ''
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy support-bundle" socket' -l 'socket' -d 'The daemon\'s control socket (default: $UNDERSTUDY_SOCKET, else that of the daemon that runs here).' -rF
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy support-bundle" daemon' -l 'daemon' -d 'Of several daemons on this host the one that its configuration calls so (instance, net_namespace).' -rfka ''
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy support-bundle" version' -l 'version' -d 'Show the version.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy support-bundle" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_positional "understudy switchover" -eq 1' -fka '(__understudy_custom_completion ---completion switchover -- positional@0 (count (__understudy_tokens -pc)) (__understudy_tokens -tC))'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy switchover" all' -l 'all' -d 'Hand over every instance.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy switchover" to-peer' -l 'to-peer' -d 'Succeed at once, without any change, where the addresses are with the peer already.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy switchover" timeout' -l 'timeout' -d 'How long to wait for the outcome; the daemon\'s own bounds are not changed.' -rfka ''
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy switchover" json' -l 'json' -d 'Print JSON instead of text (docs/reference/control-socket.md has the members).'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy switchover" socket' -l 'socket' -d 'The daemon\'s control socket (default: $UNDERSTUDY_SOCKET, else that of the daemon that runs here).' -rF
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy switchover" daemon' -l 'daemon' -d 'Of several daemons on this host the one that its configuration calls so (instance, net_namespace).' -rfka ''
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy switchover" version' -l 'version' -d 'Show the version.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy switchover" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_positional "understudy standby" -eq 1' -fka 'on off'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy standby" for' -l 'for' -d 'End it by itself after this long: 90s, 30m, 2h, 1d, 1h30m.' -rfka ''
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy standby" json' -l 'json' -d 'Print JSON instead of text (docs/reference/control-socket.md has the members).'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy standby" socket' -l 'socket' -d 'The daemon\'s control socket (default: $UNDERSTUDY_SOCKET, else that of the daemon that runs here).' -rF
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy standby" daemon' -l 'daemon' -d 'Of several daemons on this host the one that its configuration calls so (instance, net_namespace).' -rfka ''
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy standby" version' -l 'version' -d 'Show the version.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy standby" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy resume" json' -l 'json' -d 'Print JSON instead of text (docs/reference/control-socket.md has the members).'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy resume" socket' -l 'socket' -d 'The daemon\'s control socket (default: $UNDERSTUDY_SOCKET, else that of the daemon that runs here).' -rF
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy resume" daemon' -l 'daemon' -d 'Of several daemons on this host the one that its configuration calls so (instance, net_namespace).' -rfka ''
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy resume" version' -l 'version' -d 'Show the version.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy resume" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy reload" dry-run n' -s 'n' -l 'dry-run' -d 'Show the plan and change nothing.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy reload" json' -l 'json' -d 'Print JSON instead of text (docs/reference/control-socket.md has the members).'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy reload" socket' -l 'socket' -d 'The daemon\'s control socket (default: $UNDERSTUDY_SOCKET, else that of the daemon that runs here).' -rF
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy reload" daemon' -l 'daemon' -d 'Of several daemons on this host the one that its configuration calls so (instance, net_namespace).' -rfka ''
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy reload" version' -l 'version' -d 'Show the version.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy reload" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy upgrade" json' -l 'json' -d 'Print JSON instead of text (docs/reference/control-socket.md has the members).'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy upgrade" socket' -l 'socket' -d 'The daemon\'s control socket (default: $UNDERSTUDY_SOCKET, else that of the daemon that runs here).' -rF
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy upgrade" daemon' -l 'daemon' -d 'Of several daemons on this host the one that its configuration calls so (instance, net_namespace).' -rfka ''
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy upgrade" version' -l 'version' -d 'Show the version.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy upgrade" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy init" interface' -l 'interface' -d 'Where clients reach the address.' -rfka ''
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy init" peer-interface' -l 'peer-interface' -d 'The other host\'s interface (default: as here).' -rfka ''
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy init"' -l 'address' -d 'A virtual address, with its prefix length unless it is that of the interface\'s subnet; may be repeated.' -rfka ''
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy init" peer' -l 'peer' -d 'The other host\'s own address.' -rfka ''
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy init" vrid' -l 'vrid' -d 'The virtual router identifier (default: 51, or the next free one).' -rfka ''
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy init" priority' -l 'priority' -d 'This host\'s priority; the other gets one less when it is above 100, otherwise one more (default: 101, active).' -rfka ''
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy init" unicast' -l 'unicast' -d 'Send to the other host alone, for networks without multicast; needs --peer.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy init" name' -l 'name' -d 'What the instance is called (default: vrrp_1).' -rfka ''
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy init" check' -l 'check' -d 'The load balancer to watch: haproxy, nginx or none (default: what is found here).' -rfka 'haproxy nginx none'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy init" password' -l 'password' -d 'VRRPv2\'s password, at most 8 characters. Everyone on the network can read it.' -rfka ''
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy init" o output' -l 'output' -s 'o' -d 'Where this host\'s file goes.' -rF
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy init" peer-output' -l 'peer-output' -d 'Where the other host\'s file goes.' -rF
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy init" directory' -l 'directory' -d 'Put both files here, as understudy.conf and understudy-peer.conf.' -rfa '(__understudy_complete_directories)'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy init" force' -l 'force' -d 'Replace files that are there (copies of them are kept), and take an address that somebody answers for.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy init" listen' -l 'listen' -d 'How long to listen for VRIDs in use, 0 for not at all.' -rfka ''
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy init" version' -l 'version' -d 'Show the version.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy init" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_positional "understudy check" -ge 1' -F
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy check" host' -l 'host' -d 'The files are for this host: what it lacks is an error.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy check" portable' -l 'portable' -d 'Name what keepalived does not know, or complains of, for files that it has to read too.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy check" compat' -l 'compat' -d 'Judge as keepalived -t does (2.2.7): errors are what it refuses, and only that.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy check" json' -l 'json' -d 'Print one JSON object instead of text.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy check" sarif' -l 'sarif' -d 'Print SARIF 2.1.0, which services that host code show beside the lines.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy check"' -s 'i' -l 'id' -d 'The configuration id that @ID lines are compared with (default: the short host name). Once for all files, or once for each in turn: one file that has lines for both hosts is named twice.' -rfka ''
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy check"' -l 'haproxy' -d 'HAProxy\'s configuration: whether it answers for the virtual addresses, and whether anybody notices when it fails. Once for all hosts, or once for each file in turn.' -rF
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy check" version' -l 'version' -d 'Show the version.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy check" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_positional "understudy fmt" -ge 1' -F
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy fmt" check' -l 'check' -d 'Change nothing, and print the names of the files that would change.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy fmt" in-place w' -s 'w' -l 'in-place' -d 'Write the files.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy fmt" diff' -l 'diff' -d 'Print what changes, as diff -u does.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy fmt" version' -l 'version' -d 'Show the version.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy fmt" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy config" version' -l 'version' -d 'Show the version.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy config" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_positional "understudy config" -eq 1' -fa 'show' -d 'Print the configuration that counts, with where each part of it was written.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_positional "understudy config show" -eq 1' -F
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy config show" json' -l 'json' -d 'Print one JSON object instead of text.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy config show" i id' -s 'i' -l 'id' -d 'The configuration id that @ID lines are compared with (default: the short host name).' -rfka ''
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy config show" version' -l 'version' -d 'Show the version.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy config show" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_positional "understudy rehearse" -ge 1' -F
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy rehearse" json' -l 'json' -d 'Print the result as JSON; the story goes to standard error.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy rehearse" v verbose' -l 'verbose' -s 'v' -d 'Show what the daemons say.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy rehearse" events' -l 'events' -d 'Play only these: start,balancer-dies,balancer-returns,link-lost,link-back,host-dies,host-returns,planned-stop.' -rfka ''
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy rehearse" work' -l 'work' -d 'Keep the daemons\' logs in this directory.' -rfka ''
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy rehearse" version' -l 'version' -d 'Show the version.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy rehearse" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy simulate" seeds' -l 'seeds' -d 'How many seeds to play (default: 1000, or 1 with --seed).' -rfka ''
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy simulate" seed' -l 'seed' -d 'The first seed. Without --seeds it is the only one, and its story is told.' -rfka ''
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy simulate" scenario' -l 'scenario' -d 'Play what this file says, and tell the story.' -rF
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy simulate" jobs' -l 'jobs' -d 'How many threads play (default: one for each processor); the result is the same.' -rfka ''
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy simulate" json' -l 'json' -d 'Print one JSON object instead of text.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy simulate" version' -l 'version' -d 'Show the version.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy simulate" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy help" version' -l 'version' -d 'Show the version.'