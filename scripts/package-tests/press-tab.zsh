#!/usr/bin/env zsh
# press-tab.zsh bash|zsh DIRECTORY LINE: types LINE into an interactive shell that has the completions of DIRECTORY, presses
# the tabulator key, and prints the line that the shell makes of it.
zmodload zsh/zpty || exit 2
shell=$1 directory=$2 line=$3
home=$(mktemp -d)
result=$home/line
export TERM=vt100 ZDOTDIR=$home COLUMNS=200

case $shell in
bash)
    cat >$home/rc <<-END
	PS1='typ''e> '
	for file in $directory/*.bash; do . \$file; done
	show() { printf '%s' "\$READLINE_LINE" >$result; echo 'sho''wn>'; }
	bind -x '"\C-xp": show'
	END
    zpty -b shell "bash --noprofile --rcfile $home/rc -i"
    ;;
zsh)
    cat >$home/.zshrc <<-END
	PS1='typ''e> '
	fpath=($directory \$fpath)
	autoload -U compinit && compinit -u -D
	zstyle ':completion:*' insert-tab false
	show() { print -rn -- "\$BUFFER" >$result; print 'sho''wn>'; }
	zle -N show
	bindkey '^Xp' show
	END
    zpty -b shell "zsh -o no_global_rcs -i"
    ;;
*) exit 2 ;;
esac

zpty -r shell seen '*type> *'
zpty -w -n shell "$line"$'\t\x18p'
zpty -r shell seen '*shown>*'
print -r -- "$(<$result)"
zpty -d shell
rm -rf $home
