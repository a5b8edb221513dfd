# SPDX-License-Identifier: GPL-2.0-only
# For people. kbuild and dkms start at Kbuild.

KDIR ?= /lib/modules/$(shell uname -r)/build

MAKEFLAGS += --no-print-directory

.PHONY: all
all: module tools ## build the module and the reader (default)

.PHONY: help
help: ## list the targets
	@echo 'Targets:'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1	\2/p' $(MAKEFILE_LIST) | \
		expand -t 16
	@echo 'Variables:'
	@echo '  KDIR=DIR      kernel build tree to build the module for'
	@echo '                ($(KDIR))'
	@echo '  V=1           show the commands'

.PHONY: module
module: compiler $(KDIR)/Makefile ## build module/sockbind.ko
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

$(KDIR)/Makefile:
	@echo 'There is no kernel build tree in $(KDIR); install the headers of the kernel (on Debian: apt install linux-headers-$(shell uname -r)) or name another tree with KDIR=.' >&2
	@exit 1

.PHONY: compiler
compiler:
	@command -v $(firstword $(CC)) >/dev/null || { \
		echo 'There is no compiler "$(CC)" here; install gcc and make, or name one with CC=.' >&2; \
		exit 1; }

.PHONY: tools
tools: compiler ## build tools/sockbind, the reader
	$(MAKE) -C tools

.PHONY: size
size: compiler ## print the bytes of the stripped reader
	@$(MAKE) -s -C tools size

.PHONY: demo
demo: ## watch real servers bind, in a guest (installs Debian packages)
	selftests/vm/demo

.PHONY: check
check: ## run the tests, on this host and in guests (installs Debian packages)
	selftests/check host bookworm trixie demo trixie+userland

.PHONY: check-matrix
check-matrix: ## run the tests on further kernels, in guests
	selftests/check bullseye trixie-backports trixie+families

.PHONY: style
style: ## check the style of all sources
	selftests/style

.PHONY: clean
clean: ## remove what was built
	$(MAKE) -C tools clean
	$(MAKE) -C selftests clean
	find module -name '*.ko' -o -name '*.mod' -o -name '*.mod.c' -o \
		-name '*.o' -o -name '.*.cmd' | xargs $(RM)
	$(RM) Module.symvers modules.order module/modules.order .module-common.o
