# fish completion for understudyd
# Made from the table of flags by scripts/generate. Do not edit.
complete -c understudyd -f
complete -c understudyd -s f -l use-file -r -F -d 'Use this configuration file'
complete -c understudyd -s n -l dont-fork -d 'Stay in the foreground'
complete -c understudyd -s l -l log-console -d 'Log to standard error too'
complete -c understudyd -s D -l log-detail -d 'Log details'
complete -c understudyd -s S -l log-facility -x -d 'Syslog facility: 0-7, local0-local7, user or daemon (default)'
complete -c understudyd -s G -l no-syslog -d 'Do not log to syslog'
complete -c understudyd -s u -l umask -x -d 'umask for files that are created, in octal'
complete -c understudyd -s p -l pid -r -F -d 'Write the process id to this file'
complete -c understudyd -s s -l namespace -x -d 'Work in this network namespace, whatever \'net_namespace\' says'
complete -c understudyd -s i -l config-id -x -d 'Which \'@ID\' lines of the configuration apply'
complete -c understudyd -s d -l dump-conf -d 'Write what was understood of the configuration to the log'
complete -c understudyd -s t -l config-test -d 'Check the configuration and exit: 0 it would run, 2 it would not'
complete -c understudyd -l signum -x -d 'Print the number of a signal: STOP, RELOAD, DATA, STATS, STATS_CLEAR, JSON'
complete -c understudyd -s v -l version -d 'Print the version'
complete -c understudyd -s h -l help -d 'Print this'
