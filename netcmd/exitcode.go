package netcmd

// ExitOwn is the exit code where the program itself failed, and not the command that it
// runs, as with env, timeout and docker run. The other codes are in package cmdline.
const ExitOwn = 125
