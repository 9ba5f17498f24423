# Completion of vagganet's command lines in fish: install it in a folder of
# $fish_complete_path.

# The words come from "vagganet _complete". Nothing of what was typed is expanded or run.
function __vagganet_complete
    set -l typed (__vagganet_unquote (commandline -ct))
    # -o takes quotes and backslashes away from the words before, and does no more.
    set -l lines (vagganet _complete -- (commandline -opc) "$typed" 2>/dev/null)
    # Of --file=x, the rest completes the x alone.
    set -l option (string match -r -- '^--[^=]*=' "$typed")
    set -l value (string replace -- "$option" '' "$typed")
    switch "$lines[1]"
        case :words
            set lines $lines[2..]
        case :files
            set lines "$option"(__fish_complete_path "$value")
        case :yaml
            set lines "$option"(__fish_complete_suffix (string escape -n -- "$value") .yaml)
        case :commands
            set lines "$option"(complete -C (string escape -n -- "$value"))
    end
    for line in $lines
        printf '%s\n' $line
    end
end

# Prints a word without quotes and backslashes. It may end within quotes.
function __vagganet_unquote
    for end in '' \' \"
        string unescape -- $argv[1]$end; and return
    end
end

for name in vagganet vagga_partition vagga_network
    complete -c $name -k -f -a '(__vagganet_complete)'
end
# There may be a vagga that is another program.
if set -l vagga (command -s vagga); and test (realpath $vagga) = (realpath (command -s vagganet))
    complete -c vagga -k -f -a '(__vagganet_complete)'
end
