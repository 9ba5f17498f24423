# vagganet - build, try and test. `make help` lists the targets.

PREFIX  ?= /usr/local
DESTDIR ?=
bindir   = $(DESTDIR)$(PREFIX)/bin

# The names that the program answers to besides its own.
LINKS = vagga vagga_partition vagga_network

# Go is often installed where PATH does not name it. The second line is for the
# tests and the scripts.
GO := $(or $(shell PATH="$$PATH:/usr/local/go/bin"; command -v go),go)
export PATH := $(PATH):/usr/local/go/bin

# No C compiler, no shared libraries: the program runs on any distribution, and
# is tested as it is delivered.
export CGO_ENABLED = 0

# Go asks git for a commit to stamp into the program, and fails where git will
# not look into a clone that belongs to somebody else. `git describe` below may
# fail without harm.
# The tag leaves out what the command line library needs to write manual pages:
# each start of the program would pay for it, and a run has two.
export GOFLAGS := $(strip $(GOFLAGS) -buildvcs=false -tags=urfave_cli_no_docs)
# LDFLAGS, CFLAGS and the like are the C compiler's, and packagers set them: what
# Go's linker is to get besides is in a variable of our own.
GO_LDFLAGS ?=
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)

# Of the manual pages: that of the newest release, or else of the last commit.
DATE ?= $(or $(shell sed -n 's/^## \[[0-9].*\] - //p' CHANGELOG.md | head -n 1),$(shell git log -1 --format=%cs 2>/dev/null))

# Tools of the tests, pinned here rather than in go.mod, which is the program's.
# Built once: `go run` would ask the network for news of them each time.
STATICCHECK = bin/tools/staticcheck@v0.8.2
GOTESTSUM   = bin/tools/gotestsum@v1.13.0

# Runs the tests. With CI set, what is skipped without being known fails, too.
RUNNER   ?= scripts/gotest $(GOTESTSUM)
# Not what ends a test that hangs: each has limits of its own.
TIMEOUT  ?= 3h
FUZZTIME ?= 20s
# Scripts wait about half of their time, for processes and for packets that don't come.
PARALLEL ?= $(shell echo $$((2 * $$(nproc))))
PKG      ?= ./...
TESTS    ?=
ROWS     ?=

.PHONY: build
build: have-go ## build bin/vagganet (the default)
	$(GO) build -trimpath -ldflags "-X main.version=$(VERSION) $(GO_LDFLAGS)" -o bin/vagganet .
	@for link in $(LINKS); do ln -sf vagganet bin/$$link; done

.PHONY: demo
demo: ## install the host tools, build, and show a partition happen and heal
	scripts/deps
	@$(MAKE) --no-print-directory build
	scripts/demo

# All of it runs, whatever fails, and in the end it fails.
.PHONY: test
test: ## install what the tests need, and run check, the tests and race
	scripts/deps --test
	@failed=; for part in check go-test race; do \
		$(MAKE) --no-print-directory $$part || failed="$$failed $$part"; \
	done; \
	test -z "$$failed" || { echo "make $@: failed:$$failed" >&2; exit 1; }

.PHONY: test-all
test-all: export VAGGANET_TEST_ALL = yes
test-all: test ## the same, with each script of testdata/kernel in all of its variants

.PHONY: go-test
go-test: have-go $(filter $(GOTESTSUM),$(RUNNER)) ## the tests alone (PKG=./netcmd, TESTS=Kernel/run, RUNNER='go test -v')
	$(RUNNER) -count=1 -timeout $(TIMEOUT) -parallel $(PARALLEL) -run '$(TESTS)' $(PKG)

# Apart from the others: they take a minute or two, and packages that not
# everybody wants to install.
.PHONY: test-examples
test-examples: ## install nginx, etcd, Redis and keepalived, and run the tests of testdata/examples
	scripts/deps --test --examples
	@VAGGANET_EXAMPLES=1 $(MAKE) --no-print-directory go-test PKG=./commands/e2e TESTS='^TestExamples'

# Apart from the others: a browser is large.
.PHONY: test-browser
test-browser: ## install chromium and graphviz, and have them read reports and pictures
	scripts/deps --test --browser
	@VAGGANET_BROWSER=1 $(MAKE) --no-print-directory go-test PKG='./commands/e2e ./commands/graph' TESTS='^Test(Browser|DotIsDot)'

# The tests that change what a kernel has once, and those of what this machine's
# kernel may lack.
.PHONY: test-vm
test-vm: ## install qemu, and run the tests of testdata/vm and a few others in a virtual machine
	scripts/deps --test --vm
	scripts/vm-test

.PHONY: bench
bench: build ## measure the program beside what the kernel and the tools need (ROWS='network partition', WHO=root, IPTABLES=legacy)
	scripts/deps --test
	$(GO) test -c -trimpath -o bin/tools/bench ./commands/e2e
	@scripts/bench $(ROWS)

# Apart from the others: they take some minutes and all of the machine.
.PHONY: test-crowds
test-crowds: ## run the tests of hundreds of runs and guests at once
	scripts/deps --test
	@VAGGANET_CROWDS=1 $(MAKE) --no-print-directory go-test PKG=./commands/e2e TESTS='^TestCrowds'

.PHONY: check
check: have-go $(STATICCHECK) ## gofmt, go vet, staticcheck, shellcheck, go mod tidy
	@files=$$("$$($(GO) env GOROOT)/bin/gofmt" -l .) && test -z "$$files" || \
		{ echo "not formatted, run gofmt -w on:" $$files; exit 1; }
	$(GO) vet ./...
	$(STATICCHECK) ./...
	shellcheck $$(grep -lsE '^#!.*sh( |$$)' scripts/* .ci/run testdata/examples/*/*)
	$(GO) mod tidy -diff

.PHONY: man
man: have-go ## write the manual pages into bin/man
	$(GO) run ./commands/manual -date "$(DATE)" -version "$(VERSION)" bin/man

.PHONY: golden
golden: have-go ## rewrite the golden transcripts; read the diff before you commit it
	UPDATE_GOLDEN=1 $(GO) test -count=1 -run '^TestGolden$$' .

.PHONY: fuzz
fuzz: have-go ## run each fuzz target for FUZZTIME (20s)
	@set -e; for pkg in $$($(GO) list $(PKG)); do \
		for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
			$(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$pkg; \
		done; \
	done

# What supervises: by its own tests, and by runs whose program has the detector
# in it and ends at the first race. There is none where C can't be compiled, or
# not with glibc.
RACE_PKG   ?= ./commands/supervisor ./commands/runner ./commands/runstate ./commands/job ./commands/ports
RACE_TESTS ?= ^TestKernel$$/^(run_modes|run_signals|exec_guest)$$/^tester

.PHONY: race
race: export CGO_ENABLED = 1
race: export GORACE = halt_on_error=1
race: have-go $(filter $(GOTESTSUM),$(RUNNER)) ## run what supervises under the race detector (needs a C compiler)
	@if said=$$($(GO) test -race -run '^$$' ./netcmd/plan 2>&1); then \
		code=0; \
		$(RUNNER) -race -count=1 -timeout $(TIMEOUT) $(RACE_PKG) || code=1; \
		$(RUNNER) -race -count=1 -timeout $(TIMEOUT) -run '$(RACE_TESTS)' ./commands/e2e || code=1; \
		exit $$code; \
	else \
		echo "race: skipped: no race detector here (on Debian it needs gcc and libc6-dev):"; echo "$$said" | tail -n 3; \
		test -z "$$CI"; \
	fi

.PHONY: fetch
fetch: have-go $(STATICCHECK) $(GOTESTSUM) ## fetch what the other targets want from the network, to work without one
	$(GO) mod download
	$(GO) mod tidy -diff

# Does not build again: `make && sudo make install` leaves nothing of root's
# behind in the clone. A `vagga` that is not ours stays.
.PHONY: install
install: bin/vagganet ## install the program and its other names (DESTDIR, PREFIX)
	install -d $(bindir)
	install -m 0755 bin/vagganet $(bindir)/vagganet
	@for link in $(LINKS); do \
		if [ -e $(bindir)/$$link ] && [ "$$(readlink $(bindir)/$$link)" != vagganet ]; then \
			echo "left alone, not ours: $(bindir)/$$link"; \
		else \
			ln -sf vagganet $(bindir)/$$link; \
		fi; \
	done

.PHONY: uninstall
uninstall: ## remove what install put there
	@for link in $(LINKS); do \
		if [ "$$(readlink $(bindir)/$$link)" = vagganet ]; then rm -f $(bindir)/$$link; fi; \
	done
	rm -f $(bindir)/vagganet

.PHONY: clean
clean: ## remove what was built
	rm -rf bin

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1|\2/p' Makefile | \
		while IFS='|' read -r target what; do printf '%-14s %s\n' "$$target" "$$what"; done

bin/vagganet:
	@$(MAKE) --no-print-directory build

bin/tools/staticcheck@%: | have-go
	GOBIN=$(CURDIR)/bin/tools $(GO) install honnef.co/go/tools/cmd/staticcheck@$*
	@mv bin/tools/staticcheck $@

bin/tools/gotestsum@%: | have-go
	GOBIN=$(CURDIR)/bin/tools $(GO) install gotest.tools/gotestsum@$*
	@mv bin/tools/gotestsum $@

.PHONY: have-go
have-go:
	@command -v $(GO) >/dev/null || \
		{ echo "no go on PATH or in /usr/local/go/bin: install it (go.mod says which version)"; exit 1; }
	@$(GO) list -m >/dev/null || \
		{ echo "$$($(GO) version) cannot read go.mod: a newer one is needed"; exit 1; }
