# SPDX-License-Identifier: GPL-2.0-only
# For people. kbuild and dkms start at Kbuild.

KDIR ?= /lib/modules/$(shell uname -r)/build
VERSION := $(shell cat VERSION)

PREFIX ?= /usr/local
SBINDIR ?= $(PREFIX)/sbin
LIBDIR ?= $(PREFIX)/lib
MANDIR ?= $(PREFIX)/share/man
INCLUDEDIR ?= $(PREFIX)/include
COMPLETIONDIR ?= $(PREFIX)/share/bash-completion/completions
# What dkms builds from.
DKMSDIR ?= /usr/src/sockbind-$(VERSION)
DKMS_FILES := Kbuild dkms.conf $(wildcard LICENSES/*.txt) \
	$(wildcard module/*.[ch]) module/features.sh module/Kbuild \
	uapi/linux/sockbind.h

# A module is built by what built its kernel, unless the user names a compiler.
KDIR_CONFIG := $(wildcard $(KDIR)/include/config/auto.conf $(KDIR)/.config)
KERNEL_COMPILER := $(if $(LLVM),,compiler)
ifeq ($(findstring command,$(origin CC))$(LLVM),)
ifneq ($(if $(KDIR_CONFIG),$(shell grep '^CONFIG_CC_IS_CLANG=y' $(KDIR_CONFIG))),)
KERNEL_COMPILER := clang
KERNEL_ARGS := LLVM=1
endif
endif

MAKEFLAGS += --no-print-directory

.PHONY: all
all: module tools ## build the module and the reader (default)

.PHONY: help
help: ## list the targets
	@echo 'Targets:'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1	\2/p' $(MAKEFILE_LIST) | \
		expand -t 18
	@echo 'Variables:'
	@echo '  KDIR=DIR      kernel build tree to build the module for'
	@echo '                ($(KDIR))'
	@echo '  DESTDIR=DIR   where install puts it all, for packagers'
	@echo '  PREFIX=DIR    its first directory there ($(PREFIX))'
	@echo '  RELEASE=DIR   where release puts the tarball (..)'
	@echo '  DEBFLAGS=ARG  for dpkg-buildpackage: --host-arch=arm64'
	@echo '  V=1           show the commands'

.PHONY: module
module: $(KERNEL_COMPILER) $(KDIR)/Makefile ## build module/sockbind.ko
	$(MAKE) -C $(KDIR) M=$(CURDIR) $(KERNEL_ARGS) modules

# A distribution of 32 bits has neither headers nor a compiler for a kernel of 64.
$(KDIR)/Makefile:
	@case $$(getconf LONG_BIT 2>/dev/null)-$$(uname -m) in \
	32-*64* | 32-s390x) \
		echo 'There is no kernel build tree in $(KDIR), and no package of this 32-bit system has one for its 64-bit kernel ($(shell uname -r)): build the module on a 64-bit system with the headers of that kernel, or name its tree with KDIR= and a 64-bit compiler with CROSS_COMPILE=.' >&2; \
		exit 1 ;; \
	esac
	@echo 'There is no kernel build tree in $(KDIR); install the headers of the kernel (on Debian: apt install linux-headers-$(shell uname -r)) or name another tree with KDIR=.' >&2
	@exit 1

.PHONY: compiler
compiler:
	@command -v $(firstword $(CC)) >/dev/null || { \
		echo 'There is no compiler "$(CC)" here; install gcc and make, or name one with CC=.' >&2; \
		exit 1; }

.PHONY: clang
clang:
	@for program in clang ld.lld llvm-objcopy; do \
		command -v $$program >/dev/null || { \
			echo "The kernel of $(KDIR) was built by clang, and there is no $$program here; install clang, lld and llvm (on Debian: apt install clang lld llvm), or name another compiler with CC=." >&2; \
			exit 1; }; \
	done

.PHONY: tools
tools: compiler ## build tools/sockbind, the reader
	$(MAKE) -C tools

.PHONY: size
size: compiler ## print the bytes of the stripped reader
	@$(MAKE) -s -C tools size

.PHONY: install
install: tools ## install the reader and what belongs to it
	install -D -m 755 tools/sockbind $(DESTDIR)$(SBINDIR)/sockbind
	install -D -m 644 -t $(DESTDIR)$(MANDIR)/man4 man/sockbind.4
	install -D -m 644 -t $(DESTDIR)$(MANDIR)/man5 man/sockbind-formats.5
	install -D -m 644 -t $(DESTDIR)$(MANDIR)/man8 man/sockbind.8
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/sockbind \
		tools/sockbind.schema.json
	install -D -m 644 completion/sockbind.bash \
		$(DESTDIR)$(COMPLETIONDIR)/sockbind
	install -D -m 644 -t $(DESTDIR)$(INCLUDEDIR)/linux uapi/linux/sockbind.h
	install -D -m 644 -t $(DESTDIR)$(LIBDIR)/systemd/system conf/sockbind.service
	install -D -m 644 -t $(DESTDIR)$(LIBDIR)/udev/rules.d conf/60-sockbind.rules

.PHONY: dkms-source
dkms-source: ## install what dkms builds from, and what loads the module
	for file in $(DKMS_FILES); do \
		install -D -m 644 $$file $(DESTDIR)$(DKMSDIR)/$$file || exit; \
	done
	install -D -m 644 conf/sockbind.modprobe \
		$(DESTDIR)$(LIBDIR)/modprobe.d/sockbind.conf
	install -D -m 644 conf/sockbind.modules-load \
		$(DESTDIR)$(LIBDIR)/modules-load.d/sockbind.conf

.PHONY: dkms-install
dkms-install: dkms-source ## build and install the module with dkms
	[ -z "$$(dkms status -m sockbind -v $(VERSION))" ] || \
		dkms remove -m sockbind -v $(VERSION) --all
	dkms install -m sockbind -v $(VERSION) $(DKMSFLAGS) || { \
		tail -n 20 /var/lib/dkms/sockbind/$(VERSION)/build/make.log >&2; \
		exit 1; }

.PHONY: dkms-uninstall
dkms-uninstall: ## remove the module from dkms
	dkms remove -m sockbind -v $(VERSION) --all
	$(RM) -r $(DKMSDIR) $(LIBDIR)/modprobe.d/sockbind.conf \
		$(LIBDIR)/modules-load.d/sockbind.conf

.PHONY: deb
deb: ## build Debian packages, in the directory above
	@command -v dh_dkms >/dev/null || { \
		echo 'There is no dh_dkms here; install what the packages are built with: apt build-dep $(CURDIR)' >&2; \
		exit 1; }
	dpkg-buildpackage --no-sign --build=binary $(DEBFLAGS)

.PHONY: release
release: ## make and check a tarball of VERSION in RELEASE, and its tag
	packaging/release $(RELEASE)

.PHONY: demo
demo: ## watch real servers bind, in a guest (installs Debian packages)
	selftests/vm/demo

.PHONY: test
test: ## run one test where it belongs: make test T=bind_test
	@selftests/run --test $(T)

.PHONY: check
check: ## run the tests, on this host and in guests (installs Debian packages)
	selftests/run host bookworm trixie demo trixie+userland \
		trixie+packages

.PHONY: check-matrix
check-matrix: ## run the tests on further kernels, in guests
	selftests/vm/matrix

.PHONY: check-all
check-all: check ## all of check, and the tests on all kernels there are
	selftests/vm/matrix --all

.PHONY: check-packages
check-packages: ## run the tests of the packages, and of a system's life with them
	selftests/run bullseye+packages bookworm+packages trixie+packages \
		trixie+fleet bookworm+lifecycle trixie+lifecycle secureboot in-tree

.PHONY: check-fuzz
check-fuzz: ## a minute of libFuzzer on the reader, and of stress-ng in a guest
	selftests/run fuzz trixie+stress

.PHONY: soak
soak: ## an hour of binds, and of readers that come and go, in a guest
	selftests/vm/run --timeout 5400 -- selftests/long/run-soak 3600

.PHONY: check-debug
check-debug: ## run the tests on kernels that check all, abuses, planted bugs (hours)
	selftests/run mutants own/debug own/debug-rt own/debug-kcsan \
		own/debug+abuse own/debug-rt+abuse own/debug-kcsan+abuse \
		trixie/amd64+abuse

.PHONY: coverage
coverage: ## print which lines of the module and the reader no test runs
	selftests/dev/coverage

.PHONY: bench
bench: ## measure, and write BENCH.md and bench.svg (installs Debian packages)
	selftests/bench/bench

.PHONY: bench-check
bench-check: ## fail if a bind has become costlier, in a guest
	selftests/bench/check

.PHONY: style
style: ## check the style of all sources
	selftests/dev/style

.PHONY: clean
clean: ## remove what was built
	$(MAKE) -C tools clean
	$(MAKE) -C selftests clean
	find module selftests -name '*.ko' -o -name '*.mod' -o \
		-name '*.mod.c' -o -name '*.o' -o -name '.*.cmd' | xargs $(RM)
	$(RM) Module.symvers modules.order module/modules.order .module-common.o \
		module/features.inc
