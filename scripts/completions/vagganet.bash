# Completion of vagganet's command lines in bash 4.2 or newer: source this file, or
# install it as "vagganet" among bash-completion's.
# shellcheck shell=bash

# The words come from "vagganet _complete". Nothing of what was typed is expanded or run.
_vagganet() {
    local line=${COMP_LINE:0:COMP_POINT} words=() word rest kind i
    # Bash splits words at : and =, too: what has no blank before it is joined again.
    for ((i = 0; i <= COMP_CWORD; i++)); do
        rest=${line#"${line%%[![:space:]]*}"}
        word=${COMP_WORDS[i]}
        ((i < COMP_CWORD)) || word=$rest # nothing from behind the cursor
        if ((i > 0)) && [[ $rest == "$line" ]]; then
            words[${#words[@]} - 1]+=$word
        else
            words+=("$word")
        fi
        line=${rest#"$word"}
    done
    word=${words[${#words[@]} - 1]}
    COMPREPLY=()
    {
        read -r kind
        case $kind in
        :words) _vagganet_words "$word" ;;
        :commands) mapfile -t COMPREPLY < <(compgen -c -- "$word") ;;
        esac
        [[ $kind == :words ]] || compopt -o default
    } 2>/dev/null < <(vagganet _complete --quoted "${words[@]}")
}

# Reads candidates into COMPREPLY, as they continue the word that was typed: without what
# readline keeps of it, and quoted.
_vagganet_words() {
    local plain=${1%%[\'\"\\]*} quote='' kept='' before word c
    local rest=${1#"$plain"}
    if [[ $rest == [\'\"]* && ${rest:1} != *"${rest:0:1}"* ]]; then
        quote=${rest:0:1} kept=$plain
    else
        for c in : =; do
            before=${plain%"${plain##*"$c"}"}
            [[ $COMP_WORDBREAKS != *"$c"* || ${#before} -le ${#kept} ]] || kept=$before
        done
    fi
    while IFS=$'\t' read -r word _; do
        [[ $word != *: ]] || compopt -o nospace # a node, and the other end of its link is to come
        word=${word#"$kept"}
        case $quote in
        \') word=${word//\'/\'\\\'\'} ;;
        \") for c in \\ \" \$ \`; do word=${word//"$c"/\\"$c"}; done ;;
        *) printf -v word %q "$word" ;;
        esac
        COMPREPLY+=("$word")
    done
}

complete -F _vagganet vagganet vagga_partition vagga_network
# There may be a vagga that is another program.
if [[ $(type -P vagga) -ef $(type -P vagganet) ]]; then
    complete -F _vagganet vagga
fi
