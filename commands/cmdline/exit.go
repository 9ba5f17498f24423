package cmdline

import (
	"slices"

	"vagganet/netcmd"
)

// Exit codes. Those of run and exec follow env, timeout and docker run: below
// them are the codes of the command that was run.
const (
	ExitFailed   = 1
	ExitUsage    = 2
	ExitOwn      = netcmd.ExitOwn
	ExitCantRun  = 126
	ExitNotFound = 127
)

// PassesOn reports whether a verb takes on the exit code of what it runs: its own
// errors have a code of their own.
func PassesOn(path []string) bool {
	return slices.Equal(path, []string{"run"}) || WrapsCommand(path)
}

// ExitCode is the code of a command that was run, to be passed on.
type ExitCode int

func (ExitCode) Error() string { return "" }

// CodedError is an error with an exit code of its own.
type CodedError struct {
	error
	Code int // the exit code
}

func (c CodedError) Unwrap() error { return c.error }

// WithExitCode returns an error with an exit code of its own.
func WithExitCode(err error, code int) error { return CodedError{err, code} }

// PassOn returns the error that passes on an exit code; nil for 0.
func PassOn(code int) error {
	if code == 0 {
		return nil
	}
	return ExitCode(code)
}
