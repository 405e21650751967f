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
        case 'check'
            __understudy_parse_subcommand -r 1 'host' 'json' 'i/id=' 'version' 'h/help'
        case 'rehearse'
            __understudy_parse_subcommand -r 1 'json' 'v/verbose' 'events=' 'work=' 'version' 'h/help'
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
complete -c 'understudy' -n '__understudy_should_offer_completions_for_positional "understudy" -eq 1' -fa 'check' -d 'Say what is wrong with configuration files, and how to mend it.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_positional "understudy" -eq 1' -fa 'rehearse' -d 'Run a pair on this machine, break it in every way that matters, and measure what a client sees.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_positional "understudy" -eq 1' -fa 'help' -d 'Show subcommand help information.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_positional "understudy check" -ge 1' -F
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy check" host' -l 'host' -d 'The files are for this host: what it lacks is an error.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy check" json' -l 'json' -d 'Print one JSON object instead of text.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy check" i id' -s 'i' -l 'id' -d 'The configuration id that @ID lines are compared with (default: the short host name).' -rfka ''
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy check" version' -l 'version' -d 'Show the version.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy check" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_positional "understudy rehearse" -ge 1' -F
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy rehearse" json' -l 'json' -d 'Print the result as JSON; the story goes to standard error.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy rehearse" v verbose' -l 'verbose' -s 'v' -d 'Show what the daemons say.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy rehearse" events' -l 'events' -d 'Play only these: start,balancer-dies,balancer-returns,link-lost,link-back,host-dies,host-returns,planned-stop.' -rfka ''
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy rehearse" work' -l 'work' -d 'Keep the daemons\' logs in this directory.' -rfka ''
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy rehearse" version' -l 'version' -d 'Show the version.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy rehearse" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'understudy' -n '__understudy_should_offer_completions_for_flags_or_options "understudy help" version' -l 'version' -d 'Show the version.'