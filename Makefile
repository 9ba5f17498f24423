# vagganet - build, try and test. `make help` lists the targets.

# Where `make install` puts things, below DESTDIR. Distributions that have other
# places for some of them say so: make install PREFIX=/usr unitdir=/lib/systemd/system
PREFIX     ?= /usr/local
DESTDIR    ?=
bindir      = $(PREFIX)/bin
datadir     = $(PREFIX)/share
mandir      = $(datadir)/man
docdir      = $(datadir)/doc/vagganet
licensedir  = $(docdir)
bashdir     = $(datadir)/bash-completion/completions
zshdir      = $(datadir)/zsh/site-functions
fishdir     = $(datadir)/fish/vendor_completions.d
unitdir     = $(PREFIX)/lib/systemd/system
# The program reads its settings there, wherever it is itself.
sysconfdir  = /etc
INSTALL_DIRS = bindir datadir mandir docdir licensedir bashdir zshdir fishdir unitdir sysconfdir

# The names that the program answers to besides its own. Vagga itself may be
# installed: VAGGA=no leaves its name to it.
VAGGA ?= yes
LINKS  = vagga_partition vagga_network $(if $(filter no,$(VAGGA)),,vagga)

# What is built goes there, but for the tools of the tests.
BIN ?= bin

# Go is often installed where PATH does not name it. The second line is for the
# tests and the scripts.
GO := $(or $(shell PATH="$$PATH:/usr/local/go/bin"; command -v go),go)
export PATH := $(PATH):/usr/local/go/bin

# No C compiler, no shared libraries: the program runs on any distribution, and
# is tested as it is delivered. A packager may want it otherwise.
CGO_ENABLED ?= 0
export CGO_ENABLED

# Go asks git for a commit to stamp into the program, and fails where git will
# not look into a clone that belongs to somebody else. scripts/version asks it
# without harm.
# The tag leaves out what the command line library needs to write manual pages:
# each start of the program would pay for it, and a run has two. Of several -tags
# Go takes the last, so those of a packager are put into one with ours.
comma := ,
FLAGS_OF_TAGS := $(filter -tags=% --tags=%,$(GOFLAGS))
TAGS := $(sort $(subst $(comma), ,$(patsubst --tags=%,%,$(patsubst -tags=%,%,$(FLAGS_OF_TAGS)))) urfave_cli_no_docs)
export GOFLAGS := $(strip $(filter-out $(FLAGS_OF_TAGS) -buildvcs=%,$(GOFLAGS)) -buildvcs=false -tags=$(subst $() ,$(comma),$(TAGS)))
# LDFLAGS, CFLAGS and the like are the C compiler's, and packagers set them: what
# Go's linker is to get besides is in a variable of our own.
GO_LDFLAGS ?=
VERSION ?= $(shell scripts/version)
COMMIT  ?= $(shell scripts/version --commit)

# Of the manual pages: that of the newest version.
DATE ?= $(shell scripts/version --released)

# Tools of the tests, pinned here rather than in go.mod, which is the program's.
# Built once: `go run` would ask the network for news of them each time.
STATICCHECK = bin/tools/staticcheck@v0.8.2
GOTESTSUM   = bin/tools/gotestsum@v1.13.0
# Newer ones need a newer Go than go.mod does.
NFPM        = bin/tools/nfpm@v2.45.2
# A packager's -mod is about our modules, and these are not among them.
INSTALL_TOOL = GOFLAGS='$(filter-out -mod=%,$(GOFLAGS))' GOBIN=$(CURDIR)/bin/tools $(GO) install

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

# Without inlining, the program is a tenth smaller and starts sooner, which counts: a run
# starts it several times, and it does little itself.
.PHONY: build
build: have-go $(BIN)/THIRD-PARTY ## build bin/vagganet and its manual pages (the default)
	$(GO) build -trimpath -gcflags=all=-l -ldflags "-X main.version=$(VERSION) -X main.commit=$(COMMIT) $(GO_LDFLAGS)" -o $(BIN)/vagganet .
	@for link in $(LINKS); do ln -sf vagganet $(BIN)/$$link; done
	@$(MAKE) --no-print-directory man

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

# For those who build packages: needs no root, no network and no namespaces, and
# writes nothing into the source. Flags as those of build, so that what was compiled
# for it need not be again; go vet is part of check.
.PHONY: test-build
test-build: have-go ## the tests that a build daemon can run, in less than two minutes
	$(GO) test -count=1 -trimpath -vet=off -ldflags '-s -w' $$($(GO) list ./... | grep -v '/e2e')

# Tests of examples have modules of their own, so that what they need is not in go.mod.
FETCH_EXAMPLES = for file in testdata/examples/*/*/go.mod; do (cd "$${file%/*}" && GOFLAGS= $(GO) mod download) || exit 1; done

# Apart from the others: they take a minute or two, and packages that not
# everybody wants to install.
.PHONY: test-examples
test-examples: have-go ## install nginx, etcd, Redis, keepalived, PostgreSQL and Slurm, and run the tests of testdata/examples
	scripts/deps --test --examples
	scripts/deps --slurm || test -z "$$CI" # not every distribution has it: then its test is skipped
	@$(FETCH_EXAMPLES)
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

# Apart from the others: they take what packages are looked into with.
.PHONY: test-packages
test-packages: have-go $(NFPM) $(STATICCHECK) ## make the tarball, the packages and an image, look into them, install, use and remove them
	scripts/deps --test --packages
	@NFPM='$(CURDIR)/$(NFPM)' STATICCHECK='$(CURDIR)/$(STATICCHECK)' scripts/packages/test

# Apart from the others: they take some minutes and all of the machine.
.PHONY: test-crowds
test-crowds: ## run the tests of hundreds of runs and guests at once
	scripts/deps --test
	@VAGGANET_CROWDS=1 $(MAKE) --no-print-directory go-test PKG=./commands/e2e TESTS='^TestCrowds'

# It asks the network. A tarball has the modules that were tidy when it was made,
# and go vet looks whether vendor/ has those of go.mod.
TIDY = $(if $(wildcard vendor),@echo "go mod tidy: not called where there is vendor/",$(GO) mod tidy -diff)

.PHONY: check
check: have-go $(STATICCHECK) ## gofmt, go vet, staticcheck, shellcheck, go mod tidy
	@files=$$(find . -path ./vendor -prune -o -name '*.go' -exec "$$($(GO) env GOROOT)/bin/gofmt" -l {} +) && test -z "$$files" || \
		{ echo "not formatted, run gofmt -w on:" $$files; exit 1; }
	$(GO) vet ./...
	$(STATICCHECK) ./...
	shellcheck $$(grep -lsE '^#!.*sh( |$$)' scripts/* scripts/packages/* .ci/run testdata/examples/*/*) scripts/completions/vagganet.bash
	$(TIDY)

# Here and now, whatever platform the program is built for.
.PHONY: man
man: have-go ## write the manual pages into bin/man
	@GOOS= GOARCH= $(GO) run -trimpath ./commands/manual -date "$(DATE)" -version "$(VERSION)" $(BIN)/man

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
	$(TIDY)
	$(FETCH_EXAMPLES)

# Does not build again: `make && sudo make install` leaves nothing of root's
# behind in the clone. What it installs is listed in the script, in one place.
.PHONY: install
install: $(BIN)/vagganet ## install the program and what belongs to it (DESTDIR, PREFIX, VAGGA=no)
	@$(INSTALL_ENV) scripts/install

.PHONY: uninstall
uninstall: ## remove what install put there
	@$(INSTALL_ENV) scripts/install --remove

INSTALL_ENV = $(foreach dir,$(INSTALL_DIRS),$(dir)='$($(dir))') DESTDIR='$(DESTDIR)' LINKS='$(LINKS)' BIN='$(BIN)'

.PHONY: dist
dist: have-go ## write bin/dist/vagganet-VERSION.tar.gz, which builds and tests offline
	@scripts/dist $(GO)

.PHONY: packages
packages: have-go $(NFPM) ## make deb, rpm, apk and Arch packages in bin/packages
	@VERSION='$(VERSION)' NFPM='$(CURDIR)/$(NFPM)' scripts/packages/build

.PHONY: clean
clean: ## remove what was built
	rm -rf bin

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1|\2/p' Makefile | \
		while IFS='|' read -r target what; do printf '%-14s %s\n' "$$target" "$$what"; done

$(BIN)/vagganet:
	@$(MAKE) --no-print-directory build

$(BIN)/THIRD-PARTY: go.mod go.sum | have-go
	@mkdir -p $(BIN)
	@scripts/third-party $(GO) >$@.new && mv $@.new $@

bin/tools/staticcheck@%: | have-go
	$(INSTALL_TOOL) honnef.co/go/tools/cmd/staticcheck@$*
	@mv bin/tools/staticcheck $@

bin/tools/gotestsum@%: | have-go
	$(INSTALL_TOOL) gotest.tools/gotestsum@$*
	@mv bin/tools/gotestsum $@

bin/tools/nfpm@%: | have-go
	$(INSTALL_TOOL) github.com/goreleaser/nfpm/v2/cmd/nfpm@$*
	@mv bin/tools/nfpm $@

.PHONY: have-go
have-go:
	@command -v $(GO) >/dev/null || \
		{ echo "no go on PATH or in /usr/local/go/bin: install it (go.mod says which version)"; exit 1; }
	@$(GO) list -m >/dev/null || \
		{ echo "$$($(GO) version) cannot read go.mod: a newer one is needed"; exit 1; }
